# What the command line prints of the same records: a line a design, its rows behind it.
for by in country country,sex; do
    for name in column several; do
        files=records.csv how='--imputation imputation --mi-df barnard-rubin-mitools'
        [ $name = several ] && files='m1.csv m2.csv m3.csv m4.csv m5.csv' how='--mi-df rubin'
        for what in 'mean(days) total(days)' 'proportion(forced=yes) --interval logit'; do
            echo $name
            palermo estimate $files $what $how --weights weight --strata stratum --psu area --nest --lonely-psu certainty --by $by --format csv
        done
    done
done
