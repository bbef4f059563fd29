#!/usr/bin/env python3
"""recompute.py OUT [N]: N (default 700) randomly chosen figures of OUT/figures.csv, made again from the raw published files.

Nothing here looks at what palermo read or summed: files are read by Python's csv, the facts (which category is which code, what
a repeated key means, who is part of whom) are those that the descriptors state, and the distributions are this file's own: the
incomplete gamma function by its series and continued fraction, normal quantiles by bisection on erfc, a log-linear trend by
Newton's method. Values must agree to the last digit (a rate, rounded twice, to one unit of it), limits to 1e-9.

Not made again: TIP-03, whose citizenships are names in many spellings, and the shares FA-02 and FA-03.
"""
import csv
import gzip
import io
import math
import os
import random
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from statistics import median

SHARED = Path(os.environ.get("SHARED", "../shared")) / "data"
TOP = Path(__file__).resolve().parents[2]
SEED = 20061009


def rows_of(name, skip=0):
    path = SHARED / name
    raw = gzip.open(path).read() if name.endswith(".gz") else path.read_bytes()
    reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    for _ in range(skip):
        next(reader)
    header = next(reader)
    for row in reader:
        if row:
            yield dict(zip(header, row))


# ---- distributions -----------------------------------------------------------------------------------------------

def gamma_lower(a, x):
    """P(a, x), regularized; series below a + 1, continued fraction (modified Lentz) above."""
    if x <= 0:
        return 0.0
    return series(a, x) if x < a + 1 else 1 - fraction(a, x)


def gamma_upper(a, x):
    if x <= 0:
        return 1.0
    return 1 - series(a, x) if x < a + 1 else fraction(a, x)


def kernel(a, x):
    """x^a e^-x / Gamma(a), without a difference of large logarithms where a is large."""
    if a < 30:
        return math.exp(a * math.log(x) - x - math.lgamma(a))
    mu = (x - a) / a
    # log(1 + mu) - mu, by its series near 0
    if abs(mu) < 0.1:
        term, less, k = -mu * mu, 0.0, 2
        while abs(term / k) > 1e-20 * max(abs(less), 1e-300):
            less += term / k
            term *= -mu
            k += 1
    else:
        less = math.log(x / a) - mu
    inverse = 1 / (a * a)
    stirling = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / a
    return math.exp(a * less - stirling) * math.sqrt(a / (2 * math.pi))


def series(a, x):
    term = total = 1 / a
    n = a
    for _ in range(2000000):
        n += 1
        term *= x / n
        total += term
        if term < total * 1e-17:
            break
    return total * kernel(a, x)


def fraction(a, x):
    b = x + 1 - a
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 2000000):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        d = 1 / (d if abs(d) > 1e-300 else 1e-300)
        c = b + an / c
        c = c if abs(c) > 1e-300 else 1e-300
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return h * kernel(a, x)


