#!/bin/sh
# A million made-up texts through libcsv and through every path of the scanner.
PALERMO_SCAN_INPUTS=1000000 "${BUILD:-build/gcc}/tests/run" --filter='io_pieces/*'
