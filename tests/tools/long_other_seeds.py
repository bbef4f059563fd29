"""long_other_seeds.py: the folder of survey estimates made anew by R with other seeds, sizes and numbers of strata, and
random designs of up to three stages (random_designs.R), run through the command line: data that nobody has looked at.

Rows that the folder's README calls rounding noise, and R's own artefacts, are left out (see NOISE). Skips by name where the
folder, R or its packages are missing. Prints the rows that differ, then `N passed, N failed`."""
import csv
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("PALERMO_SHARED", here.parents[1] / "../shared"))
SCRIPTS = ("refgen.R", "sim.R", "make_expected.R")
SEEDS = [int(s) for s in os.environ.get("SEEDS", "1,2,4").split(",")]
SEEDED = ("sim_pps", "sim_replicates", "sim_calib", "sim_change", "sim_mi", "sim_register", "edge")


def noise(row):
    """What rests on rounding in R, not on the estimator."""
    method, variables = row["ci_method"], row["variables"]
    return ((row["section"] == "edge" and (variables in ("big", "const") or variables.startswith("bin1")))
            # the share of women among women, by imputations that agree but for the last bits
            or (row["section"] == "mi" and variables.endswith('sex=="F"') and row["domain"] == 'sex=="F"')
            # logit(0) of a replicate is where R's glm happened to stop
            or (method == "prop-logit" and "type=replicate" in row["design"])
            # under these rules R counts strata that hold rows of weight zero only; palermo does not
            or ("weights=w0" in row["design"] and re.search("lonely=(average|adjust)", row["design"]))
            # an empty domain is an undefined estimate here, where R stops inside a helper of its own
            or row["status"] in ("error: All replicates contained NAs", "error: arguments must have same length"))


def other(text, seed):
    """The list of cases with other seeds and another number of strata; without the large files."""
    def shift(match):
        return match[1] + str(int(match[2]) + 1000 * seed)
    for name in ("sim_survey", *SEEDED, "set.seed"):
        text = re.sub(rf"(\b{re.escape(name)}\()(\d+)", shift, text)
    text = re.sub(r"^sim_big\(.*$", "", text, flags=re.M)
    return re.sub(r"H = 10\)", f"H = {random.Random(seed).choice([4, 6, 9, 14, 20])})", text)


def compared(row):
    """The design effect of a constant is 0/0, which is left to rounding."""
    infinite = row["deff"] in ("NaN", "Inf", "-Inf") or (row["deff"] and abs(float(row["deff"])) > 1e12)
    return {**row, "deff": "", "deff_kind": ""} if infinite else row


def make(folder, seed, script):
    for name in SCRIPTS:
        text = (SHARED / "reference/survey" / name).read_text()
        (folder / name).write_text(other(text, seed) if name == "make_expected.R" else text)
    shutil.copy(SHARED / "reference/survey/README.md", folder)
    done = subprocess.run(["Rscript", *script], cwd=folder, capture_output=True, text=True, timeout=1800)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    with open(folder / "expected.csv", newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        header, rows = reader.fieldnames, [compared(row) for row in reader if not noise(row)]
    with open(folder / "expected.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return None


def main():
    packages = "library(survey); library(mitools); library(MASS)"
    if not all((SHARED / "reference/survey" / name).is_file() for name in SCRIPTS):
        print("SKIP other seeds: reference/survey is not beside the checkout\n0 passed, 0 failed")
        return 0
    if not shutil.which("Rscript") or subprocess.run(["Rscript", "-e", packages], capture_output=True).returncode:
        print("SKIP other seeds: R with the packages survey, mitools and MASS is not installed\n0 passed, 0 failed")
        return 0
    passed = failed = 0
    for seed, kind in ((seed, kind) for seed in SEEDS for kind in ("cases", "designs")):
        with tempfile.TemporaryDirectory() as scratch:
            designs = [str(here / "random_designs.R"), scratch, str(seed)]
            problem = make(Path(scratch), seed, ["make_expected.R"] if kind == "cases" else designs)
            if problem:
                print(f"SKIP other seeds, {kind} {seed}: R stopped: {problem}")
                continue
            done = subprocess.run([sys.executable, str(here / "reference.py"), scratch], capture_output=True, text=True)
            counts = re.findall(r"(\d+) agree, (\d+) differ, (\d+) not attempted", done.stdout)
            passed += sum(int(c[0]) for c in counts)
            failed += sum(int(c[1]) + int(c[2]) for c in counts)
            if done.returncode:
                failed += not any(int(c[1]) + int(c[2]) for c in counts)
                print(f"FAIL other seeds, {kind} {seed}:\n{done.stdout}{done.stderr}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
