#!/bin/sh
# rooms.sh: prints each include that looks up (DESIGN: a room opens only the rooms above it in the list).
order="base io data design estimate indicator assess protect report review cli"
for file in src/*/*.[ch]; do
    room=$(echo "$file" | cut -d/ -f2)
    sed -n 's/^#include "palermo\/\([a-z_]*\)\.h".*/\1/p' "$file" | while read -r door; do
        echo "$order" | awk -v room="$room" -v door="$door" -v file="$file" '{
            for (i = 1; i <= NF; i++) { if ($i == room) here = i; if ($i == door) there = i }
            if (there > here) print file " opens " door ".h, which lies above it"
        }'
    done
done
