"""The total of y and its variance by the formula, stage by stage: Sarndal, Swensson & Wretman 1992, ch. 4. A lone unit of
the second stage is centred at the mean of all units of its first-stage unit, which is itself, and adds nothing."""
import csv
from collections import defaultdict

rows = list(csv.DictReader(open("survey.csv")))
inside, sampled, sizes, last = defaultdict(list), {}, {}, {}
for r in rows:
    inside[r["st"], r["psu"]].append(float(r["y"]))
    sizes[r["st"]], last[r["st"], r["psu"]] = int(r["N"]), int(r["M"])
for st in sizes:
    sampled[st] = sum(1 for s, _ in inside if s == st)
total = variance = 0
for st, N in sizes.items():
    n, z = sampled[st], []
    for unit, y in inside.items():
        if unit[0] != st:
            continue
        m, M = len(y), last[unit]
        w = N / n * M / m
        z.append(w * sum(y))
        if m > 1:
            mean = w * sum(y) / m
            variance += n / N * (1 - m / M) * m / (m - 1) * sum((w * v - mean) ** 2 for v in y)
    total += sum(z)
    variance += (1 - n / N) * n / (n - 1) * sum((v - sum(z) / n) ** 2 for v in z)
print(f"{total:.12g} {variance ** 0.5:.12g}")
