"""survey.py: the folder of survey estimates and register rates. A section is a module with attempt(folder, row); one
that gathers what its rows say between them first has facts(folder, rows), and attempt(folder, facts, row)."""
import functools

from . import survey_change, survey_contrast, survey_register, survey_sample

SAMPLES = ("taylor", "lonely", "pps", "replicate", "quantile", "ciprop", "calibration", "nonresponse", "mi", "edge",
           "big", "bigboot")
SECTIONS = {"register": survey_register, "contrast": survey_contrast, "change": survey_change,
            **dict.fromkeys(SAMPLES, survey_sample)}
# Proportions without variance between 0 and 1: "all intervals collapse to p; [these] are degenerate there".
DEGENERATE = ("prop-beta", "prop-wilson", "prop-likelihood")
OPTIONAL_INTERVALS = ("prop-likelihood", "quantile-score")
OPTIONAL_RULES = ("hf3", "hf4", "school", "shahvaish")


def recognises(header):
    return {"section", "design", "domain", "statistic", "ci_method", "r_call"} <= set(header)


def section(row):
    return row["section"]


def optional(row):
    method = row["ci_method"]
    return ("optional" in row["note"] or "pps-brewer" in row["design"] or method.startswith(OPTIONAL_INTERVALS)
            or method.endswith(OPTIONAL_RULES) or (method in DEGENERATE and row["se"] == "0"))


def attempts(folder, rows):
    # What the rows of one file say between them (its count and population, its years) is gathered first.
    facts = {name: module.facts(folder, [r for r in rows if r["section"] == name])
             for name, module in SECTIONS.items()
             if hasattr(module, "facts") and any(r["section"] == name for r in rows)}
    one = functools.partial(attempt, folder, facts)
    return [one(row) for row in rows]


def attempt(folder, facts, row):
    module = SECTIONS.get(row["section"])
    if not module:
        return None
    return module.attempt(folder, *([facts[row["section"]]] if row["section"] in facts else []), row)
