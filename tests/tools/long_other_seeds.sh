#!/bin/sh
# long_other_seeds.sh: reference values of data made with other seeds; see long_other_seeds.py.
exec python3 "$(dirname "$0")/long_other_seeds.py"
