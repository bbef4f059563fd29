#!/usr/bin/env python3
"""Writes the synthetic part of the example: a dozen invented States, XAA to XAL, six years, with known truth.

    python3 datasets/example/generate.py [FOLDER]        (default: the folder this file lies in)

Python 3 standard library only. One seed, one order of drawing: the same bytes every time. Each count is a Poisson draw around an
expected number that truth.csv states; then the files are spoilt on purpose in the ways real ones are, and warts.csv says where.
Nothing here describes a real State.
"""
import csv
import io
import math
import os
import random
import sys

SEED = 20061009  # the first day of the Conference's third session
YEARS = range(2018, 2024)

# name, inhabitants in 2018, growth a year, share of women, how much crime is recorded beside the others
STATES = {
    "XAA": ("Aldemar", 61_400_000, 0.004, 0.507, 1.00),
    "XAB": ("Borenia", 24_350_000, 0.011, 0.501, 1.40),
    "XAC": ("Cendria", 9_870_000, 0.002, 0.512, 0.70),
    "XAD": ("Dovaria", 5_120_000, -0.006, 0.523, 1.10),
    "XAE": ("Elmoria", 3_060_000, 0.014, 0.498, 2.10),
    "XAF": ("Fendalia", 1_280_000, 0.009, 0.505, 1.60),
    "XAG": ("Gavronia", 38_700_000, 0.018, 0.499, 0.60),
    "XAH": ("Halverra", 14_200_000, 0.000, 0.510, 0.90),
    "XAI": ("Ivaland", 642_000, 0.007, 0.503, 1.20),
    "XAJ": ("Jorvania", 7_430_000, -0.003, 0.519, 0.80),
    "XAK": ("Kestria", 91_500, 0.005, 0.508, 1.30),
    "XAL": ("Luvania", 18_900_000, 0.006, 0.504, 1.00),
}
PARTS = {"XAL_N": ("Luvania (North)", 0.62), "XAL_S": ("Luvania (South)", 0.38)}

# category: measure, expected cases per 100,000 inhabitants, change a year; before the State's own factor
VIOLENT = {
    "Serious assault": ("serious assault", 95.0, -0.01),
    "Kidnapping": ("kidnapping", 1.6, 0.02),
    "Robbery": ("robbery", 48.0, -0.03),
    "Sexual violence": ("sexual violence", 31.0, 0.03),
    "Sexual violence: Rape": ("rape", 9.0, 0.02),
}
ECONOMIC = {
    "Corruption": ("corruption", 4.0, 0.01),
    "Corruption: Bribery": ("bribery", 1.7, 0.01),
    "Fraud: Cyber-related (Cy)": ("cyber-related fraud", 22.0, 0.15),
    "Money laundering": ("money laundering", 1.1, 0.06),
    "Smuggling of migrants": ("smuggling of migrants", 0.8, 0.09),
    "Unlawful access to a computer system": ("unlawful access to computer systems", 3.4, 0.10),
    "Unlawful interception or access of computer data": ("interception of computer data", 1.2, 0.08),
    "Unlawful interference with a computer system or computer data": ("interference with computer systems", 1.9, 0.12),
}
ENVIRONMENT = {
    "Acts that cause environmental pollution or degradation": ("environmental pollution", 2.6, 0.00),
    "Acts that result in the depletion of degradation of natural resources": ("acts against natural resources", 3.1, 0.01),
    "Acts involving the movement of dumping of waste": ("waste movement offences", 1.5, 0.02),
    "Trade or possession of protected or prohibited species of faune and flora": ("protected species offences", 0.9, 0.01),
}
DRUGS = {  # kilograms for 100,000 inhabitants, mean of a skewed amount
    ("Cannabis herb (marijuana)", "Cannabis herb (marijuana)"): 18.0,
    ("Cannabis resin (hashish)", "Cannabis resin (hashish)"): 4.0,
    ("Cocaine", "Cocaine hydrochloride"): 2.2,
    ("Opiates", "Heroin"): 0.9,
    ("Methamphetamine", "Methamphetamine"): 1.3,
    ("“Ecstasy”-type substances", "3,4-methylenedioxymethamphetamine (MDMA)"): 0.15,
}
VICTIMS = 1.8  # detected trafficking victims per 100,000
FORMS = {  # share of the victims, share of women among them, share of children
    "Sexual exploitation": (0.58, 0.88, 0.30),
    "Forced labour": (0.32, 0.35, 0.18),
    "Other forms of exploitation": (0.10, 0.55, 0.45),
}
HOMICIDE = 3.4
PEOPLE = (("Female", "0 to 17 years"), ("Female", "18 years or over"), ("Male", "0 to 17 years"), ("Male", "18 years or over"),
          ("Unknown", "Unknown"))
