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


def cases():
    draw = random.Random(SEED)
    rows, truth = [], []
    for region, (n, first, second, victims, years) in REGIONS.items():
        total = 0.0
        for i in range(n):
            people = 1 + int(draw.expovariate(1 / (victims - 0.5)))
            duration = max(0.1, round(draw.gammavariate(2, years / 2), 1))
            a, b = int(draw.random() < first), int(draw.random() < second)
            total += people * duration
            if a or b:
                rows.append([region, f"{region}-{i + 1:04d}", a, b, people, duration, f"{people * duration:.1f}"])
        truth.append(["TIP-07", region, 2023, n, f"{total / YEARS:.2f}"])
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
          ["region", "case", "first", "second", "victims", "years", "person_years"], rows)
    write(f"{folder}/truth.csv", ["indicator", "area", "year", "cases", "persons"], truth)


if __name__ == "__main__":
    main()
