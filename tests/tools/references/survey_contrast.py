"""survey_contrast.py: functions of several estimates and their covariances, read from the R call of a row:

    svycontrast(BASE, c(A=1, B=-1))    svycontrast(BASE, quote(A/B))    vcov(BASE)[1,2]

where BASE is svymean(~a+b, d), svytotal(~a+b, d), svyratio(~a+b, ~x, d) or svyby(~a, ~g, d, svymean)."""
import csv
import re

from . import survey_design, survey_sample
from .calls import Attempt

CALL = re.compile(r"^(?:svycontrast\((?P<base>.*), (?P<what>c\(.*\)|quote\(.*\))\)|"
                  r"vcov\((?P<of>.*)\)\[(?P<i>\d+),(?P<j>\d+)\])$")
BY = re.compile(r"^svyby\(~([\w.]+), ~([\w.]+), .*, svy(mean|total)[,)]")
RATIO = re.compile(r"^svyratio\(~([\w.+]+), ~([\w.]+), ")
PLAIN = re.compile(r"^svy(mean|total)\(~([\w.+]+), ")


def labels_of(base, path):
    """{label: STAT} of the estimates of BASE, in R's order."""
    by, ratio, plain = BY.match(base), RATIO.match(base), PLAIN.match(base)
    if by:
        with survey_design.opened(path) as file:
            values = sorted({record[by[2]] for record in csv.DictReader(file)} - {""})
        return {value: f"{by[3]}({by[1]})@{by[2]}={value}" for value in values}
    if ratio:
        return {y: f"ratio({y},{ratio[2]})" for y in ratio[1].split("+")}
    if plain:
        return {y: f"{plain[1]}({y})" for y in plain[2].split("+")}
    return None


def attempt(folder, row):
    call = CALL.match(row["r_call"])
    flags, where = survey_design.flags_of(row, folder), survey_sample.domain(row)
    path = folder / "data" / row["data_file"]
    labels = labels_of(call["base"] or call["of"], path) if call else None
    if flags is None or where is None or labels is None:
        return None
    flags += where
    if call["of"]:
        names = list(labels)
        pair = ",".join(names[int(call[k]) - 1] for k in "ij")
        return Attempt([str(path)], flags + ["--covariance", pair], "", "covariance", survey_sample.expected_of(row),
                       named=labels, variable=pair)
    if call["what"].startswith("quote("):
        expression = call["what"][len("quote("):-1]
    else:
        terms = [t.split("=") for t in call["what"][len("c("):-1].split(", ")]
        expression = " + ".join(f"{float(factor):g}*{name}" for name, factor in terms)
    used = {name: stat for name, stat in labels.items() if name in re.findall(r"[A-Za-z][\w.]*", expression)}
    return Attempt([str(path)], flags + ["--interval", "t", "--contrast", expression], "", "contrast",
                   survey_sample.expected_of(row), named=used, variable=expression)
