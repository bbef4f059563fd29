#!/bin/sh
# long_real_files.sh: real files against R's survey package; see real_files.py.
exec python3 "$(dirname "$0")/real_files.py"