ARMS = 24.0  # seized, per 100,000
TYPES = {
    "pistol": 0.46,
    "revolver": 0.14,
    "rifle (Inlcuding Carbine)": 0.17,
    "shotgun (Including Short Carbine)": 0.15,
    "other weapons": 0.08,
}
TRACING = {  # share among the arms whose marking status is known
    "Uniquely identifiable - from legitimate owner in national registry": 0.28,
    "Uniquely identifiable - from illegitimate owner in foreign registry": 0.11,
    "Uniquely identifiable - point of diversion otherwise identified": 0.06,
    "Uniquely identifiable - tracing attempted, no point of diversion identified": 0.14,
    "Uniquely identifiable - tracing procedure pending": 0.13,
    "Not uniquely identifiable - Erased or altered marking": 0.17,
    "Not uniquely identifiable - No further information available": 0.11,
}
RATE = "Rate per 100,000 population"
HEAD = ["Iso3_code", "Country", "Indicator", "Dimension", "Category", "Sex", "Age", "Year", "Unit of measurement", "VALUE",
        "Source"]

draw = random.Random(SEED)
truth = []  # dataset, measure, area, year, expected, count


def population(area, year):
    _, start, growth, women, _ = STATES[area]
    everyone = round(start * (1 + growth) ** (year - 2018))
    female = round(everyone * women)
    return everyone, everyone - female, female


def poisson(mean):
    """Products of uniforms up to 200, a rounded normal draw above: both from the one stream."""
    if mean <= 0:
        return 0
    if mean > 200:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    count, product, floor = 0, draw.random(), math.exp(-mean)
    while product > floor:
        count += 1
        product *= draw.random()
    return count


def split(total, shares):
    """`total` things dealt out one by one with probabilities `shares` (they sum to 1)."""
    got = [0] * len(shares)
    for _ in range(total):
        at, left = 0, draw.random()
        while at < len(shares) - 1 and left >= shares[at]:
            left -= shares[at]
            at += 1
        got[at] += 1
    return got


def expect(area, year, rate, trend):
    return population(area, year)[0] / 1e5 * rate * STATES[area][4] * (1 + trend) ** (year - 2018)


def drawn(dataset, measure, area, year, rate, trend):
    mean = expect(area, year, rate, trend)
    count = poisson(mean)
    truth.append([dataset, measure, area, year, f"{mean:.3f}", count])
    return count


def stages(suspected, men, steps, row, dataset, area, year):
    """Suspected, prosecuted, convicted: each stage is drawn from the one before it, men and women apart."""
    male, female = split(suspected, [men, 1 - men])
    for label, share in steps:
        if share < 1:
            mean = (male + female) * share
            male, female = (split(n, [share, 1 - share])[0] for n in (male, female))
            measure = "persons prosecuted" if "prosecuted" in label else "persons convicted"
            truth.append([dataset, measure, area, year, f"{mean:.3f}", male + female])
        for sex, n in (("Total", male + female), ("Male", male), ("Female", female)):
            row(label, sex, n)


def masked(count):
    return "<5" if count < 5 else f"{count:,}"


