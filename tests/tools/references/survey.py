"""survey.py: the folder of survey estimates and register rates. A section is a module with attempt(files, row)."""
import functools

from . import survey_register

SECTIONS = {"register": survey_register}
OPTIONAL_INTERVALS = ("prop-likelihood", "quantile-score")
OPTIONAL_RULES = ("hf3", "hf4", "school", "shahvaish")


def recognises(header):
    return {"section", "design", "domain", "statistic", "ci_method", "r_call"} <= set(header)


def section(row):
    return row["section"]


def optional(row):
    method = row["ci_method"]
    return ("optional" in row["note"] or "pps-brewer" in row["design"] or method.startswith(OPTIONAL_INTERVALS)
            or method.endswith(OPTIONAL_RULES))


def attempts(folder, rows):
    # What the rows of one file say between them (its count and population, its years) is gathered first.
    facts = {name: module.facts(folder, [r for r in rows if r["section"] == name])
             for name, module in SECTIONS.items() if any(r["section"] == name for r in rows)}
    one = functools.partial(attempt, folder, facts)
    return [one(row) for row in rows]


def attempt(folder, facts, row):
    module = SECTIONS.get(row["section"])
    return module.attempt(folder, facts[row["section"]], row) if module else None
