for m in 1 2 3 4 5; do sed -n "1p;/^$m,/p" records.csv > m$m.csv; done
