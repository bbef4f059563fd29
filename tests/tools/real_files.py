"""real_files.py: estimates from real files by palermo and by R's survey package, held against each other: the National
Crime Victimization Survey 2021 (households, incidents, incidents linked to households), a million rows of police.uk, a
year of Chicago. Registers stand in for samples there, so that clusters and strata are as many as they come.

Skips by name what is not there. Prints the differences, then `N passed, N failed`."""
import csv
import gzip
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here))
from references import near  # noqa: E402

SHARED = Path(os.environ.get("PALERMO_SHARED", here.parents[1] / "../shared"))
PALERMO = os.environ.get("PALERMO", "palermo")
FILES = ["survey/ncvs_2021_household.csv.gz", "survey/ncvs_2021_incident.csv.gz",
         "incidents/police_uk_street_2018Q4.csv.gz", "incidents/chicago_2022_slim.csv.gz"]
COLUMNS = {"estimate": "estimate", "std_error": "se", "conf_low": "ci_low", "conf_high": "ci_high", "df": "df",
           "n": "n_obs"}

HOUSEHOLD = ["--weights", "WGTHHCY", "--strata", "V2117", "--psu", "V2118", "--nest"]
LINKED = ["--weights", "w", "--strata", "stratum", "--psu", "psu", "--nest"]
POLICE = ["--strata", "Reported by", "--psu", "Location", "--nest"]
CHICAGO = ["--strata", "Community Area", "--psu", "Block", "--nest"]
SHARE = ["--interval", "xlogit"]
HH, INC, UK, CHI = (str(SHARED / "data" / name) for name in FILES)

# (job, file, {what R calls the variable: STAT}, flags, --by column)
JOBS = [
    ("household", HH, {"count,one": "count()"}, HOUSEHOLD, "V2143"),
    ("household", HH, {"proportion,owned": "proportion(V2015 = 1)"}, HOUSEHOLD + SHARE, "V2127B"),
    ("household", HH, {"mean,V2126B": "mean(V2126B)"}, HOUSEHOLD, "V2129"),
    ("household", HH, {"mean,SC214A": "mean(SC214A)"}, HOUSEHOLD + ["--absent", "NA"], "V2143"),
    ("household", HH, {"total,V2126B": "total(V2126B)"}, HOUSEHOLD, None),
    ("household", HH, {f"quantile@{p},V2126B": f"quantile(V2126B,{p})" for p in ("0.25", "0.5", "0.75")},
     HOUSEHOLD + ["--interval", "mean"], None),
    ("linked", None, {f"rate,{v}": f"rate({v},1,1000)" for v in ("property", "burglary", "violent")}, LINKED, None),
    ("linked", None, {f"rate,{v}": f"rate({v},1,1000)" for v in ("property", "burglary", "violent")}, LINKED, "region"),
    ("linked", None, {f"total,{v}": f"total({v})" for v in ("property", "burglary", "violent")}, LINKED, None),
    ("incident", INC, {"count,one": "count()"}, ["--weights", "WGTVICCY", "--variance", "taylor"], "V4529"),
    ("incident", INC, {"proportion,reported": "proportion(V4399 = 1)"},
     ["--weights", "WGTVICCY", "--variance", "taylor"] + SHARE, "V4529"),
    ("police", UK, {"proportion,burglary": "proportion(Crime type = Burglary)",
                    "proportion,violence": 'proportion(Crime type = "Violence and sexual offences")'},
     POLICE + SHARE, None),
    ("police", UK, {"proportion,burglary": "proportion(Crime type = Burglary)"}, POLICE + SHARE, "Month"),
    ("police", UK, {"count,one": "count()"}, POLICE, "Crime type"),
    ("chicago", CHI, {"proportion,arrest": "proportion(Arrest = true)"}, CHICAGO + SHARE, "Primary Type"),
    ("chicago", CHI, {"proportion,domestic": "proportion(Domestic = true)"}, CHICAGO + SHARE, None),
    ("chicago", CHI, {"count,one": "count()"}, CHICAGO, "Primary Type"),
]
PROPERTY, BURGLARY, VIOLENT = range(31, 60), range(31, 34), range(1, 21)


def link(out):
    """Households with the sums of their incidents, weighted as incidents over households."""
    sums = defaultdict(lambda: [0.0, 0.0, 0.0])
    with gzip.open(INC, "rt", encoding="utf-8") as file:
        for r in csv.DictReader(file):
            kind = int(r["V4529"]) if r["V4529"].isdigit() else 0
            for k, codes in enumerate((PROPERTY, BURGLARY, VIOLENT)):
                sums[r["YEARQ"], r["IDHH"]][k] += float(r["WGTVICCY"]) if kind in codes else 0.0
    with gzip.open(HH, "rt", encoding="utf-8") as file, open(out, "w", newline="", encoding="utf-8") as to:
        writer = csv.writer(to)
        writer.writerow(["w", "stratum", "psu", "region", "property", "burglary", "violent"])
        for r in csv.DictReader(file):
            w, of = float(r["WGTHHCY"]), sums.get((r["YEARQ"], r["IDHH"]), (0.0, 0.0, 0.0))
            writer.writerow([r["WGTHHCY"], r["V2117"], r["V2118"], r["V2127B"],
                             *(repr(x / w if w > 0 else 0.0) for x in of)])


def estimates(job, path, stats, flags, by):
    argv = [PALERMO, "estimate", path, *(f"{name}:={stat}" for name, stat in stats.items()), *flags]
    argv += (["--by", by] if by else []) + ["--format", "csv"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=900)
    if done.returncode:
        return {}, f"{' '.join(argv)}\n  exit code {done.returncode}: {done.stderr.strip()}"
    out = {}
    for row in csv.DictReader(io.StringIO(done.stdout)):
        out[job, row["variable"], row[by] if by else ""] = row
    return out, None


def main():
    missing = [f for f in FILES if not (SHARED / "data" / f).is_file()]
    if missing:
        print(f"SKIP real files: {', '.join(missing)} not beside the checkout")
        print("0 passed, 0 failed")
        return 0
    probe = subprocess.run(["Rscript", "-e", "library(survey); library(data.table)"],
                           capture_output=True) if shutil.which("Rscript") else None
    if not probe or probe.returncode:
        print("SKIP real files: R with the packages survey and data.table is not installed")
        print("0 passed, 0 failed")
        return 0
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        linked = str(Path(scratch) / "linked.csv")
        link(linked)
        done = subprocess.run(["Rscript", str(here / "real_files.R"), str(SHARED), linked], capture_output=True,
                              text=True, timeout=3000)
        if done.returncode:
            print(f"FAIL R: {done.stderr.strip()}\n0 passed, 1 failed")
            return 1
        expected = {}
        for r in csv.reader(io.StringIO(done.stdout)):
            expected[r[0], f"{r[1]},{r[2]}", r[3]] = dict(zip(COLUMNS, r[4:]))
        got = {}
        for job, path, stats, flags, by in JOBS:
            rows, problem = estimates(job, path or linked, stats, flags, by)
            got.update(rows)
            if problem:
                failed += 1
                print(f"FAIL {job}: {problem}")
        for key, want in expected.items():
            row, problems = got.get(key), []
            for name, kind in COLUMNS.items():
                tolerance = near.TOLERANCE[kind]
                if row is None or not near.same(near.number(row[name]), near.number(want[name]), tolerance):
                    problems.append(f"{name}: {row[name] if row else 'no row'}, R {want[name]}")
            passed, failed = passed + (not problems), failed + bool(problems)
            if problems:
                print(f"FAIL {' '.join(key)}: {'; '.join(problems)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