def glotip():
    """One State and year after another, as GLOTIP lays them out; counts below five are printed as <5."""
    rows = []
    for area, (name, *_) in STATES.items():
        for year in YEARS:
            def row(indicator, dimension, category, sex, age, count):
                rows.append([area, name, indicator, dimension, category, sex, age, year, "Counts", masked(count), "SYNTHETIC"])

            victims = drawn("glotip", "detected victims", area, year, VICTIMS, 0.04)
            forms = split(victims, [share for share, _, _ in FORMS.values()])
            cells = {}
            for (form, (_, women, children)), n in zip(FORMS.items(), forms):
                known = 0.98  # of the others neither sex nor age is known
                cells[form] = dict(zip(PEOPLE, split(n, [women * children * known, women * (1 - children) * known,
                                                         (1 - women) * children * known,
                                                         (1 - women) * (1 - children) * known, 1 - known])))
            total = {key: sum(c[key] for c in cells.values()) for key in PEOPLE}
            what = "Detected trafficking victims"
            row(what, "Total", "Total", "Total", "Total", victims)
            for sex in ("Female", "Male"):
                row(what, "Total", "Total", sex, "Total", sum(n for (s, _), n in total.items() if s == sex))
            for age in ("0 to 17 years", "18 years or over"):
                row(what, "Total", "Total", "Total", age, sum(n for (_, a), n in total.items() if a == age))
            for (sex, age), n in total.items():
                if n or sex != "Unknown":
                    row(what, "Total", "Total", sex, age, n)
            for form, parts in cells.items():
                row(what, "by form of exploitation", form, "Total", "Total", sum(parts.values()))
                for (sex, age), n in parts.items():
                    if n or sex != "Unknown":
                        row(what, "by form of exploitation", form, sex, age, n)
            others = [STATES[a][0] for a in STATES if a != area]
            abroad = draw.sample(others, 2)
            home, one, two, nobody = split(victims, [0.55, 0.22, 0.15, 0.08])
            for who, n in (("Nationals", home), (abroad[0], one), (abroad[1], two), ("Unknown", nobody)):
                row(what, "by citizenship", who, "Total", "Total", n)
            row("Offences of trafficking in persons", "Total", "Total", "Total", "Total",
                drawn("glotip", "offences of trafficking", area, year, VICTIMS * 0.6, 0.03))
            stages(drawn("glotip", "persons in formal contact", area, year, VICTIMS * 0.9, 0.02), 0.69,
                   (("Persons brought into formal contact", 1.0), ("Persons prosecuted", 0.62), ("Persons convicted", 0.55)),
                   lambda label, sex, n: row(label, "Total", "Total", sex, "Total", n), "glotip", area, year)
    return rows


def offences(dataset, tables):
    """Counts with their rates. The violent offences of Luvania are reported by its two parts, never whole."""
    rows = []
    for area, (name, *_) in STATES.items():
        for year in YEARS:
            for indicator, table in tables.items():
                for category, (measure, rate, trend) in table.items():
                    count = drawn(dataset, measure, area, year, rate, trend)
                    reporters = [(area, name, count, population(area, year)[0])]
                    if area == "XAL" and dataset == "cts-violent":
                        dealt = split(count, [share for _, share in PARTS.values()])
                        reporters = [(code, part, n, population(area, year)[0] * share)
                                     for (code, (part, share)), n in zip(PARTS.items(), dealt)]
                    for code, called, n, inhabitants in reporters:
                        for unit, value in (("Counts", n), (RATE, f"{n / inhabitants * 1e5:.10g}")):
                            rows.append([code, called, indicator, "by type of offence", category, "Total", "Total", year,
                                         unit, value, "SYNTHETIC"])
    return rows


def iafq():
    rows = []
    for area, (name, *_) in STATES.items():
        for year in YEARS:
            def row(indicator, dimension, category, count, sex="na"):
                rows.append([area, indicator, dimension, category, sex, year, count])

            for indicator, measure, rate in (("Arms seized", "arms seized", ARMS), ("Arms found", "arms found", ARMS * 0.15),
                                             ("Arms surrendered", "arms surrendered", ARMS * 0.4)):
                arms = drawn("iafq", measure, area, year, rate, -0.02)
                if indicator == "Arms seized":
                    row(indicator, "Total", "Total", arms)
                else:
                    row(indicator, "by type", "Total", arms)
                if indicator == "Arms seized":
                    for kind, n in zip(TYPES, split(arms, list(TYPES.values()))):
                        row(indicator, "by type", kind, n)
                known, unknown = split(arms, [0.93, 0.07])
                traced = dict(zip(TRACING, split(known, list(TRACING.values()))))
                unique = sum(n for label, n in traced.items() if label.startswith("Uniquely"))
                row(indicator, "by location", "Uniquely identifiable - total uniquely identifiable through marking", unique)
                row(indicator, "by location", "Total not uniquely identifiable through marking", known - unique)
                for label, n in traced.items():
                    row(indicator, "by location", label, n)
                row(indicator, "by location", "Unknown status regarding marking", unknown)
                altered = traced["Not uniquely identifiable - Erased or altered marking"]
                row(indicator, "by marking", "uniquely marked", unique)
                row(indicator, "by marking", "altered marking", altered)
                row(indicator, "by marking", "no marking", known - unique - altered)
                row(indicator, "by marking", "unknown Status On Marking", unknown)
            weapons = " for illicit trafficking in weapons"
            stages(drawn("iafq", "persons suspected", area, year, 2.4, 0.0), 0.9,
                   (("Individuals arrested/suspected" + weapons, 1.0), ("Individuals prosecuted" + weapons, 0.6),
                    ("Individuals convicted" + weapons, 0.6)),
                   lambda label, sex, n: row(label, "Total", "Total", n, sex), "iafq", area, year)
    return rows


