#!/usr/bin/env python3
"""The files of datasets/ hold together: areas, spellings, fingerprints, the example and its truth. Standard library only."""
import csv
import filecmp
import glob
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SETS = os.path.join(TOP, "datasets")
DATA = os.path.join(os.environ.get("PALERMO_SHARED", os.path.join(TOP, "..", "shared")), "data")
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
wrong = []


def check(name, good, what=""):
    if not good:
        wrong.append(name)
        print(f"FAIL {name}: {what}")


def table(path, encoding="utf-8", delimiter=","):
    with open(path, "rb") as file:
        raw = file.read()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    text = raw.decode(encoding).removeprefix("\ufeff").replace("\r\r\n", "\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def fold(name):  # what is left of a name when they are compared: no apostrophes, ASCII punctuation as one space, ASCII case
    name = re.sub("['`’]", "", name)
    name = re.sub(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+", " ", name).strip()
    return "".join(c.lower() if c.isascii() else c for c in name)


def test_areas():
    rows = table(f"{SETS}/areas/areas.csv")
    head, rows = rows[0], [dict(zip(rows[0], r)) for r in rows[1:]]
    by_code = {r["code"]: r for r in rows}
    check("areas: header", head == ["code", "alpha2", "m49", "kind", "parent", "complete_parts", "un_member"] +
          ["name_" + l for l in LANGUAGES], head)
    codes = [r["code"] for r in rows]
    check("areas: sorted, each once", codes == sorted(set(codes), key=lambda c: c.encode()))
    check("areas: 193 Member States", sum(r["un_member"] == "1" for r in rows) == 193)
    check("areas: 249 of M49", sum(r["kind"] == "country" and r["m49"] != "" for r in rows) == 249)
    check("areas: NA is Namibia", by_code["NAM"]["alpha2"] == "NA")
    for row in rows:
        names = [row["name_" + l] for l in LANGUAGES]
        check(f"areas: {row['code']} named in six languages", all(names))
        check(f"areas: {row['code']} names in NFC, trimmed",
              all(n == unicodedata.normalize("NFC", n).strip() and "  " not in n for n in names), names)
        up, steps = row, 0
        while up["parent"] and steps < 9:
            up, steps = by_code[up["parent"]], steps + 1
        invented = bool(re.match(r"X[A-Z]{2}(_|$)", row["code"])) and row["code"] != "XKX"
        top = "XYZ" if invented else "EUU" if row["code"] == "EUU" else "001"
        check(f"areas: {row['code']} lies in {top}", up["code"] == top, up["code"])
    wholes = {r["parent"] for r in rows if r["kind"] == "part"}
    check("areas: only wholes have complete parts", all(r["code"] in wholes for r in rows if r["complete_parts"] == "1"))
    aliases = table(f"{SETS}/areas/aliases.csv")
    spelt = [a for a, _ in aliases[1:]]
    check("aliases: sorted, each once", spelt == sorted(set(spelt)))
    known = {}
    for code, names in [(r["code"], [r["name_" + l] for l in LANGUAGES]) for r in rows] + [(c, [n]) for n, c in aliases[1:]]:
        check(f"aliases: {code} is an area", code in by_code)
        for name in names:
            check(f"aliases: '{name}' means one area", known.setdefault(fold(name), code) == code, (code, known[fold(name)]))
    return known


def test_every_name_resolves(known):
    """Each country name of the published files is an area, or declared in its descriptor."""
    files = (("homicide", "unodc/homicide_country_wide_1990_2017.csv.gz", 0, 1, "utf-8"),
             ("homicide-timeseries", "unodc/homicide_timeseries_1990_2017.csv.gz", 0, 1, "latin-1"),
             ("homicide-regional", "unodc/homicide_regional_wide_1990_2017.csv", 1, 1, "utf-8"),
             ("homicide-regional-estimates", "unodc/homicide_regional_estimates.csv", 0, 1, "utf-8"),
             ("homicide-prisons", "unodc/homicide_in_prisons_2010_2016.csv", 0, 1, "utf-8"),
             ("treaty-untoc", "reference/treaty_18_12_untoc.csv", 0, 1, "utf-8"),
             ("treaty-tip", "reference/treaty_18_12_a_trafficking_protocol.csv", 0, 1, "utf-8"),
             ("treaty-som", "reference/treaty_18_12_b_smuggling_protocol.csv", 0, 1, "utf-8"),
             ("oc-index", "indices/global_oc_index_2023.csv", 2, 1, "utf-8"),
             ("cpi", "indices/cpi_1995_2017.csv", 0, 1, "windows-1252"),
             ("cpi-2012", "indices/cpi2012_with_se.csv", 1, 2, "utf-8"))
    for name, path, column, skip, encoding in files:
        if not os.path.exists(f"{DATA}/{path}"):
            print(f"SKIP names of {name}: {path} is not beside the checkout")
            continue
        with open(f"{SETS}/{name}/dataset.yaml", encoding="utf-8") as file:
            descriptor = file.read()
        names = {r[column] for r in table(f"{DATA}/{path}", encoding)[skip:]}
        missing = [n for n in sorted(names) if fold(n) not in known and f"\n  {n}: {{kind:" not in descriptor]
        check(f"names of {name}", not missing, missing)


def test_descriptors():
    with open(f"{SETS}/README.md", encoding="utf-8") as file:
        listed = file.read()
    for path in sorted(glob.glob(f"{SETS}/*/dataset.yaml") + glob.glob(f"{SETS}/example/*/dataset.yaml")):
        folder = os.path.basename(os.path.dirname(path))
        with open(path, encoding="utf-8") as file:
            text = file.read()
        fact = dict(re.findall(r"^(\w+): *(.*?)(?: +#.*)?$", text, re.M))
        check(f"{folder}: bears its folder's name", fact["name"] == folder, fact["name"])
        for key in ("publisher", "licence", "citation", "scope", "counting_unit", "principal_offence_rule", "duplicates"):
            check(f"{folder}: says {key}", key in fact or folder.startswith(("m49-", "iccs", "iso3166", "country-codes", "envipe-cv")))
        if "/example/" in path:
            check(f"{folder}: file lies beside it", os.path.exists(os.path.join(os.path.dirname(path), fact["path"])))
            invented = "generate.py" in fact["publisher"]
            check(f"{folder}: invented means synthetic", (fact.get("synthetic") == "true") == invented)
            continue
        check(f"{folder}: listed with its fingerprint", f"| {folder} |" in listed and fact["sha256"][:12] in listed)
        if not os.path.exists(f"{DATA}/{fact['path']}"):
            print(f"SKIP fingerprint of {folder}: {fact['path']} is not beside the checkout")
            continue
        with open(f"{DATA}/{fact['path']}", "rb") as file:
            check(f"{folder}: fingerprint", hashlib.sha256(file.read()).hexdigest() == fact["sha256"])


def test_example():
    example = f"{SETS}/example"
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.executable, f"{example}/generate.py", work], check=True)
        written = sorted(os.path.relpath(p, work) for p in glob.glob(f"{work}/**/*.csv", recursive=True))
        for name in written:
            check(f"example: generate.py writes {name} again", filecmp.cmp(f"{work}/{name}", f"{example}/{name}", False))
    for cycle in ("example", "unodc"):
        with open(f"{SETS}/{cycle}/cycle.yaml", encoding="utf-8") as file:
            for name in re.findall(r"^  - ([\w-]+)", file.read(), re.M):
                check(f"{cycle}: dataset {name} ships", any(os.path.exists(f"{SETS}/{p}{name}/dataset.yaml") for p in ("", "example/")))

    truth = {tuple(r[:4]): r for r in table(f"{example}/truth.csv")[1:]}
    warts = {(r[0], r[2], r[3]) for r in table(f"{example}/warts.csv")[1:]}
    seen = 0
    for row in table(f"{example}/glotip/glotip.csv")[3:]:
        if row[2:7] == ["Detected trafficking victims", "Total", "Total", "Total", "Total"] and ("glotip", row[0], row[7]) not in warts:
            drawn = int(truth["glotip", "detected victims", row[0], row[7]][5])
            stands = "<5" if drawn < 5 else f"{drawn:,}"
            seen += 1
            check(f"example: victims of {row[0]} in {row[7]} are as drawn", row[9] == stands, (row[9], stands))
    check("example: 12 States, 6 years, less silence and warts", seen == 12 * 6 - 3 - 6, seen)
    # Poisson draws: (drawn - expected)^2 / expected has mean 1; its mean over n cells strays by sqrt(2/n).
    ratio = [(float(r[5]) - float(r[4])) ** 2 / float(r[4]) for r in truth.values()
             if r[0] in ("cts-violent", "cts-economic", "homicide") and float(r[4]) > 20]
    check("example: draws scatter as Poisson counts do", abs(sum(ratio) / len(ratio) - 1) < 5 * (2 / len(ratio)) ** 0.5,
          sum(ratio) / len(ratio))


