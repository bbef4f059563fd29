"""again.py CASES TRUTH FIGURES: TIP-07 made again from the cases (Chapman 1951; Chao 1987), by form and in sums; and the truth."""
import csv
import math
import sys

cases, truth, figures = (list(csv.DictReader(open(path))) for path in sys.argv[1:4])
PER, Z = 0.1, 1.959963984540054
REGIONS = {"XYA": ("XAA", "XAB", "XAC"), "XYZ": ("XAA", "XAB", "XAC")}


def part(area, form):
    rows = [c for c in cases if c["region"] == area and c["form"] == form]
    n1, n2 = sum(c["first"] == "1" for c in rows), sum(c["second"] == "1" for c in rows)
    m = sum(c["first"] == c["second"] == "1" for c in rows)
    n = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    v = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    size = [float(c["person_years"]) for c in rows]
    k, w = len(size), math.fsum(size) / len(size)
    s2 = math.fsum((x - w) ** 2 for x in size) / (k - 1)
    return PER * n * w, PER * PER * (w * w * v + n * (n - k) * s2 / k), PER * k * w


def whole(areas, forms):
    parts = [part(a, f) for a in areas for f in forms if any(c["region"] == a and c["form"] == f for c in cases)]
    value, variance, seen = (math.fsum(p[i] for p in parts) for i in range(3))
    unseen = value - seen
    c = math.exp(Z * math.sqrt(math.log(1 + variance / unseen ** 2)))
    return value, math.sqrt(variance), seen + unseen / c, seen + unseen * c


agree = 0
for f in figures:
    areas = REGIONS.get(f["REF_AREA"], (f["REF_AREA"],))
    wanted = whole(areas, ("SX", "EC", "ST") if f["FORM"] == "_T" else (f["FORM"],))
    found = [float(f[c]) for c in ("OBS_VALUE", "STD_ERROR", "CONF_LOW", "CONF_HIGH")]
    fine = all(abs(x - e) <= 1e-9 * abs(e) for x, e in zip(found, wanted))
    agree += fine
    print(f["REF_AREA"], f["FORM"], "%.4f %.4f %.4f %.4f" % tuple(found), f["NATURE"], "" if fine else "differs from %r" % (wanted,))
print(agree, "of", len(figures), "agree")
for t in truth:
    f = next(f for f in figures if (f["REF_AREA"], f["FORM"]) == (t["area"], t["form"]))
    within = float(f["CONF_LOW"]) <= float(t["persons"]) <= float(f["CONF_HIGH"])
    print(t["area"], t["form"], t["persons"], "within" if within else "outside")
