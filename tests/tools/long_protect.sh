#!/bin/sh
# 5,000 random linked tables and 1,250 series of three releases: none leaves a cell open.
PALERMO_LAW_TABLES=5000 "${BUILD:-build/gcc}/tests/run" --filter='law_protect/*'