def test_published_facts():
    example = f"{SETS}/example"
    lists = table(f"{example}/mse-uk-2013/mse-uk-2013.csv")
    check("facts: 2,744 persons in 25 patterns", sum(int(r[6]) for r in lists[1:]) == 2744 and len(lists) == 26)
    for name, rows, parties, file in (("treaty-untoc", 185, 179, "treaty_18_12_untoc"),
                                      ("treaty-tip", 167, 159, "treaty_18_12_a_trafficking_protocol"),
                                      ("treaty-som", 152, 138, "treaty_18_12_b_smuggling_protocol")):
        facts = table(f"{example}/{name}/{name}.csv")[1:]
        check(f"facts: participants of {name}", len(facts) == rows and sum(r[2] != "" for r in facts) == parties)
        if os.path.exists(f"{DATA}/reference/{file}.csv"):
            years = sorted(r[2].split(" ")[2] for r in table(f"{DATA}/reference/{file}.csv")[1:] if r[2])
            check(f"facts: years of {name}", sorted(r[2][:4] for r in facts if r[2]) == years)
    count = {}
    for row in table(f"{example}/replies/replies.csv")[1:]:
        count[row[0], row[2]] = count.get((row[0], row[2]), 0) + 1
    check("facts: replies of paragraphs 42, 64 and 65", count == {
        ("42", "late reply"): 12, ("64", "late reply"): 9, ("64", "new full set"): 1, ("64", "update"): 1,
        ("64", "information on ratification"): 1, ("65", "clarification"): 8, ("65", "clarification after the deadline"): 1}, count)


passed = failed = 0
names_known = test_areas()
for test in (lambda: None, lambda: test_every_name_resolves(names_known), test_descriptors, test_example, test_published_facts):
    test()
    passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
    wrong.clear()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
