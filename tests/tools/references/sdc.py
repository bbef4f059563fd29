"""sdc.py: the folder of disclosure control: one process a file, rule and options.

A suppression is accepted when it costs no less than the least there is (that would be unsafe) and at most a tenth more,
and when the tables that palermo hands over as its proof are held against the folder's own relations here: each protected
cell lies as far above, and as far below, as its rule asks, in a table that agrees with every printed cell."""
import csv
import io
import os
import re
import shlex
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from . import near

NUMBERS = {"estimate": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high"}
BOUNDS = re.compile(r"attacker_bounds=0\.\.max\(([^*]+)\*value,value\+([^)]+)\)")
RULES = ((re.compile(r"rule=threshold;n<(\d+)"), "threshold:{0}"), (re.compile(r"rule=p%;p=([\d.]+)"), "p:{0}"),
         (re.compile(r"rule=\(n,k\);n=(\d+);k=([\d.]+)"), "nk:{0},{1}"))
METHODS = ("primary", "secondary_optimum", "audit", "audit_primary_only", "controlled_rounding", "random_rounding",
           "conventional_rounding", "cell_key")


class Attempt:
    """One reference row: the command line of its process and what must come out."""

    def __init__(self, folder, argv, row):
        self.folder, self.argv, self.expected, self.statistic = folder, tuple(argv), row, row["statistic"]
        self.code, self.errors, self.rows, self.proof = None, "", {}, []

    def command(self):
        return shlex.join(["palermo", *self.argv])

    def problems(self):
        # An audit that finds unsafe cells says so with exit code 1.
        if self.code != 0 and not (self.code == 1 and "--audit" in self.argv and self.rows):
            return [f"exit code {self.code}: {self.errors.strip()}"]
        row = self.rows.get(self.statistic)
        if row is None:
            return [f"no row '{self.statistic}' came out"]
        if self.statistic == "min_secondary_cost":
            return self.cost_problems(near.number(row["estimate"]))
        tolerance, out = float(self.expected["tolerance"]), []
        for name, column in NUMBERS.items():
            expected, got = near.number(self.expected[name]), near.number(row[column])
            if expected is not None and (got is None or abs(got - expected) > tolerance * max(1.0, abs(expected))):
                out.append(f"{column}: {got}, expected {expected} within {tolerance}")
        return out

    def cost_problems(self, cost):
        least, slack = float(self.expected["estimate"]), float(self.expected["tolerance"])
        if not least - slack * max(1.0, least) <= cost <= 1.10 * least:
            return [f"cost {cost}, the least is {least}"]
        return unproved(self.folder, self.expected, self.rows, self.proof)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key_of(record):
    return "|".join(record[name] for name in record if re.fullmatch(r"d\d+", name))


def unproved(folder, row, rows, proof):
    """What the tables of the proof leave unproved, by sums over the folder's relations."""
    path = folder / row["data_file"]
    value = {key_of(r): float(r["value"]) for r in read(path)}
    relation = {}
    for r in read(str(path).replace(".csv", "_relations.csv")):
        relation.setdefault(r["relation"], []).append((key_of(r), float(r["coef"])))
    times, plus = map(float, BOUNDS.search(row["options"]).groups())
    hidden = {name[name.index("[") + 1:-1] for name in rows if name.startswith(("primary[", "secondary["))}
    table = {}
    for r in proof:
        table.setdefault((r["primary"], r["direction"]), dict(value))[r["cell"]] = float(r["instead"])
    out = []
    for name, want in rows.items():
        if not name.startswith(("required_upper[", "required_lower[")):
            continue
        cell, above = name[name.index("[") + 1:-1], name.startswith("required_upper")
        other = table.get((cell, "above" if above else "below"))
        distance = float(want["estimate"])
        if other is None:
            out += [f"no proof for {name}"] if distance > 0 else []
            continue
        moved = (other[cell] - value[cell]) * (1 if above else -1)
        if moved < distance - 1e-6 * max(1, value[cell]):
            out.append(f"{name}: moved by {moved}, asked {distance}")
        for k, x in other.items():
            if x != value[k] and k not in hidden:
                out.append(f"{name}: printed cell {k} changed")
            if not -1e-6 <= x <= max(times * value[k], value[k] + plus) + 1e-6 * max(1, value[k]):
                out.append(f"{name}: cell {k} out of its bounds at {x}")
        for number, terms in relation.items():
            if abs(sum(c * other[k] for k, c in terms)) > 1e-6 * max(other[k] for k, _ in terms):
                out.append(f"{name}: relation {number} does not hold")
    return out[:3]


def recognises(header):
    return header == "case_id,data_file,method,options,statistic,estimate,se,ci_low,ci_high,tolerance,source".split(",")


def belongs(rows):
    return all(row["method"] in METHODS for row in rows)


def section(row):
    return row["method"]


def optional(row):
    return False


def rule(row):
    for pattern, flag in RULES:
        found = pattern.search(row["options"])
        if found:
            return flag.format(*found.groups())
    return None


def suppression(folder, row):
    """File, relations, rule and what the attacker knows; the tables of a rule's contributors lie beside the file."""
    cells = re.search(r"cells=([^;]+)", row["options"])
    path = folder / (cells[1] if cells else row["data_file"])
    stem, flag = str(path).removesuffix(".csv"), rule(row)
    argv = ["protect", str(path), "--relations", f"{stem}_relations.csv", "--value", "value", "--rule", flag]
    if not flag.startswith("threshold"):
        argv += ["--micro", f"{stem}_micro.csv", "--cellmap", f"{stem}_cellmap.csv"]
    bounds = BOUNDS.search(row["options"])
    if bounds:
        argv += ["--bounds", ",".join(bounds.groups())]
    return argv


def argv_of(folder, row):
    path, method = str(folder / row["data_file"]), row["method"]
    if method.endswith("_rounding"):
        kind = method.removesuffix("_rounding")
        argv = ["protect", path, "--value", "value", "--round", f"{kind}:{re.search(r'base=([0-9]+)', row['options'])[1]}"]
        if kind == "random":
            return argv + ["--by", ",".join(c for c in read(path)[0] if re.fullmatch(r"d\d+", c)), "--uniforms", path]
        return argv + ["--relations", path.replace(".csv", "_relations.csv")]
    if method == "cell_key":
        return ["protect", path, "--cell-key", "--ptable", str(folder / re.search(r"ptable=([^;]+)", row["options"])[1])]
    argv = suppression(folder, row)
    cost = re.search(r";cost=(\w+)", row["options"])
    if method == "audit":
        return argv + ["--pattern", path, "--audit"]
    if method == "audit_primary_only":
        return argv + ["--pattern", "none", "--audit"]
    return argv + (["--cost", cost[1]] if cost else [])


def attempts(folder, rows):
    return [Attempt(folder, [*argv_of(folder, row), "--format", "reference"], row) for row in rows]


def run(palermo, argv, attempts):
    with tempfile.TemporaryDirectory() as scratch:
        proof = os.path.join(scratch, "proof.csv")
        more = [] if {"--audit", "--round", "--cell-key"} & set(argv) else ["--proof", proof]
        done = subprocess.run([palermo, *argv, *more], capture_output=True, text=True, timeout=600)
        tables = read(proof) if more and done.returncode == 0 else []
    rows = {row["statistic"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    for attempt in attempts:
        attempt.code, attempt.errors, attempt.rows, attempt.proof = done.returncode, done.stderr, rows, tables


def run_all(attempts, palermo):
    batches = {}
    for attempt in attempts:
        batches.setdefault(attempt.argv, []).append(attempt)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda batch: run(palermo, *batch), batches.items()))
