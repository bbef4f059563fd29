"""agree.py FIGURES EXPECTED: how many rows agree with R's survey: estimates, errors and design effects to 1e-9, df, limits to 1e-7.
agree.py --same A B: how many cells of two outputs of palermo are the same to 1e-12 (rows of A that B lacks are counted).
agree.py --bytes STATE FILE GROUP...: neither a sum of a sampling unit of FILE nor a name of a unit or of GROUP stands in STATE."""
import csv
import struct
import sys


def rows_of(path):
    return {(r["statistic"], r["variable"], r["region"]) + ((r["sex"],) if "sex" in r else ()): r for r in csv.DictReader(open(path))}


def near(a, b, tolerance, size=0.0):
    return a == b or abs(a - b) <= tolerance * max(abs(a), abs(b), size)


def against_r(figures, expected):
    found, agree, of = rows_of(figures), 0, 0
    for row in csv.reader(open(expected)):
        of += 1
        mine = found.pop(tuple(row[:3]), None)
        columns = zip(("estimate", "std_error", "df", "deff", "conf_low", "conf_high"), row[3:], (1e-9, 1e-9, 0, 1e-9, 1e-7, 1e-7))
        fine = mine is not None and all(w == "" or (mine[c] != "" and near(float(mine[c]), float(w), t)) for c, w, t in columns)
        agree += fine
        if not fine:
            print("differs:", *row, "and", mine)
    print(agree, "of", of, "agree with R;", len(found), "more")


def same(a, b):
    a, b, cells, lacks = rows_of(a), rows_of(b), 0, 0
    for key, row in a.items():
        if key not in b:
            lacks += 1
            continue
        for column, x in row.items():
            y = b[key][column]
            if column == "note": # what the state says of itself stands beside each of its answers
                y = y.removesuffix("hand-over: small groups are in _O or left out").removesuffix("; ")
            numbers = x != y and column not in ("note", "method", "status")
            if x == y or (numbers and near(float(x), float(y), 1e-12)):
                cells += 1
            else:
                print("differs:", *key, column, x, y)
    print("the same,", "all" if cells else "none", "of the rows that are in both;", lacks, "rows are in the first alone")


def leaks(state, path, groups):
    state = open(state, "rb").read()
    rows, found, looked = list(csv.DictReader(open(path))), [], 0
    sums = {}
    for r in rows:
        w, there = float(r["w"]), r["loss"] != ""
        loss, inc, age = float(r["loss"] or 0), float(r["incidents"]), float(r["age"])
        each = {"w": w, "present w": w * there, "w loss": w * loss, "w incidents": w * inc * there, "w age": w * age,
                "w age^2": w * age * age, "w loss^2": w * loss * loss, "w theft": w * float(r["theft"]), "w " + r["band"]: w,
                "women w": w * (r["sex"] == "F"), "women w age": w * age * (r["sex"] == "F"), "men w": w * (r["sex"] == "M"),
                "men w age": w * age * (r["sex"] == "M")}
        for place in [(r["unit"],), (r["unit"], r["region"])] + [("region", g) for g in groups if g == r["region"]]:
            for name, x in each.items():
                sums[place, name] = sums.get((place, name), 0.0) + x
        for name in ("w", "loss"):
            sums[("row", id(r)), name] = float(r[name] or 0)
    for (place, name), x in sums.items():
        looked += x != 0
        for number in (x, -x) if x else ():
            if struct.pack("<d", number) in state or struct.pack(">d", number) in state:
                found.append((place, name, x))
    for name in {r["unit"] for r in rows} | {r["stratum"] for r in rows} | set(groups):
        looked += 1
        if struct.pack("<Q", len(name)) + name.encode() in state or (len(name) > 3 and name.encode() in state):
            found.append(name)
    print(looked, "looked for,", len(found), "found")


if sys.argv[1] == "--same":
    same(*sys.argv[2:])
elif sys.argv[1] == "--bytes":
    leaks(sys.argv[2], sys.argv[3], sys.argv[4:])
else:
    against_r(*sys.argv[1:])
