"""Every table of the example cycle, read back from each format in six languages: the same cells in each.

CSV gives the numbers; the printed forms of HTML and DOCX are turned into numbers by each language's separators, the
workbook's numbers are rounded as its number formats say. Heads, stubs, symbols, notes and lines are compared as text.
Then: figures.csv has every value that a table prints, the files are well formed, nothing in a workbook is a formula,
States stand in the alphabetical order of each language, and hostile names stay text in every format.
Only the Python standard library is used.
"""
import csv
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import xml.etree.ElementTree as tree
from decimal import Decimal, ROUND_HALF_EVEN

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PALERMO = os.environ.get("PALERMO", os.path.join(TOP, "build/gcc/palermo"))
LANGUAGES = "ar zh en fr ru es".split()
SEPARATORS = {"ar": (",", "."), "zh": (",", "."), "en": (",", "."), "fr": ("\u202f", ","), "ru": ("\u00a0", ","), "es": (".", ",")}
MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
wrong = []


def check(what, fine, seen=""):
    if not fine:
        wrong.append(what)
        print(f"FAIL tables: {what} {str(seen)[:400]}")


class Table:
    """rows of cells (text, letters); heads as one text a column; notes and lines as texts"""

    def __init__(self):
        self.heads, self.rows, self.notes, self.about = [], [], [], []


# ---- readers: one a format ---------------------------------------------------------------------

def spread(levels):
    """Head cells (text, cols, rows) of each level -> one 'a | b | c' a column."""
    grid, width = {}, 0
    for r, level in enumerate(levels):
        c = 0
        for text, cols, rows in level:
            while (r, c) in grid:
                c += 1
            for i in range(rows):
                for j in range(cols):
                    grid[r + i, c + j] = text if i == 0 else ""
            c += cols
            width = max(width, c)
    return [" | ".join(grid[r, c] for r in range(len(levels)) if grid.get((r, c))) for c in range(width)]


def read_csv(path):
    t = Table()
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f, strict=True))
    t.heads = rows[0][:-1]
    for row in rows[1:]:
        letters = {}
        for word in row[-1].split():
            col, letter = word.split(":")
            letters.setdefault(int(col) - 1, []).append(letter)
        t.rows.append([(text, ",".join(letters.get(c, []))) for c, text in enumerate(row[:-1])])
    assert all(len(row) == len(rows[0]) for row in rows), path
    with open(path[:-4] + ".notes.csv", newline="", encoding="utf-8") as f:
        for part, mark, text in list(csv.reader(f, strict=True))[1:]:
            if part == "note":
                t.notes.append((mark, text))
            else:
                t.about.append(text)
    return t


class Html(html.parser.HTMLParser):
    void = {"meta", "col", "br", "link"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.table, self.levels, self.ids, self.links, self.scripts = [], Table(), [], set(), [], 0
        self.text, self.sup, self.cell, self.row = "", "", None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.void:
            self.stack.append((tag, attrs))
        if "id" in attrs:
            check(f"id '{attrs['id']}' once", attrs["id"] not in self.ids)
            self.ids.add(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        self.scripts += tag == "script" or any(a.startswith("on") for a in attrs)
        if tag == "tr":
            self.row = []
        if tag in ("th", "td"):
            self.cell = (int(attrs.get("colspan", 1)), int(attrs.get("rowspan", 1)))
        if tag in ("th", "td", "caption", "p", "span"):
            self.before = self.text
            self.text = self.sup = ""

    def inside(self, tag):
        return any(name == tag for name, _ in self.stack)

    def handle_data(self, data):
        if self.inside("sup"):
            self.sup += data
        else:
            self.text += data

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1][0] == tag, f"</{tag}> inside {self.stack[-1:]}"
        _, attrs = self.stack.pop()
        if tag in ("th", "td"):
            if self.inside("thead"):
                self.row.append((self.text, *self.cell))
            else:
                self.row += [(self.text, self.sup)] + [("", "")] * (self.cell[0] - 1)
        elif tag == "tr" and self.inside("thead"):
            self.levels.append(self.row)
        elif tag == "tr":
            self.table.rows.append(self.row)
        elif tag == "span":
            self.headnote, self.text = self.text, self.before
        elif tag == "caption":
            self.table.about.append(self.text.strip())
            if getattr(self, "headnote", ""):
                self.table.about.append(self.headnote)
        elif tag == "p" and self.inside("div"):
            if any("table-notes" in a.get("class", "") for _, a in self.stack):
                self.table.notes.append((self.sup, self.text.strip()))
            else:
                self.table.about.append(self.text)


def read_html(path):
    page = Html()
    with open(path, encoding="utf-8") as f:
        page.feed(f.read())
    page.close()
    assert not page.stack, page.stack
    check(f"links of {path} lead somewhere", all(link[1:] in page.ids for link in page.links))
    check(f"no script in {path}", page.scripts == 0)
    page.table.heads = spread(page.levels)
    return page.table


def parts(path):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        check(f"one date in {path}", {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)})
        return {name: z.read(name) for name in z.namelist()}