def seizures():
    rows = []
    for area, (name, *_) in STATES.items():
        for year in YEARS:
            for (group, drug), amount in DRUGS.items():
                mean = expect(area, year, amount, 0.05)
                kilograms = draw.expovariate(1 / mean)
                truth.append(["drug-seizures", group, area, year, f"{mean:.3f}", f"{kilograms:.3f}"])
                rows.append([name, area, group, drug, year, f"{kilograms:.3f}"])
    return rows


def homicide():
    """Years are columns, as in the published file."""
    rows = []
    for area, (name, *_) in STATES.items():
        series = {"Homicide Total Count": [], "Male Homicide Count": [], "Female Homicide Count": [], "Homicide Rate": []}
        for year in YEARS:
            count = drawn("homicide", "homicides", area, year, HOMICIDE, -0.015)
            male, female = split(count, [0.79, 0.21])
            for label, value in zip(series, (count, male, female, f"{count / population(area, year)[0] * 1e5:.1f}")):
                series[label].append(value)
        rows += [[name, label] + values for label, values in series.items()]
    return rows


def people():
    rows = []
    for area, (name, *_) in STATES.items():
        for year in YEARS:
            for sex, n in zip(("Total", "Male", "Female"), population(area, year)):
                rows.append([name, area, year, sex, n])
    return rows


def returns():
    """A return log: one line a State, instrument and cycle; empty `received` is silence. Replying gets likelier with size."""
    rows = []
    for cycle, year in ((1, 2018), (2, 2020), (3, 2022)):
        for instrument, items in (("UNTOC", 64), ("TIP", 38), ("SOM", 31), ("FA", 42)):
            due = f"{year + 1}-06-30"
            for area, (_, size, _, _, _) in STATES.items():
                likely = 0.45 + 0.07 * (math.log10(size) - 5) + 0.06 * cycle
                replied = draw.random() < likely
                in_time = replied and draw.random() < 0.6
                received = ""
                if replied:
                    received = f"{year + 1}-{draw.randrange(1, 7):02d}-{draw.randrange(1, 29):02d}" if in_time else \
                               f"{year + 1}-{draw.randrange(7, 13):02d}-{draw.randrange(1, 29):02d}"
                filled = sum(draw.random() < 0.72 for _ in range(items)) if replied else 0
                rows.append([area, instrument, cycle, year, due, received, 1, int(replied), int(in_time), items, filled])
    return rows


def firearms_protocol():
    """Status of the Firearms Protocol for the invented States: no published list of it is at hand."""
    rows = []
    for area, (name, *_) in STATES.items():
        signed = f"{draw.randrange(1, 29)} {draw.choice(('Jan', 'May', 'Nov'))} 2002" if draw.random() < 0.5 else ""
        act = f"{draw.randrange(1, 29)} {draw.choice(('Feb', 'Jun', 'Sep'))} {draw.randrange(2003, 2018)}"
        rows.append([name, signed, act + ("" if signed else " a") if draw.random() < 0.65 else ""])
    return rows


