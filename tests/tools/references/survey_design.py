"""survey_design.py: the `design` of a reference row as flags of the command line."""
import csv
import functools
import gzip
import re

from . import filters

PLAIN_TERMS = {"(Intercept)": "1"}


def opened(path):
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, newline="", encoding="utf-8")


@functools.lru_cache(maxsize=None)
def header_of(path):
    with opened(path) as file:
        return tuple(next(csv.reader(file)))


def keys_of(design):
    """'a=1;b=x (a remark; with marks)' as {'a': '1', 'b': 'x'}."""
    parts, depth = [""], 0
    for c in design:
        depth += (c == "(") - (c == ")")
        if c == ";" and not depth:
            parts.append("")
        else:
            parts[-1] += c
    pairs = (part.partition("=")[::2] for part in parts)
    return {key.strip(): (value if key == "repweights" else re.split(r"\s\(", value)[0]).strip() for key, value in pairs}


def taylor(keys):
    flags = []
    for key, flag in (("weights", "--weights"), ("strata", "--strata"), ("ids", "--psu"), ("fpc", "--fpc")):
        if keys.get(key):
            flags += [flag, keys[key]]
    if keys.get("nest") == "1":
        flags.append("--nest")
    if keys.get("lonely", "fail") != "fail":
        flags += ["--lonely-psu", keys["lonely"]]
    if keys.get("domain_lonely", "none") != "none":
        flags += ["--lonely-domain", keys["domain_lonely"]]
    return flags + ["--variance", "taylor"]


def brewer(keys):
    return ["--fpc", keys["fpc"], "--variance", "brewer"]


def replicate(keys, folder):
    flags = ["--weights", keys["weights"], "--variance", "replicates"]
    joined = re.match(r"^(\S+) by \(([^)]+)\)", keys["repweights"])
    if joined:
        columns = joined[2].split(",")
        # Degrees of freedom are counted in units, so the design is named beside the replicates.
        flags += ["--replicate-file", str(folder / "data" / joined[1]), "--replicate-by", joined[2],
                  "--strata", columns[0], "--psu", columns[1], "--nest", "--df", "psu-strata"]
    else:
        front = re.match(r"^([A-Za-z]+)\d+\.\.\1\d+$", keys["repweights"])
        if not front:
            return None
        # Degrees of freedom of calibration by raking: see "Conventions" of the folder's README.
        flags += ["--replicates", front[1] + "*"]
        if keys.get("calibrate") == "raking":
            flags += ["--df", "rank-before"]
    flags += ["--replicate-kind", "weight" if keys["combined_weights"] == "1" else "factor", "--scale", keys["scale"]]
    if "|" in keys["rscales"] or float(keys["rscales"]) != 1:
        flags += ["--rscales", keys["rscales"].replace("|", ",")]
    return flags + (["--mse"] if keys["mse"] == "1" else [])


def term(name, columns):
    """'sexM' is the indicator of M in column sex; the name of a column is that column."""
    if name in PLAIN_TERMS or name in columns:
        return PLAIN_TERMS.get(name, name)
    fronts = [c for c in columns if name.startswith(c)]
    column = max(fronts, key=len)
    return f"{column}={name[len(column):]}"


def adjusted(keys, folder, columns):
    flags = []
    if "filter_after_design" in keys:
        flags += ["--respondents", filters.conditions(keys["filter_after_design"])[0]]
    if "pop" in keys:
        flags += ["--population", ",".join(str(folder / "data" / name) for name in keys["pop"].split("|"))]
    for key in ("poststratify", "rake", "calibrate"):
        if key in keys:
            flags += ["--" + key, keys[key]]
    if "terms" in keys:
        flags += ["--terms", ",".join(term(name, columns) for name in keys["terms"].split(","))]
    for key, flag in (("bounds", "--bounds"), ("aggregate", "--aggregate"), ("maxit", "--max-iterations"),
                      ("epsilon", "--epsilon"), ("rel_epsilon", "--epsilon")):
        if key in keys:
            flags += [flag, keys[key]]
    return flags


def flags_of(row, folder):
    """The flags of a row's design; None when it is not understood."""
    keys = keys_of(row["design"])
    if keys.get("lonely") == "adjust_zero":
        return None
    kind, columns = keys.get("type"), header_of(folder / "data" / row["data_file"].split("+")[0])
    flags = (taylor(keys) if kind == "taylor" else brewer(keys) if kind == "pps-brewer" else
             replicate(keys, folder) if kind == "replicate" else None)
    if flags is None:
        return None
    flags += adjusted(keys, folder, columns)
    if "imputations" in keys:
        flags += ["--imputation", keys["imputations"].split("(")[0]]
    return flags
