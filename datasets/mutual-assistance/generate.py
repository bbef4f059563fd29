"""generate.py [FOLDER]: requests for mutual legal assistance between twelve invented States, as each of the two reports
them: requests.csv, and warts.csv with the pairs of figures that were spoilt.

What one State sent, the other should have received. Registers are kept apart, so a few requests in a hundred are counted
by one side alone; five figures are mistyped."""
import csv
import random
import sys
from pathlib import Path

STATES = ["XA" + letter for letter in "ABCDEFGHIJKL"]
YEARS = range(2020, 2024)
draw = random.Random(20001115)
out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)


def binomial(n, p):
    return sum(draw.random() < p for _ in range(n))


rows, places = [], []
for sender in STATES:
    for receiver in STATES:
        usual = int(draw.lognormvariate(3.6, 0.8)) + 3
        for year in YEARS if sender != receiver else ():
            true = max(1, usual + binomial(usual, 0.3) - binomial(usual, 0.3))
            rows.append([sender, receiver, "sent", year, binomial(true, 0.97)])
            rows.append([receiver, sender, "received", year, binomial(true, 0.97)])

warts = []
large = [i for i, r in enumerate(rows) if r[4] >= 20]
for i, kind in zip(draw.sample(large, 5), ("a digit too many", "a digit left out", "a digit too many", "a tenth", "doubled")):
    state, other, direction, year, n = rows[i]
    rows[i][4] = {"a digit too many": n * 10 + 7, "a digit left out": n // 10, "a tenth": n // 10, "doubled": n * 2 + 20}[kind]
    warts.append([state, other, direction, year, n, rows[i][4], kind])

rows.sort()
for name, heads, what in (
        ("requests.csv", ["State", "Other State", "Direction", "Year", "Requests"], rows),
        ("warts.csv", ["State", "Other State", "Direction", "Year", "drawn", "written", "what"], sorted(warts))):
    with open(out / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *what])
