"""mse.py: the folder of multiple systems estimation: one process a file, method and options."""
import csv
import functools

from . import near
from .rds import Attempt as Plain
from .rds import recognises, run_all  # noqa: F401

Z = {"lincoln_petersen", "chapman", "chao_lb_2list"}
COUNTS = {"chao_lower_bound", "chao_bias_corrected", "zelterman", "zt_poisson", "zt_geometric"}
CLOSED = {"closedp", "closedpCI", "closedpMS"}


class Attempt(Plain):
    """As in rds.py, with the tolerances that the folder's README gives for standard errors."""

    def problems(self):
        if self.code != 0 or self.row is None:
            return super().problems()
        out, row = [], self.expected
        simulated = "se column" in row["source"]  # the column holds a Monte Carlo error, no answer
        for name, column in (("estimate", "estimate"), ("se", "std_error"), ("ci_low", "conf_low"),
                             ("ci_high", "conf_high")):
            expected = near.number(row[name])
            if expected is None or (simulated and name == "se"):
                continue
            tolerance = float(row["tolerance"])
            if name == "se" and row["method"] in CLOSED:
                tolerance = max(tolerance, 5e-5)
            got = near.number(self.row.get(column, ""))
            bound = tolerance * max(1.0, abs(expected))
            if expected == float("inf"):
                agrees = got == expected
            else:
                agrees = got is not None and abs(got - expected) <= bound
            if not agrees:
                out.append(f"{column}: {got}, expected {expected} within {bound}")
        return out


def belongs(rows):
    return any(row["method"] == "check_existence" for row in rows)


def section(row):
    return row["method"]


def optional(row):
    return False


def options_of(row):
    return dict(part.split("=", 1) for part in row["options"].split(";") if part)


@functools.lru_cache(None)
def header(path):
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


def lists_of(path):
    return [name for name in header(path) if name != "count" and not name.startswith("rep")]


def closed(row, given):
    flags = ["--closed", given["model"]]
    if row["method"] == "closedpCI":
        form = ":lgamma" if given.get("form") == "lgamma" else ""
        flags += ["--interval", "profile" + form, "--level", str(1 - float(given["alpha"]))]
    return flags


def bayes(row, given):
    if row["method"] == "dga":
        return ["--bayes", "graphs", "--delta", given["delta"], "--n0", given["n0"].replace("..", ":"), "--prior",
                given["prior"]]
    return ["--bayes", "latent", "--classes", given["K"], "--chains", given["chains"], "--burnin", given["burnin"],
            "--samples", given["samples"], "--thin", given["thinning"], "--seed", "1"]


def flags_of(row, given, inputs):
    method = row["method"]
    if method == "describe":
        return ["--describe"]
    if method == "check_existence":
        return ["--exists", given["model"].replace("+", ",")]
    if method == "count_triples":
        return ["--triples"]
    if method == "check_all_models":
        return ["--exists", "every"]
    if method == "main":
        return ["--model", "main"]
    if method == "fixed":
        return ["--pairs", given["pairs"]]
    if method == "stepwise":
        return ["--select", "stepwise", "--pthresh", given["pthresh"]]
    if method == "bootstrap":
        return ["--select", "stepwise", "--pthresh", given["pthresh"], "--bootstrap", given["B"], "--seed",
                given["seed"]]
    if method == "bootstrap_jackknife":
        return ["--select", "stepwise", "--pthresh", given["pthresh"], "--acceleration"]
    if method == "bca_from_replicates":
        return ["--estimate", inputs["popest_used"], "--ahat", inputs["ahat_used"]]
    if method == "closedpMS":
        return ["--closed-search", given["maxorder"]]
    if method in CLOSED:
        return closed(row, given)
    if method in ("dga", "lcmcr"):
        return bayes(row, given)
    if method in Z:
        return ["--two-lists", "n1,n2,m", "--row", given["row"], "--method", method, "--interval", given["ci"]]
    if method in COUNTS:
        return ["--method", method] + (["--interval", given["ci"]] if "ci" in given else [])
    if method.startswith("sr_"):
        covariates = given["formula"].split("~")[1].replace("+", ",")
        return (["--units", "k", "--method", method] + (["--covariates", covariates] if covariates != "1" else [])
                + (["--interval", given["ci"]] if "ci" in given else []))
    return None


def attempt(folder, inputs, row):
    given = options_of(row)
    path = str(folder / row["data_file"])
    flags = flags_of(row, given, inputs.get(row["data_file"], {}))
    if flags is None:
        return None
    if row["method"] == "bca_from_replicates":
        flags = ["--replicates", path, *flags]
        path = path.replace("_bootreps", "")
    elif header(path)[:2] == ["k", "f"]:
        flags = ["--counts", "k,f", *flags]
    elif "column" in given:
        flags = ["--lists", ",".join(lists_of(path)), "--count", given["column"], *flags]
    return Attempt(["systems", path, *flags, "--format", "reference"], row)


def attempts(folder, rows):
    inputs = {}  # what a file of replicates belongs to: numbers that go in, not answers
    for row in rows:
        if row["statistic"] in ("popest_used", "ahat_used"):
            inputs.setdefault(row["data_file"], {})[row["statistic"]] = row["estimate"]
    return [attempt(folder, inputs, row) for row in rows]
