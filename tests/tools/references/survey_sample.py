"""survey_sample.py: estimates from samples: which statistic and which flags a row means."""
import re

from . import filters, survey_design
from .calls import Attempt

EXPECTED = ("estimate", "se", "ci_low", "ci_high", "df", "df_design", "deff", "n_obs", "status")
INTERVALS = {"": [], "t": ["--interval", "t"], "normal": ["--interval", "normal"],
             "prop-logit(xlogit)": ["--interval", "xlogit"],
             "mi-t (Rubin 1987)": ["--mi-df", "rubin"],
             "mi-t (Barnard-Rubin as in mitools)": ["--mi-df", "barnard-rubin-mitools"]}
DEFF = {"srs_wor": ["--deff", "wor"], "srs_wr": ["--deff", "wr"], "": []}
PLAIN = {"total": "total({})", "mean": "mean({})", "variance": "variance({})"}
WEIGHT_SUMS = "calibrated_weight_"


def expected_of(row):
    return {name: row[name] for name in EXPECTED}


def stat_of(statistic, variables):
    """(STAT, word of the output row) of a statistic of one or two columns; None when it is not understood."""
    if statistic in PLAIN:
        return PLAIN[statistic].format(variables), statistic
    if statistic == "proportion":
        condition = filters.conditions(variables)
        # A column of 0 and 1 is its own indicator.
        return (f"proportion({condition[0]})" if condition else f"proportion({variables} = 1)"), "proportion"
    if statistic == "ratio":
        return f"ratio({variables.replace('/', ',')})", "ratio"
    if statistic == "rate_per_100k":
        y, _, x = variables.partition("/")
        return f"rate({y},{x or 1},100000)", "rate"
    if statistic == "quantile":
        return f"quantile({variables.replace('@', ',')})", "quantile"
    return None


def interval(row):
    method = row["ci_method"]
    if method in INTERVALS:
        return INTERVALS[method]
    quantile = re.match(r"^quantile-(\w+)/(\w+)$", method)
    if quantile:
        return ["--interval", quantile[1], "--quantile-rule", quantile[2]]
    if method.startswith("prop-"):
        # An infinite number of degrees of freedom is the row's own wish.
        return ["--interval", method[len("prop-"):]] + (["--df", "inf"] if row["df"] == "Inf" else [])
    return None


def domain(row):
    conditions = filters.conditions(row["domain"])
    return None if conditions is None else [part for c in conditions for part in ("--where", c)]


def tolerance(row):
    """Where the folder's README is looser than the rule."""
    method, loose = row["ci_method"], {}
    if method == "prop-logit":
        loose.update(dict.fromkeys(("ci_low", "ci_high"), 1e-5 if "weights=wmix" in row["design"] else 1e-7))
    if method == "prop-likelihood":
        loose.update(dict.fromkeys(("ci_low", "ci_high"), 1e-4))
    if "calibrate=raking" in row["design"] or "calibrate=logit" in row["design"]:
        loose.update(dict.fromkeys(("estimate", "se", "deff"), 1e-8))
    if row["section"] == "edge" and row["variables"] == "big":
        loose["deff"] = None if "weights=wmix" in row["design"] else 1e-6
    return loose


def attempt(folder, row):
    flags, where, method = survey_design.flags_of(row, folder), domain(row), interval(row)
    if flags is None or where is None or method is None:
        return None
    files = [str(folder / "data" / row["data_file"].split("+")[0])]
    by, group = row["by"], row["group"].split("|") if row["group"] else []
    statistic, variables = row["statistic"], row["variables"]
    more = (["--by", by] if by else []) + where + DEFF[row["deff_kind"]]
    if "na.rm=FALSE" in row["note"]:
        more += ["--missing", "undefined"]
    if statistic.startswith(WEIGHT_SUMS):
        return Attempt(files, flags + ["--weights-summary"], "", statistic, expected_of(row), loose=tolerance(row))
    word = None
    if statistic == "missing_information":
        inner, _, variables = variables.partition(" of ")
        statistic, word = inner, "missing_information"
        # Its interval is none, but its degrees of freedom say which rule is meant.
        complete = "Inf" in row["r_call"].partition("df.complete=")[2]
        method = ["--mi-df", "rubin" if complete else "barnard-rubin-mitools"]
    made = stat_of(statistic, variables)
    if not made:
        return None
    return Attempt(files, flags + more + method, made[0], word or made[1], expected_of(row), group,
                   refused=row["status"].startswith("error"), loose=tolerance(row))
