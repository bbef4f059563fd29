"""same.py FIGURES LINES: how many changes the command line has printed too, every number the same but for the order of
adding up: margins of the command line are sums of cells."""
import csv
import sys

lines = {(r["statistic"], r["country"], r["sex"]): r for r in csv.DictReader(open(sys.argv[2]))}
same = {}
for row in csv.DictReader(open(sys.argv[1])):
    word = {"C-MEAN": "difference", "C-RATIO": "ratio"}.get(row["INDICATOR"])
    if word:
        line = lines[word, row["REF_AREA"], row["SEX"]]
        pairs = zip(("estimate", "std_error", "conf_low", "conf_high", "df", "n"),
                    ("OBS_VALUE", "STD_ERROR", "CONF_LOW", "CONF_HIGH", "DF", "N_OBS"))
        bad = [(line[a], row[b]) for a, b in pairs if abs(float(line[a]) - float(row[b])) > 1e-13 * abs(float(row[b]))]
        if bad:
            print("differs:", *row.values(), *bad)
        same[word] = same.get(word, 0) + (not bad)
print(same)