def spoil(files):
    """The warts. Each is put where warts.csv says; `line` counts from 1, header included."""
    warts = []

    def find(name, **want):
        head, rows = files[name]
        for i, row in enumerate(rows):
            if all(str(row[head.index(k)]) == str(v) for k, v in want.items()):
                return head, rows, i
        raise SystemExit(f"generate: no row {want} in {name}")

    def say(name, wart, area, year, was, now):
        warts.append([name, wart, area, year, was, now])

    def change(name, column, now, wart, **want):
        head, rows, i = find(name, **want)
        was = rows[i][head.index(column)]
        area = rows[i][head.index("Iso3_code" if "Iso3_code" in head else "msCode")]
        year = rows[i][head.index("Year")]
        rows[i] = list(rows[i])
        rows[i][head.index(column)] = now
        say(name, wart, area, year, was, now)

    victims = {"Indicator": "Detected trafficking victims", "Dimension": "Total", "Category": "Total"}
    all_of = dict(victims, Sex="Total", Age="Total")

    head, rows, i = find("glotip", Iso3_code="XAC", Year=2020, **all_of)
    rows.insert(i + 1, list(rows[i]))
    say("glotip", "the same row twice", "XAC", 2020, "once", "twice")

    head, rows, i = find("glotip", Iso3_code="XAF", Year=2021, Indicator="Persons convicted", Sex="Total")
    again = list(rows[i])
    again[9] = str(int(again[9].replace("<5", "3").replace(",", "")) + 6)
    rows.insert(i + 1, again)
    say("glotip", "one key, two values", "XAF", 2021, rows[i][9], rows[i][9] + " and " + again[9])

    change("glotip", "VALUE", "1,999", "sexes do not add up to the total", Iso3_code="XAG", Year=2019, **all_of)
    change("glotip", "Iso3_code", "XJA", "a code that is none", Iso3_code="XAJ", Year=2022,
           **dict(victims, Sex="Female", Age="Total"))
    change("glotip", "Year", 2032, "a year to come", Iso3_code="XAH", Year=2023,
           Indicator="Offences of trafficking in persons")
    head, rows, i = find("glotip", Iso3_code="XAD", Year=2022, Indicator="Persons prosecuted", Sex="Total")
    prosecuted = int(rows[i][9].replace("<5", "4"))
    change("glotip", "VALUE", str(prosecuted + 9), "more convicted than prosecuted", Iso3_code="XAD", Year=2022,
           Indicator="Persons convicted", Sex="Total")
    for area, years in (("XAI", (2020,)), ("XAK", (2018, 2019))):
        head, rows = files["glotip"]
        for year in years:
            before = len(rows)
            rows[:] = [r for r in rows if not (r[0] == area and r[7] == year)]
            say("glotip", "no reply", area, year, f"{before - len(rows)} rows", "none")

    change("cts-violent", "VALUE", "14.2", "a rate that its count contradicts", Iso3_code="XAB", Year=2020, Category="Kidnapping",
           **{"Unit of measurement": RATE})
    for unit in ("Counts", RATE):
        head, rows, i = find("cts-violent", Iso3_code="XAL_S", Year=2021, Category="Kidnapping", **{"Unit of measurement": unit})
        del rows[i]
    say("cts-violent", "one of two parts is missing", "XAL_S", 2021, "2 rows", "none")
    head, rows, i = find("cts-violent", Iso3_code="XAE", Year=2019, Category="Robbery", **{"Unit of measurement": RATE})
    del rows[i]
    say("cts-violent", "a count without its rate", "XAE", 2019, "2 rows", "1 row")

    change("cts-economic", "Category", "Money laundring", "a category misspelt", Iso3_code="XAA", Year=2021,
           Category="Money laundering", **{"Unit of measurement": "Counts"})
    change("iafq", "VALUE", "..", "a mark for no figure", Iso3_code="XAC", Year=2018, Indicator="Arms found", Category="Total")
    change("drug-seizures", "Kilograms", "-3.250", "a negative amount", msCode="XAD", Year=2019, DrugSubGroup="Opiates")
    return warts


# A household survey of four of the States: strata of areas, a few of which are drawn; in each some adults are asked. State: strata,
# areas drawn of a stratum, adults asked of an area, adults of an area, areas of a stratum, adults in forced labour per 1,000.
SURVEYED = {
    "XAA": (5, 5, 24, 900, 400, 16.0),
    "XAB": (4, 4, 30, 1100, 210, 24.0),
    "XAC": (5, 3, 28, 800, 60, 11.0),
    "XAD": (4, 4, 25, 700, 45, 34.0),
}
SURVEY_HEAD = ["country", "year", "region", "area", "areas_of_region", "weight", "person", "sex", "age", "forced", "days"]


