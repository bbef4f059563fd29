"""survey_register.py: counts and rates of registers: which flags a row means."""
import csv
import re

from . import filters
from .calls import Attempt

EXPECTED = ("estimate", "se", "ci_low", "ci_high", "df", "df_design", "status")
NB = re.compile(r"^(nb-\w+|rr-nb-log)\(theta=([^)]+)\)$")
SIDES = re.compile(r"^(\w+)\[([^\]]+)\]\s*[-/]\s*\1\[([^\]]+)\]$")
TESTS = {"score-test": "score", "log-ratio-wald": "log-wald", "exact-minlike": "exact-minlike",
         "exact-central": "exact-central"}
VALUES = {"count": "count({y})", "rate_per_100k": "rate({y},{x},100000)", "dsr_per_100k": "dsr({y},{x},100000)"}
CHANGES = {"rate_ratio": "rate-ratio({y},{x})", "rate_difference_per_100k": "rate-difference({y},{x},100000)",
           "dsr_ratio": "dsr-ratio({y},{x})"}


class File:
    """What rows and data of one register say: the columns of counts, population and time."""

    def __init__(self, path, rows):
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            self.header = list(reader.fieldnames)
            self.values = {name: set() for name in self.header}
            for record in reader:
                for name in self.header:
                    self.values[name].add(record[name])
        pairs = [r["variables"].split("/") for r in rows if r["statistic"] in ("rate_per_100k", "dsr_per_100k")]
        units = [r["variables"].split(" by ") for r in rows if r["statistic"] == "nb_theta_moment"]
        self.y, self.x = pairs[0] if pairs else ("count", "population")
        self.unit = units[0][1] if units else None

    def column_of(self, *values):
        """The column that holds these values: the unit of theta where it does, else the first that does."""
        for name in ([self.unit] if self.unit else []) + self.header:
            if set(values) <= self.values.get(name, set()):
                return name
        return None


def facts(folder, rows):
    by_file = {}
    for row in rows:
        if row["data_file"]:
            by_file.setdefault(row["data_file"].split("+")[0], []).append(row)
    return {name: File(folder / "data" / name, of) for name, of in by_file.items()}


def interval(row):
    """--interval and --theta of a row; None when its method is not known."""
    method = row["ci_method"]
    nb = NB.match(method)
    if nb:
        return ["--interval", nb[1], "--theta", nb[2]]
    if method == "rr-exact-conditional":
        return ["--interval", "rr-exact"]
    for front in ("poisson-", "dsr-"):
        if method.startswith(front):
            return ["--interval", method[len(front):]]
    if method in ("rr-lognormal", "lognormal", "wald"):
        return ["--interval", method]
    return None


def expected_of(row):
    return {name: row[name] for name in EXPECTED}


def single_count(row):
    """No data file: 'x=30' is a table of one row on standard input."""
    given = re.match(r"^(\w+)=(\S+)$", row["variables"])
    flags = interval(row)
    if not given or row["statistic"] != "count" or flags is None:
        return None
    return Attempt(["-"], flags, f"count({given[1]})", "count", expected_of(row), stdin=f"{given[1]}\n{given[2]}\n")


def attempt(folder, files, row):
    if not row["data_file"]:
        return single_count(row)
    names = row["data_file"].split("+")
    file = files[names[0]]
    where = filters.conditions(row["domain"])
    if where is None:
        return None
    flags = [part for condition in where for part in ("--where", condition)]
    if len(names) > 1:
        with open(folder / "data" / names[1], newline="", encoding="utf-8") as standard:
            header = next(csv.reader(standard))
        flags += ["--standard", str(folder / "data" / names[1]), "--standard-by", ",".join(header[:-1])]
    by, group = [b for b in row["by"].split(",") if b], row["group"].split("|") if row["group"] else []
    if by:
        flags += ["--by", ",".join(by)]
    path, statistic = [str(folder / "data" / names[0])], row["statistic"]

    def made(stat, word, more):
        stat = stat.format(y=file.y, x=file.x)
        return Attempt(path, flags + more, stat, word, expected_of(row), group,
                       refused=row["status"].startswith("error"))

    if statistic in VALUES:
        file.y = row["variables"].split("/")[0]
        method = interval(row)
        return made(VALUES[statistic], statistic.removesuffix("_per_100k"), method) if method is not None else None
    if statistic == "nb_theta_moment":
        y, unit = row["variables"].split(" by ")
        return made(f"theta({y},{unit})", "theta", [])
    sides = SIDES.match(row["variables"])
    column = file.column_of(sides[2], sides[3]) if sides else None
    if not column:
        return None
    change = ["--change", f"{column}:{sides[3]},{sides[2]}"]
    if statistic in ("z_value", "p_value"):
        test = TESTS.get(row["ci_method"])
        return made("rate-ratio({y},{x})", statistic, change + ["--test", test]) if test else None
    method = interval(row)
    if method is None:
        return None
    if statistic == "percent_change":
        return made("rate({y},{x},100000)", statistic, change + method)
    if statistic in CHANGES:
        word = statistic.removesuffix("_per_100k").replace("_", "-")
        return made(CHANGES[statistic], word, change + method)
    return None
