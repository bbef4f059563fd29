"""calls.py: runs palermo. Attempts that share file and flags become one process with many statistics."""
import csv
import io
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import near

MOST_STATISTICS = 60
COLUMNS = {"estimate": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high", "df": "df",
           "df_design": "df_design", "deff": "deff", "n_obs": "n"}


class Attempt:
    """One reference row: what to run and what must come out.

    files, flags   the command line without its statistic; rows that share them share a process
    stat           the STAT
    statistic      the `statistic` of the wanted row of output
    group          values of the --by columns of the wanted row
    expected       {column of expected.csv: text}, empty ones are not compared
    refused        the command must refuse the data (exit code 1, no rows)
    loose          {column of expected.csv: relative tolerance, None for not compared}, where not that of near.py
    named          {label: STAT} that flags speak of; then `variable` is that of the wanted row of output
    """

    def __init__(self, files, flags, stat, statistic, expected, group=(), stdin="", refused=False, loose=None,
                 named=None, variable=""):
        self.files, self.flags, self.stat, self.statistic = tuple(files), tuple(flags), stat, statistic
        self.expected, self.group, self.stdin, self.refused = expected, tuple(group), stdin, refused
        self.loose, self.named, self.label = loose or {}, named or {}, variable
        self.code, self.errors, self.output, self.row = None, "", "", None

    def command(self):
        feed = f"printf %s {shlex.quote(self.stdin)} | " if self.stdin else ""
        stats = [self.stat] if self.stat else [f"{label}:={stat}" for label, stat in self.named.items()]
        return feed + shlex.join(["palermo", "estimate", *self.files, *stats, *self.flags])

    def problems(self):
        if self.refused:
            if self.output:
                return ["must be refused, but printed rows"]
            return [] if self.code == 1 else [f"must be refused with exit code 1, not {self.code}"]
        if self.code != 0:
            return [f"exit code {self.code}: {self.errors.strip()}"]
        if self.row is None:
            return [f"no row '{self.statistic}' came out" + (f" for group {', '.join(self.group)}" if self.group else "")]
        out = []
        estimate = near.number(self.expected.get("estimate", "")) or 0.0
        error = near.number(self.expected.get("se", ""))
        vanishing = error is not None and abs(error) <= 1e-12 * abs(estimate)
        for name, column in COLUMNS.items():
            expected, tolerance = near.number(self.expected.get(name, "")), self.loose.get(name, near.TOLERANCE[name])
            if expected is None or tolerance is None:
                continue
            text = self.row.get(column, "")
            # A standard error that is zero up to rounding is compared with the estimate; its square over the variance
            # of a simple sample, the design effect, is then nothing but rounding.
            floor = 0.0
            if vanishing and name in ("se", "deff"):
                floor = 1e-12 * abs(estimate) if name == "se" else 1e-20
            if not near.same(near.number(text), expected, tolerance, floor):
                out.append(f"{column}: {text or 'empty'}, expected {self.expected[name]}")
        if self.expected.get("status") == "undefined" and self.row.get("status") != "undefined":
            out.append(f"status: {self.row.get('status')}, expected undefined")
        return out


def run(palermo, attempts):
    """One process for attempts that share files, flags and standard input."""
    first, labels = attempts[0], {}
    for attempt in attempts:
        if attempt.stat:
            attempt.label = labels.setdefault(attempt.stat, f"s{len(labels)}")
    stats = [f"{label}:={stat}" for stat, label in labels.items()]
    stats += [f"{label}:={stat}" for label, stat in first.named.items()]
    argv = [palermo, "estimate", *first.files, *stats, *first.flags, "--format", "csv"]
    done = subprocess.run(argv, input=first.stdin, capture_output=True, text=True, timeout=600)
    rows = {}
    if done.returncode == 0:
        reader = csv.reader(io.StringIO(done.stdout))
        header = next(reader)
        at = header.index("estimate")
        for row in reader:
            rows[row[1], row[0], tuple(row[2:at])] = dict(zip(header, row))
    for attempt in attempts:
        attempt.code, attempt.errors, attempt.output = done.returncode, done.stderr, done.stdout
        attempt.row = rows.get((attempt.label, attempt.statistic, attempt.group))


def run_all(attempts, palermo):
    batches = {}
    for attempt in attempts:
        # A refusal belongs to one statistic, and names to those who gave them: they get a process of their own.
        alone = attempt.refused or attempt.named
        key = (attempt.files, attempt.flags, attempt.stdin) + ((id(attempt),) if alone else ())
        batches.setdefault(key, []).append(attempt)
    work = [batch[i:i + MOST_STATISTICS] for batch in batches.values() for i in range(0, len(batch), MOST_STATISTICS)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda batch: run(palermo, batch), work))
