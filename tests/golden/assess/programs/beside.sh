echo estimate
tail -n 1 | cut -d, -f2
