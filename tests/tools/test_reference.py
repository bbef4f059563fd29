"""test_reference.py: the runner of reference folders tells right from wrong, and all rows of the survey folder agree."""
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
HEADER = ("case_id,section,data_file,design,domain,by,group,statistic,variables,estimate,se,ci_low,ci_high,ci_method,df,"
          "df_design,deff,deff_kind,n_obs,status,r_design,r_call,note").split(",")
passed = failed = 0


def run(folder, *section):
    done = subprocess.run([sys.executable, str(here / "reference.py"), str(folder), *section], capture_output=True,
                          text=True)
    return done.returncode, done.stdout + done.stderr


def check(name, good, shown):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {name}\n{shown}")


def folder_of(where, rows):
    (where / "data").mkdir(parents=True)
    with open(where / "expected.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        for i, row in enumerate(rows):
            writer.writerow({"case_id": f"t-{i}", "section": "register", "design": "register", "status": "ok", **row})
    return where


# Garwood's limits of a count of 10, as printed in Garwood 1936 (4.80, 18.39) and, with more digits, in epidemiologists'
# tables (Dobson et al. 1991): 4.795389, 18.390356.
TEN = {"statistic": "count", "variables": "x=10", "estimate": "10", "se": "3.1622776601683795",
       "ci_low": "4.7953887", "ci_high": "18.3903560", "ci_method": "poisson-garwood"}

with tempfile.TemporaryDirectory() as scratch:
    scratch = Path(scratch)
    code, out = run(folder_of(scratch / "right", [TEN]))
    check("a right row agrees", code == 0 and "register: 1 agree, 0 differ" in out, out)

    code, out = run(folder_of(scratch / "wrong", [TEN, {**TEN, "ci_high": "18.3904"}]))
    check("a wrong limit differs", code == 1 and "1 agree, 1 differ" in out and "conf_high" in out, out)

    code, out = run(folder_of(scratch / "nan", [{**TEN, "ci_low": "NaN"}]))
    check("a number is not NaN", code == 1 and "conf_low" in out, out)

    code, out = run(folder_of(scratch / "zero", [{**TEN, "variables": "x=0", "estimate": "0", "se": "1e-12",
                                                  "ci_low": "0", "ci_high": "3.6888794541139363"}]))
    check("a standard error of 0 is not 1e-12 where the estimate is 0", code == 1 and "std_error" in out, out)

    code, out = run(folder_of(scratch / "unknown", [{**TEN, "statistic": "median"}]))
    check("what is not attempted fails", code == 1 and "1 not attempted" in out, out)

    code, out = run(folder_of(scratch / "other", [TEN]), "taylor")
    check("an unknown section is wrong usage", code == 2 and "has no section" in out, out)

    code, out = run(scratch / "nowhere")
    check("a missing folder is wrong usage", code == 2 and "there is no" in out, out)

    place = folder_of(scratch / "filtered", [
        {"data_file": "t.csv", "domain": 'area=="A, B" & year!=2020', "statistic": "count", "variables": "n",
         "estimate": "7", "ci_method": "poisson-garwood"},
        {"data_file": "t.csv", "domain": 'area %in% c("C","D")', "statistic": "rate_per_100k", "variables": "n/people",
         "estimate": "2500", "ci_method": "poisson-byar"},
        {"data_file": "t.csv", "domain": 'area=="C"', "statistic": "rate_ratio", "variables": "rate[2020]/rate[2019]",
         "estimate": "0.6", "ci_method": "rr-exact-conditional"}])
    (place / "data/t.csv").write_text('area,year,people,n\n"A, B",2019,100,7\n"A, B",2020,100,9\nC,2019,100,5\nC,2020,100,3\n'
                                      'D,2019,120,0\n')
    code, out = run(place)
    check("filters, rates and changes are understood", code == 0 and "3 agree" in out, out)

    # Four rows of weight 2 with y 1, 2, 3, 4: the mean 2.5 has variance 5/3/4 and 3 degrees of freedom.
    plain = {"section": "taylor", "data_file": "s.csv", "statistic": "mean", "variables": "y", "estimate": "2.5",
             "design": "type=taylor;ids=;strata=;weights=w;fpc=;nest=0 (one row; one unit);lonely=fail;domain_lonely=none",
             "se": "0.6454972243679028", "df": "3", "df_design": "3", "n_obs": "4", "ci_method": "t"}
    place = folder_of(scratch / "sample", [
        plain, {**plain, "se": "0.6455"},
        {**plain, "ci_method": "prop-likelihood", "se": "1"},
        {**plain, "design": "type=taylor;ids=;strata=;weights=w;fpc=N;nest=0", "estimate": "", "se": "", "df": "",
         "df_design": "", "n_obs": "", "status": "error: more sampled than there are"},
        {**plain, "design": plain["design"].replace("weights=w", "weights=minus"), "status": "error: a weight below zero"},
        {**plain, "status": "error: not refused"}])
    (place / "data/s.csv").write_text("w,N,minus,y\n2,3,1,1\n2,3,1,2\n2,3,-1,3\n2,3,1,4\n")
    code, out = run(place)
    check("rows of samples are understood, optional ones apart, refusals told from answers",
          code == 1 and "taylor: 3 agree, 2 differ, 0 not attempted, 1 optional (0 agree)" in out
          and "must be refused" in out, out)

shared = Path(os.environ.get("PALERMO_SHARED", here.parents[1] / "../shared")) / "reference/survey"
if shared.is_dir():
    code, out = run(shared)
    check("all sections agree", code == 0 and out.count(" agree, 0 differ, 0 not attempted, ") == 15
          and "register: 826 agree" in out and "big: 1554 agree" in out, out)
else:
    print("SKIP all sections agree: the shared data are not beside the checkout")

shared = shared.parent / "rds"
if shared.is_dir():
    code, out = run(shared)
    check("respondent-driven sampling and scale-up agree", code == 0 and "network scale-up: 19 agree, 0 differ" in out, out)
else:
    print("SKIP respondent-driven sampling agrees: the shared data are not beside the checkout")

# Lists: everything but the posteriors, which have tests of their own. One row differs: of the eight models of pairs on
# `sparse3` one has no estimate (A:B and B:C; the same folder's closedpMS row says that it diverges), the reference says
# none has: a result of one row lost its shape in the script that made it.
LISTS = {"describe": 268, "check_existence": 580, "count_triples": 10, "main": 197, "fixed": 850, "stepwise": 1085,
         "closedp": 594, "closedpCI": 255, "closedpMS": 318, "bootstrap": 45, "bootstrap_jackknife": 5,
         "bca_from_replicates": 55, "lincoln_petersen": 14, "chapman": 16, "chao_lb_2list": 16, "chao_lower_bound": 4,
         "chao_bias_corrected": 4, "zelterman": 4, "zt_poisson": 8, "zt_geometric": 4, "sr_ztpoisson": 17, "sr_chao": 17,
         "sr_zelterman": 17, "sr_ztgeom": 17, "sr_zotpoisson": 5, "sr_ztnegbin": 2}
shared = shared.parent / "mse"
if shared.is_dir():
    for section, rows in LISTS.items():
        code, out = run(shared, section)
        check(f"lists: {section} agrees", code == 0 and f"{section}: {rows} agree, 0 differ" in out, out)
    code, out = run(shared, "check_all_models")
    check("lists: check_all_models agrees but for one row", "check_all_models: 15 agree, 1 differ" in out
          and "sparse3-check: n_models_without_mle" in out and "estimate: 1.0, expected 0.0" in out, out)
else:
    print("SKIP the folder of lists agrees: the shared data are not beside the checkout")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