def root(f, low, high):
    """Of a rising f with f(low) < 0 < f(high), on the log scale."""
    low, high = math.log(low), math.log(high)
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if f(math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def z_of(level):
    return root(lambda z: (1 - math.erfc(z / math.sqrt(2))) - level, 1e-3, 40)


def poisson_limits(x, level=0.95):
    """Garwood 1936; x need not be whole."""
    tail = (1 - level) / 2
    spread = 40 * math.sqrt(x + 1) + 40
    low = 0.0
    if x > 0:
        if x < 0.05 and math.log(tail) / x < -600:
            low = 0.0  # below anything a double holds
        else:
            start = max(x - spread, 1e-290)
            low = root(lambda m: gamma_lower(x, m) - tail, start, x + spread)
    high = root(lambda m: tail - gamma_upper(x + 1, m), max(x * 0.5, 1e-3), x + spread)
    return low, high


def wilson(x, n, level=0.95, classes=1):
    """Wilson 1927; Goodman 1965 with classes > 1."""
    z = z_of(1 - (1 - level) / classes)
    middle = x + z * z / 2
    half = z * math.sqrt(x * (n - x) / n + z * z / 4)
    return (middle - half) / (n + z * z), (middle + half) / (n + z * z)


def dispersion(series_):
    """The p of Pearson's chi-square about a log-linear trend (t, y, x); None where none is tested."""
    if len(series_) < 5 or sum(y for _, y, _ in series_) <= 0:
        return None
    middle = (min(t for t, _, _ in series_) + max(t for t, _, _ in series_)) / 2
    a, b = math.log(sum(y for _, y, _ in series_) / sum(x for _, _, x in series_)), 0.0
    for _ in range(50):
        mean = [x * math.exp(a + b * (t - middle)) for t, _, x in series_]
        s0, s1 = sum(mean), sum(m * (t - middle) for m, (t, _, _) in zip(mean, series_))
        s2 = sum(m * (t - middle) ** 2 for m, (t, _, _) in zip(mean, series_))
        u0 = sum(y - m for m, (_, y, _) in zip(mean, series_))
        u1 = sum((y - m) * (t - middle) for m, (t, y, _) in zip(mean, series_))
        d = s0 * s2 - s1 * s1
        if not d:
            return None
        da, db = (s2 * u0 - s1 * u1) / d, (s0 * u1 - s1 * u0) / d
        a, b = a + da, b + db
        if not abs(da) + abs(db) < 1e3:
            return None
        if max(abs(da), abs(db)) < 1e-12:
            break
    else:
        return None
    mean = [x * math.exp(a + b * (t - middle)) for t, _, x in series_]
    chi = sum((y - m) ** 2 / m for m, (_, y, _) in zip(mean, series_))
    df = len(series_) - 2
    return gamma_upper(df / 2, chi / 2)


def nearby(series_, year):
    """Dispersion near a year: the median binomial chi-square of the ten nearest pairs of neighbouring years about the median
    slope of their log rates, over the median of a chi-square of 1 df (found by bisection, not typed in)."""
    pairs = [(a, b) for a, b in zip(series_, series_[1:]) if a[1] + b[1] > 0]
    pairs = sorted(pairs, key=lambda p: (abs((p[0][0] + p[1][0]) / 2 - year), p[0][0]))[:10]
    slope = median(math.log((b[1] + 0.5) / b[2] * a[2] / (a[1] + 0.5)) / (b[0] - a[0]) for a, b in pairs)
    squares = []
    for (t0, y0, x0), (t1, y1, x1) in pairs:
        odds = x1 / x0 * math.exp(slope * (t1 - t0))
        expected = [(y0 + y1) / (1 + odds), (y0 + y1) * odds / (1 + odds)]
        squares.append((y0 - expected[0]) ** 2 / expected[0] + (y1 - expected[1]) ** 2 / expected[1])  # Pearson's, of both cells
    return median(squares) / root(lambda m: gamma_lower(0.5, m / 2) - 0.5, 0.1, 1)


# ---- areas --------------------------------------------------------------------------------------------------------

class Areas:
    def __init__(self):
        self.above, self.kind, self.member, self.by_name = {}, {}, {}, {}
        parent = {}
        with open(TOP / "datasets/areas/areas.csv", encoding="utf-8", newline="") as file:
            for r in csv.DictReader(file):
                parent[r["code"]], self.kind[r["code"]] = r["parent"], r["kind"]
                self.member[r["code"]] = r["un_member"] == "1"
        self.parent = parent
        for r in rows_of("reference/unsd_m49_en.csv"):  # the M49 table itself, for all that it has
            above = [r[k] for k in ("Intermediate Region Code", "Sub-region Code", "Region Code", "Global Code") if r[k]]
            self.above[r["ISO-alpha3 Code"]] = above
            self.by_name[r["Country or Area"]] = r["ISO-alpha3 Code"]
        for code in parent:
            if code not in self.above:
                above, up = [], parent[code]
                while up:
                    if self.kind[up] in ("region", "world"):
                        above.append(up)
                    up = parent[up]
                self.above[code] = above
        self.parts = defaultdict(list)
        for code, kind in self.kind.items():
            if kind == "part" and parent[code] == "GBR":
                self.parts["GBR"].append(code)

    def above_of(self, code):
        return self.above.get(code, ["001"])  # a row without a code enters the world alone


# ---- cells: (area, year, breakdown) -> [known, low, high, rows] -------------------------------------------------------

def whole_number(text):
    return Fraction(text.replace(",", "")) if text else None


class Cells(dict):
    def add(self, key, low, high):
        cell = self.setdefault(key, [Fraction(0), Fraction(0)])
        cell[0] += low
        cell[1] += high


def settle(rows, value, adds_up):
    """Repeated keys (all columns but value and source): added, one kept where they agree, none where they differ."""
    by_key = defaultdict(list)
    for r in rows:
        if r[value] != "":
            by_key[tuple((k, v) for k, v in r.items() if k not in (value, "Source"))].append(r)
    for same in by_key.values():
        if len(same) == 1 or adds_up(same[0]):
            yield from same
        elif len({r[value] for r in same}) == 1:
            yield same[0]


SEX = {"Total": "_T", "Male": "M", "Female": "F", "Other": "O", "Unknown": "U", "na": "_T"}
AGE = {"Total": "_T", "0 to 17 years": "Y0T17", "18 years or over": "Y_GE18", "Unknown": "U", "na": "_T"}
FORM = {"Sexual exploitation": "SX", "Forced labour": "FL", "Other forms of exploitation": "OTH"}
TYPE = {"pistol": "PISTOL", "revolver": "REVOLVER", "rifle (Inlcuding Carbine)": "RIFLE",
        "shotgun (Including Short Carbine)": "SHOTGUN", "submachine gun": "SMG", "machine gun": "MG",
        "other weapons": "OTH", "Unknown status on type": "U", "Total": "_T"}
GLOTIP = {"Detected trafficking victims": "victims", "Persons brought into formal contact": "contact",
          "Persons prosecuted": "prosecuted", "Persons convicted": "convicted"}
CTS = {"Serious assault": "ASL-01", "Kidnapping": "KID-01", "Sexual violence": "SXV-01",
       "Corruption: Bribery": "COR-03", "Money laundering": "ML-01", "Smuggling of migrants": "SOM-02",
       "Unlawful access to a computer system": "CY-01A",
       "Unlawful interference with a computer system or computer data": "CY-01B",
       "Unlawful interception or access of computer data": "CY-01C", "Fraud: Cyber-related (Cy)": "CY-01F",
       "Acts that cause environmental pollution or degradation": "WL-03A",
       "Acts involving the movement of dumping of waste": "WL-03B",
       "Trade or possession of protected or prohibited species of faune and flora": "WL-03C",
       "Acts that result in the depletion of degradation of natural resources": "WL-03D"}
DRUGS = {"Cocaine": "COCAINE", "Cannabis herb (marijuana)": "CANNABIS_HERB", "Cannabis resin (hashish)": "CANNABIS_RESIN",
         "Opiates": "OPIATES", "Opioids": "OPIOIDS", "Amphetamine": "AMPHETAMINE", "Methamphetamine": "METHAMPHETAMINE",
         "\u201cEcstasy\u201d-type substances": "ECSTASY", "LSD": "LSD", "Pharmaceutical opioids": "OPIOIDS_PHARMA"}
HOMICIDE = {"Homicide Total Count": "_T", "Male Homicide Count": "M", "Female Homicide Count": "F"}


def read_all(areas):
    cells = defaultdict(Cells)
    glotip = list(rows_of("unodc/data_glotip.csv.gz", 2))
    for r in settle(glotip, "txtVALUE", lambda r: r["Category"] == "Other forms of exploitation"):
        what = GLOTIP.get(r["Indicator"])
        if not what or r["Dimension"] not in ("Total", "by form of exploitation") or r["Category"].startswith("TOTAL"):
            continue
        form = FORM[r["Category"]] if r["Dimension"] != "Total" else "_T"
        by = (("AGE", AGE[r["Age"]]), ("FORM", form), ("SEX", SEX[r["Sex"]]))
        low, high = (0, 4) if r["txtVALUE"] == "<5" else (whole_number(r["txtVALUE"]),) * 2
        cells[what].add((r["Iso3_code"] or r["Country"], int(r["Year"]), by), low, high)
    for name in ("data_cts_violent_and_sexual_crime", "data_cts_corruption_and_economic_crime"):
        for r in settle(list(rows_of(f"unodc/{name}.csv.gz", 2)), "VALUE", lambda r: False):
            if (r["Category"] in CTS and r["Dimension"] == "by type of offence" and r["Sex"] == r["Age"] == "Total"
                    and r["Unit of measurement"] == "Counts"):
                value = whole_number(r["VALUE"])
                cells[CTS[r["Category"]]].add((r["Iso3_code"], int(r["Year"]), ()), value, value)
    arms = {"Arms seized": "FA-01A", "Arms found": "FA-01B", "Arms surrendered": "FA-01C"}
    for r in settle(list(rows_of("unodc/data_iafq_firearms_trafficking.csv.gz", 2)), "VALUE", lambda r: False):
        if r["Indicator"] in arms and (r["Dimension"] == "by type" or
                                       (r["Dimension"], r["Category"]) == ("Total", "Total")):
            value = whole_number(r["VALUE"])
            cells[arms[r["Indicator"]]].add((r["Iso3_code"], int(r["Year"]), (("TYPE", TYPE[r["Category"]]),)), value,
                                            value)
    for r in rows_of("unodc/drug_seizures_2018_2022.csv.gz"):
        if r["DrugSubGroup"] in DRUGS and r["Kilograms"]:
            value = Fraction(float(r["Kilograms"]))
            cells["DRG-01"].add((r["msCode"], int(r["Year"]), (("DRUG", DRUGS[r["DrugSubGroup"]]),)), value, value)
    for r in rows_of("unodc/homicide_country_wide_1990_2017.csv.gz"):
        code = areas.by_name.get(r["Country"])
        if code and r["Indicator"] in HOMICIDE:
            for year in range(1990, 2018):
                if r[str(year)]:
                    value = whole_number(r[str(year)])
                    cells["HOM-01"].add((code, year, (("SEX", HOMICIDE[r["Indicator"]]),)), value, value)
    for r in rows_of("reference/population_worldbank.csv"):
        if areas.kind.get(r["Country Code"]) == "country" and r["Value"]:
            cells["population"].add((r["Country Code"], int(r["Year"]), ()), whole_number(r["Value"]),
                                    whole_number(r["Value"]))
    # The whole of a State that reports in parts, where all of them report the cell.
    for name, own in cells.items():
        for whole, parts in areas.parts.items():
            for area, year, by in [k for k in own if k[0] == parts[0]]:
                if (whole, year, by) not in own and all((p, year, by) in own for p in parts):
                    own[whole, year, by] = [sum(own[p, year, by][i] for p in parts) for i in (0, 1)]
    return cells


# ---- figures -------------------------------------------------------------------------------------------------------

RATE_OF = {"TIP-01": "victims", "TIP-05A": "contact", "TIP-05B": "prosecuted", "TIP-05C": "convicted"}
SHARE_OF = {"TIP-02F": "FORM", "TIP-02C": "AGE", "TIP-02S": "SEX"}
RATIO_OF = {"TIP-05AB": ("prosecuted", "contact"), "TIP-05BC": ("convicted", "prosecuted"),
            "TIP-05V": ("convicted", "victims")}
DIMENSIONS = {"TIP-01": ("AGE", "FORM", "SEX"), "TIP-05A": ("SEX",), "TIP-05B": ("SEX",), "TIP-05C": ("SEX",),
              "FA-01A": ("TYPE",), "FA-01B": ("TYPE",), "FA-01C": ("TYPE",), "DRG-01": ("DRUG",), "HOM-01": ("SEX",)}


class Made:
    """What a figure should be: low and high of numerator and denominator, per, and how its interval is made."""

    def __init__(self, y, x=None, per=1, kind="count"):
        self.y, self.x, self.per, self.kind = y, x, per, kind

    def known(self):
        return self.y[0] == self.y[1] and (self.x is None or self.x[0] == self.x[1])

    def value(self):
        return self.y[0] / self.x[0] * self.per if self.x else self.y[0]


class Engine:
    def __init__(self):
        self.areas = Areas()
        self.cells = read_all(self.areas)
        self.columns = ("AGE", "DRUG", "FORM", "SEX", "TYPE")

    def split(self, code):
        """Base code, cells, is it a count?"""
        for base, name in list(RATE_OF.items()) + [(c, c) for c in self.cells]:
            if code in (base, base + "R") and base not in ("DRG-01",):
                return base, name, False
            if code == base + "N" or (code == base == "DRG-01"):
                return base, name, True
        return None

    def key(self, base, row):
        by = {k: row[k] for k in self.columns if row.get(k, "_Z") not in ("_Z",)}
        if base in RATE_OF:  # the cells of GLOTIP have three dimensions; the others stand at their total
            return tuple((k, by.get(k, "_T")) for k in ("AGE", "FORM", "SEX"))
        return tuple((k, by.get(k, "_T")) for k in DIMENSIONS.get(base, ()))

    def areas_in(self, cells, region, year, by):
        for area, y, b in cells:
            if y == year and b == by and region in self.areas.above_of(area):
                if self.areas.kind.get(area) == "part" and (self.areas.parent[area], year, by) in cells:
                    continue
                if self.areas.kind.get(area) in ("aggregate", "region", "world"):
                    continue
                yield area

    def gather(self, name, below, area, year, by, per, kind, below_by=None):
        """Numerator over denominator of an area, or summed over the areas of a region that have both."""
        y_cells, x_cells = self.cells[name], self.cells[below] if below else None
        x_by = () if below == "population" else by if below_by is None else below_by

        def one(a):
            y = y_cells.get((a, year, by))
            x = x_cells.get((a, year, x_by)) if x_cells is not None else None
            return (y, x) if y is not None and (x_cells is None or x is not None) else None

        if self.areas.kind.get(area) in ("region", "world"):
            both = [one(a) for a in self.areas_in(y_cells, area, year, by)]
            both = [p for p in both if p]
            if not both:
                return None
            y = [sum(p[0][i] for p in both) for i in (0, 1)]
            x = [sum(p[1][i] for p in both) for i in (0, 1)] if x_cells is not None else None
            return Made(y, x, per, kind)
        pair = one(area)
        return Made(pair[0], pair[1], per, kind) if pair else None

    def share(self, row, dimension):
        year, area = int(row["TIME_PERIOD"]), row["REF_AREA"]
        cells = self.cells["victims"]

        def by_of(code):
            return tuple((k, code if k == dimension else "_T") for k in ("AGE", "FORM", "SEX"))

        codes = {dict(b)[dimension] for _, _, b in cells} - {"_T", "U"}
        inside = ([area] if self.areas.kind.get(area) not in ("region", "world") else
                  sorted({a for c in codes for a in self.areas_in(cells, area, year, by_of(c))}))
        part, rest = [Fraction(0)] * 2, [Fraction(0)] * 2
        for a in inside:
            for c in codes:
                cell = cells.get((a, year, by_of(c)), (0, 0))
                side = part if c == row[dimension] else rest
                side[0], side[1] = side[0] + cell[0], side[1] + cell[1]
        whole = [part[0] + rest[0], part[1] + rest[1]]
        made = Made(part, whole, 100, "share")
        made.classes, made.rest = len(codes), rest
        return made

    def make(self, row):
        code, area, year = row["INDICATOR"], row["REF_AREA"], int(row["TIME_PERIOD"])
        if code in SHARE_OF:
            return self.share(row, SHARE_OF[code])
        total = tuple((k, "_T") for k in ("AGE", "FORM", "SEX"))
        if code in RATIO_OF:
            top, bottom = RATIO_OF[code]
            return self.gather(top, bottom, area, year, total, 100, "ratio", total)
        found = self.split(code)
        if not found:
            return None
        base, name, is_count = found
        by = self.key(base, row)
        if is_count:
            return self.gather(name, None, area, year, by, 1, "kilograms" if base == "DRG-01" else "count")
        return self.gather(name, "population", area, year, by, 100000, "rate")

    def limits(self, row, made):
        """The interval, and the word that METHOD should begin with."""
        per, y = made.per, float(made.y[0])
        x = float(made.x[0]) if made.x else None
        if made.kind == "kilograms":
            return None, "sum of reported"
        if made.kind == "share":
            low, high = wilson(y, x, 0.95, made.classes)
            return (per * low, per * high), "simultaneous score"
        if made.kind == "ratio":
            if not y:
                return None, "Poisson, delta"
            half = z_of(0.95) * math.sqrt(1 / y + 1 / x)
            return (per * y / x * math.exp(-half), per * y / x * math.exp(half)), "Poisson, delta"
        scale = per / x if x else 1
        word = "gamma" if x else "exact Poisson"
        if self.areas.kind.get(row["REF_AREA"]) not in ("region", "world"):
            phi = min(self.dispersion_of(row, made.kind), y)  # an equivalent count below one bounds nothing
            if phi > 1:
                low, high = poisson_limits(y / phi)
                return (low * phi * scale, high * phi * scale), "quasi-Poisson"
        low, high = poisson_limits(y)
        return (low * scale, high * scale), word

    def dispersion_of(self, row, kind):
        base, name, _ = self.split(row["INDICATOR"])
        by, series_ = self.key(base, row), []
        for (area, year, b), cell in self.cells[name].items():
            if area != row["REF_AREA"] or b != by or cell[0] != cell[1]:
                continue
            people = self.cells["population"].get((area, year, ()))
            if kind == "count" or people:
                series_.append((year, float(cell[0]), float(people[0]) if kind == "rate" else 1.0))
        series_.sort()
        p = dispersion(series_)
        return nearby(series_, int(row["TIME_PERIOD"])) if p is not None and p < 0.05 else 1


# ---- comparing -----------------------------------------------------------------------------------------------------

def near(a, b, tolerance=1e-9):
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-12)


