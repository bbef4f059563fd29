"""Jackknives made from the design against the same factors given by row, on random designs of two stages with corrections:
groups that lie in one unit, units without a value, units that come back. Prints how many standard errors differ."""
import csv
import math
import random
import subprocess

differ = of = 0
for seed in range(12):
    rng = random.Random(seed)
    sampled = {st: rng.randint(3, 6) for st in "ABC"}
    units = [(st, i) for st in sampled for i in range(1, sampled[st] + 1)]
    rows = [{"st": st, "psu": i, "u": f"{st}{i}", "ssu": s, "N": 40, "M": 30, "w": round(rng.uniform(1, 9), 3),
             "y": round(rng.gauss(50, 9), 2) if rng.random() > .5 else "", "g": rng.choice("abcdefgh")}
            for st, i in units for s in range(1, rng.randint(2, 4)) for _ in range(rng.randint(1, 3))]
    rng.shuffle(rows)
    n = len(units)
    for r in rows:
        for j, unit in enumerate(units):
            left, h = unit == (r["st"], r["psu"]), sampled[unit[0]]
            r[f"jn{j:02}"] = repr(0.0 if left else h / (h - 1) if unit[0] == r["st"] else 1.0)
            r[f"j1{j:02}"] = repr(0.0 if left else n / (n - 1))
    with open("jackknife.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    def errors(*flags):
        argv = ["palermo", "estimate", "jackknife.csv", "mean(y)", "total(y)", "ratio(y,w)", "--by", "g", "--weights", "w", *flags]
        out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        return [(float(r["estimate"]), float(r["std_error"])) for r in csv.DictReader(out.splitlines())]

    rscales = ",".join(repr((sampled[st] - 1) / sampled[st] * (1 - sampled[st] / 40)) for st, _ in units)
    given = ["--variance", "replicates", "--replicate-kind", "factor"]
    for made, rows in ((errors("--strata", "st", "--psu", "psu,ssu", "--fpc", "N,M", "--nest", "--variance", "jkn"),
                        errors(*given, "--replicates", "jn*", "--scale", "1", "--rscales", rscales)),
                       (errors("--psu", "u,ssu", "--fpc", "N,M", "--variance", "jk1"),
                        errors(*given, "--replicates", "j1*", "--scale", repr((n - 1) / n * (1 - n / 40))))):
        for (_, a), (value, b) in zip(made, rows):
            of += 1
            differ += not (math.isnan(a) and math.isnan(b)) and not abs(a - b) <= 1e-9 * abs(b) + 1e-12 * abs(value)
print(differ, "differ", "" if of > 500 else f"but only {of} were compared")
