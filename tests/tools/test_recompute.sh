#!/bin/sh
# test_recompute.sh: figures of the published files, made again by another program from the raw files.
here=$(cd "$(dirname "$0")" && pwd)
shared=${SHARED:-$here/../../../shared}
if [ ! -r "$shared/data/unodc/data_glotip.csv.gz" ]; then
    echo "SKIP recompute: the published files are not beside the checkout"
    echo "0 passed, 0 failed"
    exit 0
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"${PALERMO:-$here/../../build/gcc/palermo}" run "$here/../../datasets/unodc/cycle.yaml" --data "$shared/data" \
    --out "$out/run" --languages en --formats csv >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
SHARED=$shared python3 "$here/recompute.py" "$out/run" 700