def read_docx(path):
    t, members = Table(), parts(path)
    for name, content in members.items():
        tree.fromstring(content)
    body = tree.fromstring(members["word/document.xml"]).find(W + "body")

    def texts(node):
        plain = above = ""
        for run in node.iter(W + "r"):
            text = "".join(e.text or "" for e in run.iter(W + "t"))
            if run.find(f"{W}rPr/{W}vertAlign") is not None:
                above += text
            else:
                plain += text
        return plain, above

    levels, open_merge, about = [], {}, []
    for node in body:
        if node.tag == W + "p":
            plain, above = texts(node)
            style = node.find(f"{W}pPr/{W}pStyle").get(W + "val")
            if style == "Notes" and above:
                t.notes.append((above, plain.strip()))
            elif style != "Draft":
                t.about.append(plain)
        elif node.tag == W + "tbl":
            for row in node.iter(W + "tr"):
                cells, c = [], 0
                for cell in row.iter(W + "tc"):
                    span = cell.find(f"{W}tcPr/{W}gridSpan")
                    cols = int(span.get(W + "val")) if span is not None else 1
                    merge = cell.find(f"{W}tcPr/{W}vMerge")
                    cells.append((*texts(cell), cols, merge.get(W + "val") if merge is not None else ""))
                if row.find(f"{W}trPr/{W}tblHeader") is not None:
                    levels.append(cells)
                else:
                    t.rows.append([x for text, above, cols, _ in cells for x in [(text, above)] + [("", "")] * (cols - 1)])
    heads = []
    for level in levels:
        heads.append([text if merge != "continue" else "" for text, _, cols, merge in level for _ in range(cols)])
    t.heads = [" | ".join(level[c] for level in heads if level[c]) for c in range(len(heads[0]))]
    return t


def column(reference):
    n = 0
    for letter in re.match("[A-Z]+", reference).group():
        n = n * 26 + ord(letter) - 64
    return n - 1


