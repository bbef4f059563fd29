# What the command line prints of the same designs: a line a design, its rows behind it.
while IFS='|' read -r name design flags; do
    flags=$(echo "$flags" | sed 's/,/,/g')
    for by in country country,sex; do
        echo "$name"
        eval "palermo estimate records.csv 'mean(days)' 'total(days)' 'quantile(days,0.985)' --weights weight --strata stratum --psu area --nest --absent refused --by $by --format csv $(echo "$flags" | sed "s/--rake \([^ ]*\)/--rake '\1'/")"
        eval "palermo estimate records.csv 'proportion(forced = yes)' --interval logit --weights weight --strata stratum --psu area --nest --absent refused --by $by --format csv $(echo "$flags" | sed "s/--rake \([^ ]*\)/--rake '\1'/")"
    done
done < designs.txt