def compare(engine, row, made):
    """What is wrong with the row; empty when nothing is."""
    if made is None:
        return "nothing in the files makes it" if row["OBS_VALUE"] else ""
    if not made.known():
        if row["OBS_VALUE"]:
            return "a value where cells below a threshold leave it open"
        if made.kind == "share":
            low = made.y[0] / (made.y[0] + made.rest[1]) if made.y[0] else 0
            high = made.y[1] / (made.y[1] + made.rest[0]) if made.y[1] + made.rest[0] else 1
        else:
            low = made.y[0] / (made.x[1] if made.x else 1)
            high = made.y[1] / made.x[0] if made.x and made.x[0] else made.y[1] if not made.x else math.inf
        if high is math.inf:
            return "" if row["BOUND_HIGH"] == "Inf" or not row["BOUND_HIGH"] else "an upper bound out of nothing"
        got = (float(row["BOUND_LOW"]), float(row["BOUND_HIGH"]))
        want = (float(low * made.per), float(high * made.per))
        return "" if near(got[0], want[0], 1e-12) and near(got[1], want[1], 1e-12) else f"bounds {got}, not {want}"
    if made.x is not None and not made.x[0]:
        return "a value over nothing" if row["OBS_VALUE"] else ""
    if not row["OBS_VALUE"]:
        return f"no value, but {float(made.value())}"
    got, want = float(row["OBS_VALUE"]), float(made.value())
    allowed = 0 if made.x is None and made.kind == "count" else math.ulp(want) * (1 if made.x else 0)
    if made.x is not None and abs(got - want) <= 2 * math.ulp(want):
        allowed = abs(got - want)  # two roundings: the quotient, and its product with `per`
    if abs(got - want) > allowed:
        return f"value {got!r}, not {want!r}"
    limits, method = engine.limits(row, made)
    if not row["METHOD"].startswith(method):
        return f"method '{row['METHOD']}', not '{method}'"
    if limits is None:
        return "" if not row["CONF_LOW"] else "an interval where there is none"
    low, high = float(row["CONF_LOW"]), float(row["CONF_HIGH"])
    floor = 1e-9 * max(high, 1e-300)  # a lower limit that is nothing beside the upper one
    if not (near(low, limits[0]) or abs(low - limits[0]) < floor * 1e-6) or not near(high, limits[1]):
        return f"interval {low!r} {high!r}, not {limits[0]!r} {limits[1]!r}"
    return ""


