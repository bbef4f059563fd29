#!/bin/sh
# run.sh quick|all: runs every test, prints each part's failures, and ends with `N passed, N failed`.
# A part prints PASS, FAIL and SKIP lines of its own, or closes with `N passed, N failed`.
kind=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
export PALERMO="$top/$BUILD/palermo"
export PALERMO_SHARED=${SHARED:-../shared}
[ -d "$PALERMO_SHARED" ] && PALERMO_SHARED=$(cd "$PALERMO_SHARED" && pwd)
export SHARED="$PALERMO_SHARED"
export ASAN_OPTIONS="log_path=$work/asan:$ASAN_OPTIONS" UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/ubsan"

add() { passed=$((passed + $1)); failed=$((failed + $2)); }

part() { # name command...: counts from its closing line, or from its exit code
    name=$1; shift
    printf '== %s\n' "$name"
    "$@" >"$work/log" 2>&1
    code=$?
    grep -aE '^(FAIL|SKIP) ' "$work/log"
    line=$(grep -aE '^([^ ]+: )?[0-9]+ passed, [0-9]+ failed' "$work/log" | tail -n 1)
    if [ -n "$line" ]; then
        p=$(echo "$line" | sed 's/^[^0-9]*\([0-9]*\) passed, \([0-9]*\) failed.*/\1/')
        f=$(echo "$line" | sed 's/^[^0-9]*\([0-9]*\) passed, \([0-9]*\) failed.*/\2/')
        add "$p" "$f"
        [ "$f" -eq 0 ] && [ "$code" -ne 0 ] && { echo "FAIL $name: exit code $code"; tail -n 15 "$work/log"; add 0 1; }
        printf '   %s passed, %s failed\n' "$p" "$f"
    elif [ "$code" -eq 0 ]; then
        add 1 0; echo "   passed"
    else
        add 0 1; echo "FAIL $name: exit code $code"; tail -n 15 "$work/log"
    fi
}

unit() { # Criterion's synthesis -> our closing line; what it says of failing tests is passed on
    "$BUILD/tests/run" --short-filename --jobs "$(nproc)" >"$work/unit" 2>&1
    code=$?
    grep -aE '^SKIP ' "$work/unit"
    grep -aE '^\[(FAIL|----)\]|CRASH|Assertion|Expectation' "$work/unit" | sed 's/^\[FAIL\]/FAIL/' | head -n 200
    set -- $(sed -n 's/.*Tested: [^0-9]*\([0-9]*\).*Passing: [^0-9]*\([0-9]*\).*Failing: [^0-9]*\([0-9]*\).*Crashing: [^0-9]*\([0-9]*\).*/\1 \2 \3 \4/p' "$work/unit" | tail -n 1)
    [ $# -eq 4 ] || { tail -n 20 "$work/unit"; return 1; }
    echo "$2 passed, $(($3 + $4)) failed"
    return $code
}

part "unit tests and laws" unit
part "golden cases" python3 tests/tools/golden.py
part "rooms look only down" sh -c 'test -z "$(sh tests/tools/rooms.sh | tee /dev/stderr)"'
for tool in tests/tools/test_*.py tests/tools/test_*.sh; do # each prints its own closing line
    [ -e "$tool" ] || continue
    case $tool in
    *.py) part "$(basename "$tool" .py)" python3 "$tool" ;;
    *.sh) part "$(basename "$tool" .sh)" sh "$tool" ;;
    esac
done
if [ "$kind" = all ]; then
    part "address and undefined sanitizers" make --no-print-directory SANITIZE=address,undefined test
    part "the other compiler" make --no-print-directory CC=clang -j2 all
    part "optimized across files" make --no-print-directory RELEASE=1 -j2 all
    part "thread sanitizer" make --no-print-directory tsan
    part "fuzzing" make --no-print-directory fuzz
    part "lint" make --no-print-directory lint
    for tool in tests/tools/long_*.sh; do
        [ -e "$tool" ] && part "$(basename "$tool" .sh)" sh "$tool"
    done
fi
# A leak inside a Criterion test does not fail it; the sanitizer's log does.
for log in "$work"/asan.* "$work"/ubsan.*; do
    [ -e "$log" ] || continue
    echo "FAIL sanitizer report:"; head -n 30 "$log"; add 0 1
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
