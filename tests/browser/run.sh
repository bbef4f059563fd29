#!/bin/sh
# run.sh: the draft report in headless Chromium. Writes the cycles into a folder of its own, fetches the two
# pinned packages when they are not there, and runs run.mjs, which prints PASS and FAIL lines and closes with
# `N passed, N failed`.
# PALERMO: the program. SHARED: the folder with data/, for the cycle of the published files.
set -u
cd "$(dirname "$0")" || exit 1
top=$(cd ../.. && pwd)
palermo=${PALERMO:-$top/build/gcc/palermo}
shared=${SHARED:-$top/../shared}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

stop() { echo "FAIL browser: $1"; echo "0 passed, 1 failed"; exit 1; }

for program in node npm pdfinfo pdftotext; do
    command -v $program >/dev/null 2>&1 || stop "no $program: run make test-browser, which installs it"
done
CHROMIUM=${CHROMIUM:-$(command -v chromium)} || stop "no chromium: run make test-browser, which installs it"
export CHROMIUM

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund >"$work/npm" 2>&1 || { tail -n 20 "$work/npm"; stop "npm ci failed: is the registry within reach?"; }
fi

"$palermo" run "$top/datasets/example/cycle.yaml" --out "$work/example" >"$work/log" 2>&1 ||
    { cat "$work/log"; stop "the example cycle does not run"; }
set -- "$work/example"
if [ -d "$shared/data/unodc" ]; then
    "$palermo" run "$top/datasets/unodc/cycle.yaml" --data "$shared/data" --languages en,ar --out "$work/unodc" >"$work/log" 2>&1 ||
        { cat "$work/log"; stop "the cycle of the published files does not run"; }
    set -- "$@" "$work/unodc"
else
    echo "SKIP unodc: no published files in $shared/data"
fi
node run.mjs "$@"