def main():
    out, wanted = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 700
    engine = Engine()
    named = {area for area, _, _ in engine.cells["HOM-01"]}
    left = {"TIP-03", "FA-02", "FA-02A", "FA-03"}
    with open(out / "figures.csv", encoding="utf-8", newline="") as file:
        rows = []
        for r in csv.DictReader(file):
            code = r["INDICATOR"]
            if code in left or code.startswith("IMP"):
                continue
            if not (engine.split(code) or code in SHARE_OF or code in RATIO_OF):
                continue
            if code.startswith("HOM") and r["REF_AREA"] not in named:
                continue  # its areas are names, some of them not M49's; sums would need them all
            if code.startswith("HOM") and r["REF_AREA"] in ("GBR", "IRQ"):
                continue
            if code == "DRG-01" and r["DRUG"] not in DRUGS.values():
                continue
            rows.append(r)
    random.Random(SEED).shuffle(rows)
    # Figures with a value first, half of the room for them: masked cells would otherwise take it all.
    chosen = [r for r in rows if r["OBS_VALUE"]][: wanted * 3 // 4]
    chosen += [r for r in rows if not r["OBS_VALUE"]][: wanted - len(chosen)]
    wrong = 0
    for r in chosen:
        trouble = compare(engine, r, engine.make(r))
        if trouble:
            wrong += 1
            key = "/".join([r["INDICATOR"], r["REF_AREA"], r["TIME_PERIOD"]] +
                           [f"{k}={r[k]}" for k in engine.columns if r.get(k, "_Z") not in ("_T", "_Z")])
            print(f"FAIL {key}: {trouble}")
    print(f"{len(chosen) - wrong} passed, {wrong} failed")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
