#!/bin/sh
# long_review.sh: what test_review.py does, with 200 kills; then the round on the real UNODC cycle.
cd "$(dirname "$0")/../.." || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
REVIEW_KILLS=100 python3 tests/tools/test_review.py | tee "$log"
python3 tests/tools/review_real.py | tee -a "$log"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 } END { print p " passed, " f " failed"; exit f > 0 }' "$log"
