# A line of cases.txt: its name, the words of `design`, and what the definition says besides; `strata` gives each record its own stratum.
while IFS='|' read -r name design more; do
    strata=
    [ "$more" = strata ] && strata=', strata: unit' more=
    printf '%s\n' "name: survey" "path: survey.csv" "shape: microdata" \
        "roles: {area: country, period: year, weight: weight, psu: unit, sex: sex$strata}" \
        "counting_unit: person" "synthetic: true" "duplicates: keep-both" "design: {$design}" > survey/dataset.yaml
    { cat M.in; echo "$more"; } > M.yaml
    echo "== $name"
    palermo run cycle.yaml --out out > said 2>&1 || { echo "exit $?"; sed 's/^palermo: //' said; rm -rf out; continue; }
    grep '^warning\|^error' out/findings.csv | cut -d, -f2-
    awk -F, 'NR > 1 && $5 != "" && $5 != "NaN" { n++ } END { print n + 0 " values" }' out/figures.csv
    rm -rf out
done < cases.txt