def read_xlsx(path, language):
    """Numbers as their formats print them, with the letters that ride in the format."""
    t, members = Table(), parts(path)
    for name, content in members.items():
        if name.endswith((".xml", ".rels")):
            tree.fromstring(content)
    shared = ["".join(e.text or "" for e in si.iter(S + "t")) for si in tree.fromstring(members["xl/sharedStrings.xml"])]
    styles = tree.fromstring(members["xl/styles.xml"])
    codes = {int(n.get("numFmtId")): n.get("formatCode") for n in styles.iter(S + "numFmt")}
    codes.update({0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00"})
    style = [codes.get(int(x.get("numFmtId")), "?") for x in styles.find(S + "cellXfs")]
    sheet = tree.fromstring(members["xl/worksheets/sheet1.xml"])
    check(f"no formula in {path}", not any(True for n in members if n.startswith("xl/worksheets/")
                                           for _ in tree.fromstring(members[n]).iter(S + "f")))
    view = next(sheet.iter(S + "sheetView"))
    check(f"direction of {path}", (view.get("rightToLeft") == "1") == (language == "ar"))
    first = int(next(view.iter(S + "pane")).get("ySplit"))
    grid = {}
    for cell in sheet.iter(S + "c"):
        value = cell.find(S + "v")
        if value is None:
            continue
        at = int(re.search(r"\d+", cell.get("r")).group()) - 1, column(cell.get("r"))
        if cell.get("t") == "s":
            grid[at] = shared[int(value.text)]
        else:
            code = style[int(cell.get("s", 0))]
            number, sections = Decimal(value.text), code.split(";")
            letters = re.findall(r'" ([^"]*)"', sections[0])
            if number == 0 and len(sections) > 2:
                text = "—"
            else:
                places = len(re.search(r"\.(0*)", sections[0]).group(1)) if "." in sections[0] else 0
                # the value is a double: round it as the house does, exactly and half to even
                text = str(Decimal(float(value.text)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))
            grid[at] = (text, letters[0] if letters else "")
    width = max(c for _, c in grid) + 1
    merged = {}
    for merge in sheet.iter(S + "mergeCell"):
        a, b = merge.get("ref").split(":")
        (r1, c1), (r2, c2) = ((int(re.search(r"\d+", x).group()) - 1, column(x)) for x in (a, b))
        for r in range(r1, r2 + 1):
            for c in range(c1, c2 + 1):
                merged[r, c] = (r1, c1)
    titles = next(tree.fromstring(members["xl/workbook.xml"]).iter(S + "definedName")).text  # rows repeated in print
    top = int(re.search(r"\$(\d+):", titles).group(1)) - 1
    t.heads = []
    for c in range(width):
        seen = []
        for r in range(top, first):
            at = merged.get((r, c), (r, c))
            if at in grid and (at == (r, c) or at[0] == r) and grid[at] not in seen[-1:]:
                seen.append(grid[at])
        t.heads.append(" | ".join(seen))
    last = max(r for r, _ in grid)
    for r in range(first, last + 1):
        row = []
        for c in range(width):
            cell = grid.get((r, c), "")
            if isinstance(cell, str) and c > 0 and " " in cell:
                text, _, letters = cell.rpartition(" ")
                cell = (text, letters)
            row.append(cell if isinstance(cell, tuple) else (cell, ""))
        t.rows.append(row)
    notes = tree.fromstring(members["xl/worksheets/sheet2.xml"])
    for row in list(notes.iter(S + "row"))[1:]:
        cells = {column(c.get("r")): shared[int(c.find(S + "v").text)] for c in row.iter(S + "c") if c.find(S + "v") is not None}
        if 0 in cells:
            t.notes.append((cells[0], cells[1]))
        else:
            t.about.append(cells[1])
    t.about = [grid[r, 0] for r in range(0, top) if (r, 0) in grid][:-1] + t.about
    return t


# ---- comparing ---------------------------------------------------------------------------------

def plain(text, language):
    """A printed number as the CSV writes it; other text without direction marks."""
    text = text.translate(MARKS)
    if "–" in text:
        return "–".join(plain(end, language) for end in text.split("–"))
    thousands, decimal = SEPARATORS[language]
    if re.fullmatch(rf"\u2212?\d{{1,3}}({re.escape(thousands)}\d{{3}})*({re.escape(decimal)}\d+)?", text):
        return text.replace(thousands, "").replace(decimal, ".").replace("\u2212", "-")
    return text


def same(name, form, a, b, language):
    """a: the CSV's table."""
    what = f"{name} as {form}"
    check(f"{what}: heads", [h.replace("'=", "=") for h in a.heads] == b.heads, (a.heads, b.heads))
    check(f"{what}: {len(a.rows)} rows", len(a.rows) == len(b.rows), len(b.rows))
    for r, (x, y) in enumerate(zip(a.rows, b.rows)):
        for c, ((text, letters), (other, marks)) in enumerate(zip(x, y)):
            shown = plain(other, language) if c else other
            if shown == "—" and text and Decimal(text) == 0:
                shown = text
            if c == 0 and text.startswith("'") and not shown.startswith("'"):
                text = text[1:]  # the CSV's guard against formulas
            if (text, letters) != (shown, marks):
                check(f"{what}: row {r + 1} column {c + 1}", False, ((text, letters), (other, marks)))
    check(f"{what}: notes", a.notes == b.notes, (a.notes, b.notes))
    check(f"{what}: lines", a.about == b.about, [x for x in zip(a.about, b.about) if x[0] != x[1]][:2] or (len(a.about), len(b.about)))


def run(cycle, out, *more):
    done = subprocess.run([PALERMO, "run", cycle, "--out", out, *more], capture_output=True, text=True)
    check(f"run {os.path.basename(cycle)}", done.returncode == 0, done.stderr)
    return done.returncode == 0


def read_all(out, language):
    folder = os.path.join(out, "tables", language)
    for file in sorted(os.listdir(folder)):
        if file.endswith(".csv") and not file.endswith(".notes.csv"):
            yield file[:-4], os.path.join(folder, file[:-4])


def compare(out):
    count = 0
    for language in LANGUAGES:
        for name, stem in read_all(out, language):
            a = read_csv(stem + ".csv")
            for form, read in (("html", read_html), ("docx", read_docx), ("xlsx", lambda p: read_xlsx(p, language))):
                same(f"{language} {name}", form, a, read(f"{stem}.{form}"), language)
                count += 1
    check("tables were compared", count > 300, count)


def against_figures(out):
    """Values of the English tables stand in figures.csv, rounded; looked up by area name and year."""
    areas = {}
    with open(os.path.join(TOP, "datasets/areas/areas.csv"), encoding="utf-8") as f:
        for row in csv.DictReader(f):
            areas[row["name_en"]] = row["code"]
    values = {}
    with open(os.path.join(out, "figures.csv"), encoding="utf-8") as f:
        for row in csv.DictReader(f):
            for column in ("OBS_VALUE", "BOUND_LOW"):  # bounds that print alike are one number
                if row[column]:
                    values.setdefault((row["REF_AREA"], row["TIME_PERIOD"]), []).append(Decimal(row[column]))
    found = 0
    for name, stem in read_all(out, "en"):
        t = read_csv(stem + ".csv")
        if t.heads[:2] != ["Country or area", "Year"]:
            continue
        for row in t.rows:
            stub = row[0][0]
            code = areas.get(stub) or areas.get(re.sub(r" \([^()]* of \d+ States\)$", "", stub))
            for (text, letters), head in list(zip(row, t.heads))[2:]:
                if "interval" in head or letters or not re.fullmatch(r"-?\d+(\.\d+)?", text):
                    continue  # a lettered value may be of another year
                number = Decimal(text)
                known = values.get((code, row[1][0]), [])
                fits = any(v.quantize(number, ROUND_HALF_EVEN) == number for v in known)
                found += fits
                check(f"en {name}: {stub} {row[1][0]} {text} is a figure", fits)
    check("values were found among the figures", found > 300, found)


# Known orders, from the alphabets: Arabic أ ب ت, Russian А Б В, French and Spanish without regard to accents.
ORDERS = {
    "en": ["Algeria", "Benin", "Côte d’Ivoire", "Egypt", "Eswatini", "Zambia"],
    "fr": ["Afrique du Sud", "Algérie", "Bénin", "Côte d’Ivoire", "Égypte", "Eswatini", "Éthiopie", "Zambie"],
    "es": ["Angola", "Argelia", "Côte d’Ivoire", "Egipto", "Etiopía", "Níger", "Nigeria", "Túnez"],
    "ru": ["Алжир", "Ангола", "Бенин", "Египет", "Замбия", "Эфиопия"],
    "ar": ["إثيوبيا", "أنغولا", "بنن", "تونس", "الجزائر", "زامبيا", "مصر"],
    "zh": ["阿尔及利亚", "安哥拉", "贝宁", "赞比亚"],  # by pinyin: a, an, bei, zan
}


def orders(out):
    for language, names in ORDERS.items():
        t = read_csv(os.path.join(out, "tables", language, "treaty-status.csv"))
        at = [row[0][0] for row in t.rows]
        missing = [n for n in names if n not in at]
        check(f"{language}: names of the order are there", not missing or language == "ar", missing)
        places = [at.index(n) for n in names if n in at]
        if language != "ar":  # al- is counted in Arabic collation: checked in the unit tests
            check(f"{language}: alphabetical order", places == sorted(places), list(zip(names, places)))


HOSTILE = ["=1+1|cmd", "+SUM(A1)", "-2+3", "@SUM(1)", "<script>alert(1)</script>", "a & b \"c\" 'd' ]]>"]


def hostile(work):
    """The example cycle with table titles, headnotes and notes that try to get out of their cells."""
    definitions = os.path.join(work, "indicators")
    shutil.copytree(os.path.join(TOP, "indicators"), definitions)
    tables = os.path.join(definitions, "tables")
    for file in os.listdir(tables):
        os.remove(os.path.join(tables, file))
    quoted = [h.replace('"', '\\"') for h in HOSTILE]
    for i, h in enumerate(quoted):
        with open(os.path.join(tables, f"hostile-{i}.yaml"), "w", encoding="utf-8") as f:
            f.write(f'table: hostile-{i}\nnumber: 0\ntitle: "{h}"\nheadnote: "{h}"\nindicators: [TIP-02S]\nrows: areas\n'
                    f'periods: latest\nbreakdown: {{sex: [F]}}\nnotes: [{{en: "{h}"}}]\n')
    labels = os.path.join(definitions, "labels/sex.yaml")
    with open(labels, encoding="utf-8") as f:
        text = f.read()
    with open(labels, "w", encoding="utf-8") as f:
        f.write(text.replace("F: {en: Female", 'F: {en: "=HYPERLINK(1)"'))
    out = os.path.join(work, "hostile")
    # definitions of the same table names in an earlier folder win over the shipped ones
    if not run(os.path.join(TOP, "datasets/example/cycle.yaml"), out, "--indicators", definitions, "--languages", "en"):
        return
    for i, h in enumerate(HOSTILE):
        stem = os.path.join(out, f"tables/en/hostile-{i}")
        with open(stem + ".csv", encoding="utf-8") as f:
            raw = f.read()
        with open(stem + ".notes.csv", encoding="utf-8") as f:
            raw += f.read()
        check(f"no cell of CSV {i} begins a formula",
              not any(field[:1] in ("=", "+", "@") or (field[:1] == "-" and len(field) > 1)
                      for row in csv.reader(raw.splitlines()) for field in row))
        for form, read in (("html", read_html), ("docx", read_docx), ("xlsx", lambda p: read_xlsx(p, "en"))):
            t = read(f"{stem}.{form}")
            check(f"hostile {i} as {form}: stays text", t.about.count(h) == 3, t.about)
            check(f"hostile head as {form}", any("=HYPERLINK(1)" in head for head in t.heads), t.heads)


def main():
    work = tempfile.mkdtemp()
    passed = failed = 0
    try:
        out = os.path.join(work, "out")
        if not run(os.path.join(TOP, "datasets/example/cycle.yaml"), out):
            return 0, 1
        again = os.path.join(work, "again")
        run(os.path.join(TOP, "datasets/example/cycle.yaml"), again, "--threads", "3")
        for test in (lambda: compare(out), lambda: against_figures(out), lambda: orders(out), lambda: hostile(work),
                     lambda: check("same bytes again", not subprocess.run(
                         ["diff", "-rq", "-x", "run.log", out, again], capture_output=True).stdout)):
            test()
            passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
            wrong.clear()
    finally:
        shutil.rmtree(work)
    return passed, failed


passed, failed = main()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
