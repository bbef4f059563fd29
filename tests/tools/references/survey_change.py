"""survey_change.py: changes between two periods of a survey."""
import re

from . import survey_design, survey_sample
from .calls import Attempt

CHANGE = re.compile(r"^(\w+)\(([\w.]+)\)\[(\w+)=(\w+)\] (?:minus|over|vs|with) \1\(\2\)\[\3=(\w+)\]$")
WORDS = {"difference": "difference", "t_value": "t_value", "p_value": "p_value", "covariance": "covariance",
         "ratio_of_means": "ratio", "percent_change": "percent_change"}


def attempt(folder, row):
    sides = CHANGE.match(row["variables"])
    if not sides:
        return survey_sample.attempt(folder, row)
    flags, where = survey_design.flags_of(row, folder), survey_sample.domain(row)
    if flags is None or where is None or row["statistic"] not in WORDS:
        return None
    statistic, variable, column, later, earlier = sides.groups()
    flags += where + ["--change", f"{column}:{earlier},{later}", "--interval", row["ci_method"] or "t"]
    return Attempt([str(folder / "data" / row["data_file"])], flags, f"{statistic}({variable})",
                   WORDS[row["statistic"]], survey_sample.expected_of(row))
