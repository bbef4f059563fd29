#!/usr/bin/env python3
"""What a stranger brings: small datasets, definitions and cycles outside the tree. Each test is named after something that once went
wrong with one. Expected values are counted by hand. Standard library only."""
import csv
import os
import resource
import subprocess
import tempfile
import zipfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PALERMO = os.environ.get("PALERMO", os.path.join(TOP, "build", "gcc", "palermo"))
passed, wrong = 0, []

DATASET = """path: {path}
shape: long
roles: {{area: a, period: y, value: v, sex: s}}
measures: {{n: {{where: {{}}}}}}
counting_unit: person
"""
INDICATOR = """code: I-01
version: 1
measures: phenomenon
basis: detected
scope: not-separable
title: {{en: Persons}}
definition: {{en: Persons counted.}}
unit: persons
numerator: {{dataset: d, value: n{where}}}
estimator: count
by: [sex]
counting_unit: person
{more}"""
CYCLE = """title: {{en: A stranger's cycle}}
as_of: 2024-01-01
data: [.]
definitions: [own]
datasets: [{datasets}]
indicators: [{indicators}]
languages: [en]
{more}"""


class Folder:
    """A cycle of one dataset and one indicator in a temporary folder."""

    def __init__(self, data="a,y,s,v\nXAA,2020,M,5\n", path="d.csv", dataset="", where="", indicator="", cycle="", indicators="I-01",
                 datasets="d"):
        self.held = tempfile.TemporaryDirectory(prefix="palermo stranger ")
        self.at = self.held.name
        if data is not None:
            self.write(f"d/{path}", data)
        self.write("d/dataset.yaml", DATASET.format(path=path) + dataset)
        self.write("own/I-01.yaml", INDICATOR.format(where=where, more=indicator))
        self.write("cycle.yaml", CYCLE.format(datasets=datasets, indicators=indicators, more=cycle))

    def write(self, name, content):
        path = os.path.join(self.at, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def palermo(self, *words, **more):
        return subprocess.run([PALERMO, *words], cwd=self.at, capture_output=True, text=True, encoding="utf-8", **more)

    def check(self):
        return self.palermo("check", "cycle.yaml")

    def run(self, *words):
        return self.palermo("run", "cycle.yaml", "--out", "out", *words)

    def figures(self, *words):
        done = self.run("--formats", "csv", *words)
        if done.returncode:
            return done.stderr
        with open(os.path.join(self.at, "out/figures.csv"), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def read(self, name):
        with open(os.path.join(self.at, name), encoding="utf-8") as file:
            return file.read()


def expect(name, good, what=""):
    global passed
    if good:
        passed += 1
    else:
        wrong.append(name)
        print(f"FAIL {name}: {what}")


def says(text, *parts):
    plain = " ".join(text.split())
    return all(part in plain for part in parts)


def workbook(rows):
    """An XLSX of one sheet; a row is a list of cells: text, a number, None (no cell), "" (a cell with a format and nothing in it)."""
    import io
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    body = ""
    for r, row in enumerate(rows, 1):
        body += f'<row r="{r}">'
        for c, cell in enumerate(row):
            at = f"{chr(65 + c)}{r}"
            if cell == "":
                body += f'<c r="{at}" s="0"/>'
            elif isinstance(cell, str):
                body += f'<c r="{at}" t="inlineStr"><is><t>{cell}</t></is></c>'
            elif cell is not None:
                body += f'<c r="{at}"><v>{cell}</v></c>'
        body += "</row>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("_rels/.rels", links.format(f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'))
        file.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                      '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>')
        file.writestr("xl/_rels/workbook.xml.rels",
                      links.format(f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'))
        file.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>')
    return out.getvalue()


# ---- files --------------------------------------------------------------------------------------------------------------------------

def test_rows_of_a_worksheet_end_where_the_header_does():
    rows = [["a", "y", "s", "v", ""], ["XAA", 2020, "M"], ["XAB", 2020, "M", 7, ""], ["XAC", 2020, "M", 8, None, "note"]]
    folder = Folder(workbook(rows), "d.xlsx", dataset='absent: {"": not-collected}\n')
    figures = folder.figures()
    expect("an empty last cell is absent, not a short row",
           [(f["REF_AREA"], f["OBS_VALUE"], f["ROWS_LEFT_OUT"]) for f in figures] ==
           [("XAA", "", "0"), ("XAB", "7", "0"), ("XAC", "", "1")], figures)


def test_a_column_that_stands_twice_is_not_chosen_between():
    folder = Folder("a,y,s,v,v\nXAA,2020,M,5,6\n")
    expect("a role names a column that stands twice",
           says(folder.check().stdout, "the column 'v' twice, as field 4 and 5", "line 3, column"), folder.check().stdout)
    estimate = folder.palermo("estimate", "d/d.csv", "count(v)")
    expect("a STAT names a column that stands twice", estimate.returncode == 2 and says(estimate.stderr, "'v' twice"), estimate.stderr)


def test_an_unknown_encoding_is_told_at_its_place():
    said = Folder(dataset="encoding: latin-2\n").check().stdout
    expect("an unknown encoding has its line", says(said, "line 6, column 11: unknown encoding 'latin-2'"), said)


def test_a_cell_that_is_no_number_tells_the_way_out():
    folder = Folder('a,y,s,v\nXAA,2020,M,"1,282"\nXAB,2020,M,<5\nXAC,2020,M,few\n')
    said = folder.palermo("check", "d", "--format", "csv").stdout
    rows = {r["value"]: r["what_to_do"] for r in csv.DictReader(said.splitlines())}
    expect("1,282 leads to thousands", "thousands" in rows.get("1,282", ""), rows)
    expect("<5 leads to below-threshold", "below-threshold" in rows.get("<5", ""), rows)
    expect("few leads to absent", "'absent'" in rows.get("few", ""), rows)


def test_numbers_of_estimate_tell_the_way_out():
    for text, part in (("1,5", "write it as 1234.5"), ("1,282", "'decimal' and 'thousands'"), ("<5", "is masked and has bounds"),
                       ("NA", "--absent NA")):
        folder = Folder(f'a,v\nx,1\ny,"{text}"\n')
        done = folder.palermo("estimate", "d/d.csv", "count(v)")
        expect(f"estimate meets {text}", done.returncode == 1 and
               says(done.stderr, f"d.csv:3:2: '{text}' in column 'v' is no number", part), done.stderr)


def test_places_are_as_many_as_are_asked_for():
    folder = Folder("a,y,s,v\n" + "".join(f"XAA,{2000 + i % 20},M,-{i + 1}\n" for i in range(1200)))
    for asked in (2, 1100, 1200):
        said = folder.palermo("check", "d", "--format", "csv", "--places", str(asked)).stdout
        rows = [r for r in csv.DictReader(said.splitlines()) if r["rule"] == "negative-count" and r["line"]]
        expect(f"--places {asked} in csv", len(rows) == asked, f"{len(rows)} rows\n" + said[:300])


def test_a_sum_beyond_the_largest_number_is_no_value():
    folder = Folder("g,x,w\na,1e308,10\na,1e308,10\nb,1,1\nb,2,1\n")
    done = folder.palermo("estimate", "d/d.csv", "total(x)", "--by", "g", "--weights", "w", "--format", "csv")
    rows = {r["g"]: (r["estimate"], r["status"]) for r in csv.DictReader(done.stdout.splitlines())}
    expect("a total that overflows is undefined, its neighbour is not", rows == {"a": ("NaN", "undefined"), "b": ("3", "ok")}, done.stdout)


def test_a_category_that_is_not_given_is_told():
    folder = Folder("a,y,s,v\nXAA,2020,M,5\nXAB,2020,,6\n")
    said = folder.palermo("check", "d", "--format", "csv").stdout
    expect("an empty category is a finding", [(r["rule"], r["line"]) for r in csv.DictReader(said.splitlines())] ==
           [("unknown-category", "3")], said)


# ---- areas --------------------------------------------------------------------------------------------------------------------------

def test_invented_states_beyond_those_that_ship():
    folder = Folder("a,y,s,v\nXAA,2020,M,5\nXMQ,2020,M,6\nXJA,2020,M,7\nXYZW,2020,M,8\n")
    figures = folder.figures()
    expect("XMQ is a State, XJA a slip of XAJ, XYZW nothing",
           [(f["REF_AREA"], f["OBS_VALUE"]) for f in figures] == [("XAA", "5"), ("XMQ", "6")], figures)
    expect("figures of invented States are marked", all("synthetic" in f["FLAGS"].split(";") for f in figures), figures)
    said = folder.palermo("check", "d", "--format", "csv").stdout
    expect("each is a finding", [(r["rule"], r["value"]) for r in csv.DictReader(said.splitlines())] ==
           [("area-invented", "XMQ"), ("unknown-area", "XJA"), ("unknown-area", "XYZW")], said)


def test_every_page_of_invented_inputs_says_so():
    for name, folder in (("by its areas", Folder()),
                         ("by the cycle", Folder("a,y,s,v\nALB,2020,M,5\n", cycle="synthetic: true\n"))):
        done = folder.run()
        expect(f"synthetic {name}", done.returncode == 0 and 'class="synthetic"' in folder.read("out/report/en/index.html"), done.stderr)
    folder = Folder("a,y,s,v\nALB,2020,M,5\nXKX,2020,M,5\n")
    done = folder.run()
    expect("real States are not", done.returncode == 0 and 'class="synthetic"' not in folder.read("out/report/en/index.html"), done.stderr)


def test_codes_of_areas_carry_no_formulas_and_no_paths():
    for code in ("=1+1", "../x", "a,b", "@A", "-1"):
        done = Folder(dataset=f'areas: {{"{code}": {{kind: country}}}}\n').palermo("check", "d")
        expect(f"area code {code}", done.returncode == 1 and says(done.stdout, "line 6, column 9", "cannot be the code of an area"),
               done.stdout)
    done = Folder(dataset='areas: {"Aruba/Curacao": {kind: none}, GBR_E_W: {kind: part, of: GBR}, "Utopia 2.b": {kind: country}}\n')
    expect("usual codes", done.palermo("check", "d").returncode == 0)


# ---- definitions and cycles ---------------------------------------------------------------------------------------------------------

def test_errors_in_the_data_hide_none_of_the_cycle():
    folder = Folder("a,y,s,v\nXAA,2020,M,five\n", indicators="I-01, I-02")
    said = folder.check().stdout
    expect("both are told", says(said, "'five' is no number", "cycle.yaml", "line 6, column 20: unknown indicator 'I-02'",
                                 "did you mean 'I-01'"), said)


def test_names_in_a_cycle_have_their_places():
    for name, folder, parts in (
            ("dataset", Folder(datasets="d, glotp"), ("line 5, column 15", "unknown dataset 'glotp'; did you mean 'glotip'?")),
            ("table", Folder(cycle="tables: [cybercrme]\n"), ("line 8, column 10", "unknown table 'cybercrme'; did you mean 'cybercrime'?")),
            ("periods", Folder(cycle="periods: {from: 2022, to: 2020}\n"), ("line 8, column 10", "no year lies in 'periods'")),
            ("deadline", Folder(cycle="review: {deadline: soon}\n"), ("line 8, column 20", "'deadline' is a day")),
            ("ledger", Folder(cycle="ledger: x\n"), ("cycle cycle.yaml: 1 datasets, 1 figures",))):
        said = folder.check().stdout
        expect(f"a cycle's {name}", says(said, *parts), said)


def test_conditions_that_take_nothing():
    slip = Folder("a,y,s,v,kind\nXAA,2020,M,5,Total\n", where=", where: {kind: Totl}").check()
    expect("a slip is an error with the word meant", slip.returncode == 1 and
           says(slip.stdout, "line 9, column 43: 'I-01': no row of 'd' has 'Totl' in 'kind'", "did you mean 'Total'?"), slip.stdout)
    other = Folder("a,y,s,v,kind\nXAA,2020,M,5,Total\n", where=", where: {kind: by form}").check()
    expect("another word is a warning", other.returncode == 0 and says(other.stdout, "condition-unmet", "'by form'"), other.stdout)
    column = Folder(where=", where: {sexx: M}").check()
    expect("an unknown column has the one meant", says(column.stdout, "no column or dimension 'sexx'; did you mean 'sex'?"), column.stdout)


def test_codes_of_the_iccs():
    for code, good in (("0204", True), ("020221", True), ("01", True), ("11", True), ("9999", False), ("204", False), ("xyz", False)):
        done = Folder(indicator=f'iccs: ["{code}"]\n').check()
        expect(f"ICCS {code}", done.returncode == (0 if good else 1) and (good or says(done.stdout, "is no ICCS code")), done.stdout)


def test_records_of_a_sample_are_not_counted_in_silence():
    folder = Folder("a,y,s,w\nXAA,2020,M,2.5\nXAA,2020,M,1.5\n")
    folder.write("d/dataset.yaml", "path: d.csv\nshape: microdata\nroles: {area: a, period: y, sex: s, weight: w}\n"
                 "measures: {n: {where: {}}}\ncounting_unit: person\n")
    expect("weights that a count leaves out", says(folder.check().stdout, "warning unweighted", "line 9, column 22"), folder.check().stdout)


def test_the_smallest_cell_of_a_sample_is_refused():
    folder = Folder("a,y,s,w\nXAA,2020,M,2.5\nXAA,2020,M,1.5\n")
    folder.write("d/dataset.yaml", "path: d.csv\nshape: microdata\nroles: {area: a, period: y, sex: s, weight: w}\n"
                 "measures: {n: {where: {}}}\ncounting_unit: person\nconfidentiality: {legal_basis: Act 1, min_cell: 5}\n")
    done = folder.run()
    expect("no law that is not kept", done.returncode != 0 and not os.path.exists(os.path.join(folder.at, "out")) and
           says(done.stderr, "'min_cell' holds for counts", "dataset.yaml:6:"), done.stderr)


def test_tables_are_counted_as_they_are_written():
    folder = Folder("a,y,s,v\nXAA,2020,Total,5\n")
    done = folder.run("--formats", "csv")
    expect("no table", done.stdout.startswith("1 figures of 1 datasets in 0 tables") and says(done.stderr, "no table lays these"),
           done.stdout + done.stderr)
    folder.write("own/tables/t.yaml", "table: persons\ntitle: {en: Persons}\nindicators: [I-01]\nkinds: phenomenon\nrows: areas\n")
    done = folder.run("--formats", "csv")
    expect("one table", done.stdout.startswith("1 figures of 1 datasets in 1 tables") and not done.stderr and
           os.path.exists(f"{folder.at}/out/tables/en/persons.csv"), done.stdout + done.stderr)


def test_a_limit_on_file_size_leaves_nothing_behind():
    folder = Folder()
    done = folder.palermo("run", "cycle.yaml", "--out", "out",
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
    expect("refused, not killed", done.returncode == 3 and says(done.stderr, "File too large"), f"{done.returncode} {done.stderr}")
    expect("nothing stays", sorted(os.listdir(folder.at)) == ["cycle.yaml", "d", "own"], os.listdir(folder.at))


# ---- help ---------------------------------------------------------------------------------------------------------------------------

def test_bytes_of_another_encoding_need_no_descriptor():
    ascii = b"area,n,place\n" + b"CIV,1,plain\n" * 30000    # longer than the first look
    for name, rows in (("late", ascii + b"ESP,7,Espa\xf1a\n"), ("mixed", b"area,n,place\nCIV,5,C\xf4te\nESP,7,Espa\xc3\xb1a\n")):
        with tempfile.TemporaryDirectory() as at:
            path = os.path.join(at, f"{name}.csv")
            with open(path, "wb") as file:
                file.write(rows)
            for words in (("count(n)",), ("total(n)",)):
                done = subprocess.run([PALERMO, "estimate", path, *words, "--by", "place", "--format", "csv"], capture_output=True)
                told = list(csv.DictReader(done.stdout.decode("utf-8").splitlines()))
                expect(f"estimate-encoding-{name}", [r["estimate"] for r in told if r["place"] == "Espa\u00f1a"] == ["7"],
                       done.stdout + done.stderr)


def test_a_worksheet_is_named_to_estimate():
    with tempfile.TemporaryDirectory() as at:
        path = os.path.join(at, "b.xlsx")
        with open(path, "wb") as file:
            file.write(workbook([["n", "w"], [5, 1], [7, 1]]))
        def told(*words):
            return subprocess.run([PALERMO, "estimate", path, *words], capture_output=True, text=True)
        good = told("count(n)", "--sheet", "Data")
        expect("estimate-sheet", good.returncode == 0 and good.stdout.splitlines()[1].startswith("count,n,12,"), good.stdout + good.stderr)
        bad = told("count(n)", "--sheet", "Sheet9")
        expect("estimate-sheet-unknown", bad.returncode == 1 and "it has 'Data'" in bad.stderr, bad.stderr)
        none = told("count(m)")
        expect("estimate-sheet-hint", none.returncode == 2 and "--sheet NAME" in none.stderr, none.stderr)


def test_an_empty_file_is_no_table_without_rows():
    with tempfile.TemporaryDirectory() as at:
        path = os.path.join(at, "e.csv")
        open(path, "w").close()
        for stat in ("count()", "count(n)", "mean(n)"):
            done = subprocess.run([PALERMO, "estimate", path, stat], capture_output=True, text=True)
            expect(f"estimate-empty {stat}", done.returncode == 1 and not done.stdout and "is empty" in done.stderr, done.stdout + done.stderr)


def test_help_fits_a_terminal():
    names = subprocess.run(["sed", "-n", r"s/^CLI_COMMAND(\(.*\))/\1/p", f"{TOP}/src/cli/commands.def"], capture_output=True, text=True)
    for name in names.stdout.split():
        text = subprocess.run([PALERMO, "help", name], capture_output=True, text=True).stdout
        expect(f"help of {name} is 80 columns wide", text and all(len(line) <= 80 for line in text.splitlines()),
               [line for line in text.splitlines() if len(line) > 80])
        page = subprocess.run([PALERMO, "help", "--man", name], capture_output=True, text=True).stdout
        with open(f"{TOP}/src/cli/palermo-{name}.1", encoding="utf-8") as file:
            expect(f"the manual page of {name} is that of its options", page and page == file.read(), "run make man")


for test in [value for name, value in sorted(globals().items()) if name.startswith("test_")]:
    test()
print(f"{passed} passed, {len(wrong)} failed")
raise SystemExit(1 if wrong else 0)
