"""rds.py: the folder of respondent-driven sampling and network scale-up: one process a file, method and options."""
import csv
import io
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import near

NUMBERS = {"estimate": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high"}
NSUM = {"nsum_degree": ["--method", "degree"], "nsum_killworth_mle": ["--method", "mle"],
        "nsum_pimle": ["--method", "pimle"], "nsum_backestimate": ["--method", "backestimate"],
        "nsum_weighted_ratio": ["--method", "ratio", "--weights", "weight"],
        "nsum_generalized": ["--method", "generalized", "--weights", "weight"], "nsum_adjusted": ["--method", "mle"]}


class Attempt:
    """One reference row: the command line of its process and what must come out."""

    def __init__(self, argv, row):
        self.argv, self.expected, self.statistic = tuple(argv), row, row["statistic"]
        self.code, self.errors, self.row = None, "", None

    def command(self):
        return shlex.join(["palermo", *self.argv])

    def problems(self):
        if self.code != 0:
            return [f"exit code {self.code}: {self.errors.strip()}"]
        if self.row is None:
            return [f"no row '{self.statistic}' came out"]
        out = []
        tolerance = float(self.expected["tolerance"])
        simulated = "se column" in self.expected["source"]  # the column holds a Monte Carlo error, no answer
        for name, column in NUMBERS.items():
            expected = near.number(self.expected[name])
            if expected is None or (simulated and name == "se"):
                continue
            # Rows of a bootstrap: the point estimate is exact, the tolerance is for the error and limits.
            exact = name == "estimate" and "point estimate exact" in self.expected["source"]
            got = near.number(self.row.get(column, ""))
            bound = (1e-9 if exact else tolerance) * max(1.0, abs(expected))
            if got is None or not abs(got - expected) <= bound:
                out.append(f"{column}: {got}, expected {expected} within {bound}")
        return out


def recognises(header):
    return header == "case_id,data_file,method,options,statistic,estimate,se,ci_low,ci_high,tolerance,source".split(",")


def belongs(rows):
    return any(row["method"].startswith(("RDS", "nsum_")) for row in rows)


def section(row):
    return row["method"].split(" + ")[0] if not row["method"].startswith("nsum_") else "network scale-up"


def optional(row):
    return False


def options_of(row):
    return dict(part.split("=", 1) for part in row["options"].split(";") if part)


def scaleup(folder, row, given):
    argv = ["scaleup", str(folder / row["data_file"]), "--population", given["N"], "--known",
            str(folder / given["known"]), "--hidden", "hidden", *NSUM[row["method"]]]
    if "variance" in given:
        argv += ["--variance", given["variance"]]
    if "hidden_sample" in given:
        argv += ["--hidden-sample", str(folder / given["hidden_sample"])]
    if "transmission" in given:
        argv += ["--transmission", given["transmission"]]
    return argv


def recruits(folder, row, given):
    method, *bootstrap = row["method"].split(" + ")
    argv = ["recruits", str(folder / row["data_file"]), "--id", "id", "--recruiter", "recruiter", "--degree", "degree",
            "--method", method]
    if "variable" in given:
        argv += ["--variable", given["variable"]]
    if bootstrap:
        argv += ["--bootstrap", f"{bootstrap[0].split()[0].lower()}:{given['B']}"]
    for option, flag in (("degree_resampling", "--degree-resampling"), ("N", "--population"),
                         ("samples", "--samples"), ("iterations", "--iterations"), ("group_degrees", "--group-degrees")):
        if option in given:
            argv += [flag, given[option]]
    return argv


def attempts(folder, rows):
    out = []
    for row in rows:
        if row["method"].startswith("nsum_"):
            argv = scaleup(folder, row, options_of(row)) if row["method"] in NSUM else None
        else:
            argv = recruits(folder, row, options_of(row))
        out.append(Attempt([*argv, "--format", "reference"], row) if argv else None)
    return out


def run(palermo, argv, attempts):
    done = subprocess.run([palermo, *argv], capture_output=True, text=True, timeout=600)
    rows = {row["statistic"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    for attempt in attempts:
        attempt.code, attempt.errors, attempt.row = done.returncode, done.stderr, rows.get(attempt.statistic)


def run_all(attempts, palermo):
    batches = {}
    for attempt in attempts:
        batches.setdefault(attempt.argv, []).append(attempt)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda batch: run(palermo, *batch), batches.items()))
