#!/bin/sh
# Millions of decimals of every kind against strtod.
PALERMO_NUMBERS=4000000 "${BUILD:-build/gcc}/tests/run" --filter='base_num_binary/*'