def survey():
    """Adults asked in 2022, and the truth of the areas that they live in. One region of XAC had a single area drawn: the variance of
    its stratum is nobody's to know. A few refused to answer. It draws from a stream of its own."""
    draw = random.Random(1930)
    rows, true = [], []
    for state, (strata, sampled, asked, adults, areas, per_1000) in SURVEYED.items():
        expected = people_of = 0.0
        for h in range(1, strata + 1):
            there, chance = areas + 7 * h, per_1000 / 1000 * (0.5 + h / strata)
            drawn = 1 if state == "XAC" and h == strata else sampled
            expected += there * adults * chance
            people_of += there * adults
            for a in range(1, drawn + 1):
                here = chance * draw.gammavariate(4, 0.25)  # areas differ: persons of one are alike
                for k in range(1, asked + 1):
                    sex = "M" if draw.random() < 0.47 else "F"
                    age = draw.choices(["15-29", "30-44", "45-59", "60+"], [34, 30, 21, 15])[0]
                    odds = here * (1.25 if sex == "M" else 0.8) * {"15-29": 1.5, "30-44": 1.1, "45-59": 0.6, "60+": 0.3}[age]
                    forced = "yes" if draw.random() < odds else "no"
                    days = 1 + min(364, int(draw.expovariate(1 / 110))) if forced == "yes" else 0
                    if draw.random() < 0.02:
                        forced, days = "refused", ""
                    rows.append([state, 2022, f"R{h}", a, there, f"{there / drawn * adults / asked:.4f}",
                                 f"{state}-{h}-{a}-{k}", sex, age, forced, days])
        true.append([state, 2022, f"{people_of:.0f}", f"{expected:.1f}", f"{1000 * expected / people_of:.4f}"])
    return rows, true


def write(path, head, rows, preamble=()):
    out = io.StringIO()
    text = csv.writer(out, lineterminator="\n")
    for line in preamble:
        text.writerow(list(line) + [""] * (len(head) - len(line)))
    text.writerow(head)
    text.writerows(rows)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as to:
        to.write(out.getvalue())


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    files = {
        "population": (["Country Name", "Country Code", "Year", "Sex", "Value"], people()),
        "glotip": (HEAD, glotip()),
        "cts-violent": (HEAD, offences("cts-violent", {"Violent offences": VIOLENT})),
        "cts-economic": (HEAD, offences("cts-economic", {"Offences": ECONOMIC, "Acts against the environment": ENVIRONMENT})),
        "iafq": (["Iso3_code", "Indicator", "Dimension", "Category", "Sex", "Year", "VALUE"], iafq()),
        "drug-seizures": (["Country/Territory", "msCode", "DrugSubGroup", "Drug", "Year", "Kilograms"], seizures()),
        "homicide": (["Country", "Indicator"] + list(YEARS), homicide()),
        "returns": (["area", "instrument", "cycle", "year", "due", "received", "returns_due", "replied", "in_time",
                     "items_asked", "items_filled"], returns()),
        "treaty-firearms": (["Participant", "Signature", "Act"], firearms_protocol()),
    }
    warts = spoil(files)
    for name, (head, rows) in files.items():
        if name == "glotip":  # as GLOTIP: two lines before the header, and the value column's own name
            head = ["txtVALUE" if h == "VALUE" else h for h in head]
            write(f"{folder}/{name}/{name}.csv", head, rows, [["SYNTHETIC", "invented by generate.py"], ["01/06/2024"]])
        else:
            write(f"{folder}/{name}/{name}.csv", head, rows)
    asked, true = survey()
    write(f"{folder}/labour-survey/labour-survey.csv", SURVEY_HEAD, asked)
    write(f"{folder}/labour-survey/truth.csv", ["area", "year", "adults", "in forced labour, expected", "per 1,000"], true)
    write(f"{folder}/truth.csv", ["dataset", "measure", "area", "year", "expected", "drawn"], truth)
    write(f"{folder}/warts.csv", ["dataset", "wart", "area", "year", "was", "stands"], warts)


if __name__ == "__main__":
    main()
