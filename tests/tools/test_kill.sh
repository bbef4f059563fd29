#!/bin/sh
# test_kill.sh: what a full disk, a closed pipe, an interrupt and unreadable files leave behind: a message that says
# what and where, the right exit code, no half output. Ends with `N passed, N failed`.
top=$(cd "$(dirname "$0")/../.." && pwd)
palermo=${PALERMO:-$top/build/gcc/palermo}
work=$(mktemp -d)
mounted=
trap '[ -z "$mounted" ] || umount "$work/disk"; rm -rf "$work"' EXIT
passed=0 failed=0
verdict() { # name condition-exit-code
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL kill: $1"; cat err 2>/dev/null; fi
}
cycle="$top/datasets/example/cycle.yaml"
cd "$work" || exit 1
awk 'BEGIN { print "country,year,n"; for (i = 0; i < 60000; i++) printf "X%d,%d,%d\n", i % 30000, 2000 + i % 20, i % 7 }' >many.csv
printf 'country,n\nXAA,1\nXAB,2\n' >few.csv

# ---- a full disk
if [ -w /dev/full ]; then
    "$palermo" estimate few.csv 'count()' >/dev/full 2>err
    [ $? -eq 3 ] && grep -q "cannot write to standard output: No space left" err && [ "$(wc -l <err)" -eq 1 ]
    verdict "a full disk behind a short answer" $?
    "$palermo" estimate many.csv 'count(n)' --by country >/dev/full 2>err
    [ $? -eq 3 ] && grep -q "cannot write to standard output: No space left" err && [ "$(wc -l <err)" -eq 1 ]
    verdict "a full disk behind a long answer" $?
    "$palermo" estimate few.csv 'count()' --state /dev/full >out 2>err
    [ $? -eq 3 ] && grep -q "/dev/full" err && [ ! -s out ]
    verdict "a full disk under a saved state: no answer either" $?
else
    echo "SKIP kill: no /dev/full"
fi
mkdir disk
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=256k none disk 2>/dev/null; then
    mounted=yes
    "$palermo" run "$cycle" --languages en --out disk/out >/dev/null 2>err
    [ $? -eq 3 ] && grep -q "No space left" err && [ ! -e disk/out ]
    verdict "a full disk under the output folder: no folder" $?
    [ -z "$(ls -A disk)" ]
    verdict "nor any part of it" $?
    "$palermo" estimate many.csv 'count(n)' --by country --state disk/state >/dev/null 2>err
    [ $? -eq 3 ] && grep -q "disk/state" err && [ -z "$(ls -A disk)" ]
    verdict "a full disk under a saved state: no part of it" $?
else
    echo "SKIP kill: a small file system cannot be mounted here"
fi

# ---- a closed pipe
{ "$palermo" estimate many.csv 'count(n)' --by country,year 2>err; echo $? >code; } | head -n 1 >out
[ "$(cat code)" -eq 3 ] && grep -q "cannot write to standard output: Broken pipe" err && [ "$(wc -l <err)" -eq 1 ]
verdict "a closed pipe" $?
[ "$(wc -l <out)" -eq 1 ]
verdict "what was read before it closed" $?

# ---- an interrupt
mkfifo slow
"$palermo" estimate slow 'count(n)' --state kept >out 2>err &
pid=$!
exec 3>slow
cat few.csv >&3
sleep 0.2
kill -INT $pid 2>/dev/null || kill -TERM $pid
sleep 0.1
kill -TERM $pid 2>/dev/null # a shell without job control starts what runs aside deaf to the first
exec 3>&-
wait $pid 2>/dev/null
code=$?
[ $code -ge 128 ] && [ ! -s out ] && [ ! -e kept ]
verdict "an interrupt while reading: no answer, no state (code $code)" $?
"$palermo" run "$cycle" --languages en --out broken >/dev/null 2>err &
pid=$!
sleep 0.05
kill -TERM $pid 2>/dev/null
wait $pid 2>/dev/null
code=$?
[ $code -eq 0 ] || [ ! -e broken ]
verdict "an interrupt in a run: the folder is whole or not there (code $code)" $?
"$palermo" run "$cycle" --languages en --out broken >/dev/null 2>err
[ $? -eq 0 ] && [ "$(ls -A | grep -c 'broken')" -eq 1 ]
verdict "the next run clears what the interrupt left" $?

# ---- a ceiling on memory
awk 'BEGIN { print "a,b"; for (i = 0; i < 700000; i++) printf "%d,%d\n", i, i % 7 }' >groups.csv
"$palermo" estimate groups.csv 'count(b)' --by a --memory 40M --threads 1 >out 2>err
[ $? -eq 3 ] && grep -q -e "--memory 40M" err && [ ! -s out ]
verdict "more groups than --memory allows: refused" $?
"$palermo" estimate groups.csv 'count(b)' --by b --memory 40M --threads 1 >out 2>err
[ $? -eq 0 ] && [ "$(wc -l <out)" -eq 8 ]
verdict "few groups of the same rows: answered" $?

for limit in 16 24 32 64 128; do
    for by in a b; do
        python3 -c 'import os, resource, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                     file_actions=[(os.POSIX_SPAWN_OPEN, 1, "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
                                   (os.POSIX_SPAWN_OPEN, 2, "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)' "$palermo" estimate groups.csv 'count(b)' --by $by \
            --memory ${limit}M --threads 2 >peak
        read -r code peak <peak
        # What the process that starts another takes counts as the first of its own peak: 16 MiB of Python at most.
        [ "$peak" -le $((limit * 1024)) ] && { [ $code -eq 0 ] || grep -q -e "--memory ${limit}M" err; } &&
            { [ $by = a ] || [ "$(wc -l <out)" -eq 8 ]; }
        verdict "--memory ${limit}M by $by: code $code, peak $((peak / 1024)) MiB" $?
    done
done

# ---- files that cannot be read, among those that can
"$palermo" estimate few.csv missing.csv many.csv 'count()' >out 2>err
[ $? -eq 3 ] && grep -q "missing.csv" err && [ ! -s out ]
verdict "a missing file in a list" $?
mkdir folder.csv
"$palermo" estimate few.csv folder.csv 'count()' >out 2>err
[ $? -eq 3 ] && grep -q "folder.csv" err && [ ! -s out ]
verdict "a folder in a list" $?
gzip -c many.csv | head -c 20000 >cut.csv.gz
"$palermo" estimate few.csv cut.csv.gz 'count(n)' >out 2>err
[ $? -eq 3 ] && grep -q "cut.csv.gz.*ends in the middle" err && [ ! -s out ]
verdict "a gzip file that was cut off" $?
if [ "$(id -u)" -ne 0 ]; then
    cp few.csv locked.csv && chmod 000 locked.csv
    "$palermo" estimate few.csv locked.csv 'count()' >out 2>err
    [ $? -eq 3 ] && grep -q "locked.csv.*Permission denied" err && [ ! -s out ]
    verdict "a file that may not be read" $?
fi
printf 'country,n\nXAA,one\n' >wrong.csv
"$palermo" estimate few.csv wrong.csv 'count(n)' >out 2>err
[ $? -eq 1 ] && grep -q "wrong.csv:2" err && [ ! -s out ]
verdict "a cell that is no number: its file and line" $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
