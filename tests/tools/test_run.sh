#!/bin/sh
# test_run.sh: promises of `palermo run` about its output folder: the same bytes, whole or not at all, nothing
# of anybody else's replaced. Ends with `N passed, N failed`.
top=$(cd "$(dirname "$0")/../.." && pwd)
palermo=${PALERMO:-$top/build/gcc/palermo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
verdict() { # name condition-exit-code
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL run: $1"; fi
}
cycle="$top/datasets/example/cycle.yaml"
cd "$work" || exit 1

"$palermo" run "$cycle" --languages en,ar --threads 1 --out one >/dev/null 2>err
verdict "the example cycle runs" $?
"$palermo" run "$cycle" --languages en,ar --threads 4 --out four >/dev/null 2>&1
rm -f one/run.log four/run.log
diff -r one four >/dev/null
verdict "the same bytes on one thread and on four" $?
for file in figures.csv findings.csv manifest.json report/en/index.html report/ar/index.html sdmx/figures.csv; do
    [ -s "one/$file" ]
    verdict "$file is there" $?
done
"$palermo" run "$cycle" --languages en --formats csv --out few >/dev/null 2>err
[ -s few/figures.csv ] && [ ! -e few/sdmx ] && [ -z "$(find few/tables ! -name '*.csv' -type f)" ]
verdict "--formats csv: no other format" $?
"$palermo" run "$cycle" --languages en --formats sdmx --out sdmx >/dev/null 2>err
[ -s sdmx/sdmx/figures.csv ] && [ ! -e sdmx/tables ] && cmp -s sdmx/sdmx/figures.csv one/sdmx/figures.csv
verdict "--formats sdmx: no table, and the same figures" $?
! grep -q "$top" one/manifest.json one/figures.csv one/findings.csv
verdict "no path of this machine in the output" $?
! grep -rlE 'https?://' one/report | grep -q . || ! grep -rE '(src|href)="https?://' one/report >/dev/null
verdict "the page loads nothing from a network" $?

"$palermo" run "$cycle" --languages en --strict --out strict >/dev/null 2>err
[ $? -eq 1 ] && [ ! -e strict ]
verdict "--strict with errors in the data: code 1 and no output" $?

mkdir foreign && echo mine >foreign/letter.txt
"$palermo" run "$cycle" --languages en --out foreign >/dev/null 2>err
[ $? -eq 3 ] && [ "$(cat foreign/letter.txt)" = mine ] && grep -q 'did not make' err
verdict "a folder of somebody else's is left alone" $?

"$palermo" run nowhere.yaml >/dev/null 2>err
[ $? -eq 3 ]
verdict "a missing cycle: code 3" $?
"$palermo" run "$cycle" --languages en,xx >/dev/null 2>err
[ $? -eq 2 ] && grep -q "unknown language 'xx'" err
verdict "an unknown language: code 2, named" $?

# A kill in the middle: the older output is whole, and the next run goes through.
before=$(cd one && find . -type f ! -name run.log | sort | xargs sha256sum | sha256sum)
whole=0
for wait in 0.005 0.01 0.02 0.04 0.08 0.12; do
    "$palermo" run "$cycle" --languages en,ar --out one >/dev/null 2>&1 &
    pid=$!
    sleep "$wait"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    now=$(cd one && find . -type f ! -name run.log | sort | xargs sha256sum | sha256sum)
    [ "$now" = "$before" ] || whole=1
done
verdict "a kill leaves the older output whole" $whole
"$palermo" run "$cycle" --languages en,ar --out one >/dev/null 2>&1
verdict "the run after a kill goes through" $?

# A full disk: a file-size limit stands in for it.
(ulimit -f 40; "$palermo" run "$cycle" --languages en --out full >/dev/null 2>err; echo $? >code) 2>/dev/null
[ ! -e full ]
verdict "a full disk leaves no half output" $?
"$palermo" help | head -c 1 >/dev/null
verdict "a closed pipe is no crash" $?
if [ -w /dev/full ]; then
    "$palermo" help >/dev/full 2>err
    [ $? -eq 3 ]
    verdict "standard output that cannot be written: code 3" $?
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
