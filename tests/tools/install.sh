#!/bin/sh
# install.sh PACKAGE...: installs the Debian packages that are missing, or says what to do.
missing=
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
# nodejs from elsewhere brings npm with it; a chromium or python3 already on the PATH will do too.
for pair in npm:npm nodejs:node chromium:chromium clang:clang clang-format:clang-format clang-tidy:clang-tidy gcc:gcc; do
    command -v "${pair#*:}" >/dev/null 2>&1 && missing=$(printf ' %s ' "$missing" | sed "s/ ${pair%%:*} / /")
done
set -- $missing
[ $# -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "make: these packages are needed, and this is no Debian: $*" >&2
    echo "make: install their like by hand, then run make again" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "make: these packages are needed: $*" >&2
    echo "make: you are not root and there is no sudo; ask an administrator for: apt-get install $*" >&2
    exit 1
fi
echo "installing: $*"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
{ $as_root apt-get update -q && $as_root apt-get install -q -y --no-install-recommends "$@"; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "make: the packages could not be installed" >&2
    exit 1
}
rm -f "$log"
