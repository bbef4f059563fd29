#!/usr/bin/env python3
"""Writes the synthetic data of this folder, with known truth.

    python3 datasets/reported-cases/generate.py [FOLDER]        (default: the folder this file lies in)

Python 3 standard library only. One seed, one order of drawing: the same bytes every time. Three invented regions have so many cases
of forced labour in the ten years 2014-2023 that somebody reported; two teams search the reports, each without knowing of the other,
and find a case with a probability of their own. Nothing here describes a real place.
"""
import csv
import os
import random
import sys

SEED = 29  # the Convention on forced labour, 1930
YEARS = 10

# cases that somebody reported, chance that the first team finds one, chance that the second does, victims a case, years a victim
REGIONS = {
    "XAA": (2400, 0.35, 0.30, 9.0, 1.8),
    "XAB": (900, 0.45, 0.25, 6.0, 2.5),
    "XAC": (220, 0.30, 0.40, 14.0, 1.2),
}


# shares of cases of sexual exploitation, economic exploitation, imposed by the State
FORMS = {"XAA": (0.25, 0.6, 0.15), "XAB": (0.35, 0.6, 0.05), "XAC": (0.2, 0.8, 0.0)}


def cases():
    draw, kind = random.Random(SEED), random.Random(SEED + 1)
    rows, truth = [], []
    for region, (n, first, second, victims, years) in REGIONS.items():
        total, of_form = 0.0, {"SX": [0, 0.0], "EC": [0, 0.0], "ST": [0, 0.0]}
        for i in range(n):
            people = 1 + int(draw.expovariate(1 / (victims - 0.5)))
            duration = max(0.1, round(draw.gammavariate(2, years / 2), 1))
            a, b = int(draw.random() < first), int(draw.random() < second)
            form = kind.choices(list(of_form), FORMS[region])[0]
            total += people * duration
            of_form[form][0] += 1
            of_form[form][1] += people * duration
            if a or b:
                rows.append([region, f"{region}-{i + 1:04d}", form, a, b, people, duration, f"{people * duration:.1f}"])
        truth.append(["TIP-07", region, 2023, "_T", n, f"{total / YEARS:.2f}"])
        truth += [["TIP-07", region, 2023, f, of_form[f][0], f"{of_form[f][1] / YEARS:.2f}"] for f in of_form if of_form[f][0]]
    return rows, truth


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    rows, truth = cases()
    write(f"{folder}/reported-cases.csv",
          ["region", "case", "form", "first", "second", "victims", "years", "person_years"], rows)
    write(f"{folder}/truth.csv", ["indicator", "area", "year", "form", "cases", "persons"], truth)


if __name__ == "__main__":
    main()
