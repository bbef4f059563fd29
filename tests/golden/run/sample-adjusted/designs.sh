# One descriptor and four definitions a way of adjusting weights; records.csv is the survey of datasets/example with strata of all States.
awk -F, 'NR == 1 { print $0 ",stratum" } NR > 1 { print $0 "," $1 "-" $3 }' "$1"/datasets/example/labour-survey/labour-survey.csv > records.csv
while IFS='|' read -r name design flags; do
    mkdir -p "$name"
    printf '%s\n' "name: $name" "path: records.csv" "shape: microdata" "absent: {\"\": not-collected, refused: withheld}" \
        "roles: {area: country, period: year, weight: weight, strata: stratum, psu: area, sex: sex, age: age}" \
        "crosswalk:" "  sex: {F: F, M: M}" "  age: {15-29: Y15T29, 30-44: Y30T44, 45-59: Y45T59, 60+: Y_GE60}" \
        "counting_unit: person" "synthetic: true" "duplicates: {rule: error, key: [person]}" \
        "design: {nest: true, $design}" > "$name/dataset.yaml"
    for statistic in MEAN PROPORTION QUANTILE TOTAL; do
        sed "s/DESIGN/$name/" "$statistic.in" > "A-$statistic-$name.yaml"
    done
    echo "$name"
done < designs.txt > names
{
    echo "title: {en: Adjusted weights}"
    echo "synthetic: true"
    echo "data: [.]"
    echo "definitions: [.]"
    echo "datasets: [$(paste -sd, names)]"
    echo "languages: [en]"
    echo "indicators: [$(for n in $(cat names); do printf 'A-MEAN-%s,A-PROPORTION-%s,A-QUANTILE-%s,A-TOTAL-%s,' $n $n $n $n; done | sed 's/,$//')]"
} > cycle.yaml
