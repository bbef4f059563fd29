#!/bin/sh
# run.sh: every benchmark whose peers are installed, in one run. Prints a table of ratios with the targets beside
# them and appends to history.csv. BENCH=cycle,start chooses.
here=$(cd "$(dirname "$0")" && pwd)
export PALERMO="${PALERMO:-$here/../build/gcc/palermo}" SHARED="${SHARED:-$here/../../shared}"
exec python3 "$here/bench.py" "${BENCH:-all}"
