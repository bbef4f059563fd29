"""same.py FIGURES LINES: how many figures the command line has printed too, every number the same to the last digit."""
import csv
import sys

figures = {}
for row in csv.DictReader(open(sys.argv[1])):
    word, name = row["INDICATOR"].split("-")[1:]
    if row["OBS_VALUE"]:
        figures[name, word.lower(), row["REF_AREA"], row["SEX"].replace("_Z", "_T")] = row
name, header, same, differ = "", [], {}, 0
for line in csv.reader(open(sys.argv[2])):
    if len(line) == 1:
        name = line[0]
    elif line[0] == "statistic":
        header = line
    else:
        row = dict(zip(header, line))
        figure = figures.pop((name, row["statistic"], row["country"], row.get("sex", "_T")), None)
        if not figure:
            continue
        pairs = [("estimate", "OBS_VALUE"), ("std_error", "STD_ERROR"), ("conf_low", "CONF_LOW"), ("conf_high", "CONF_HIGH"),
                 ("df", "DF"), ("n", "N_OBS")]
        bad = [(a, row[a], figure[b]) for a, b in pairs if row[a] != figure[b] and not {row[a], figure[b]} <= {"", "NaN"}
               and not (row[a] and figure[b] and float(row[a]) == float(figure[b]))]
        if bad:
            print("differs:", name, row["statistic"], row["country"], row.get("sex", "_T"), *bad)
        same[name] = same.get(name, 0) + (not bad)
for name in sorted(same):
    print(name, "same:", same[name])
for key in figures:
    print("not printed:", *key)
