"""test_review.py: a round of review on the example cycle, as its users do it: packets out, answers in
by CSV and workbook in several languages, the next run, its marks in every format and language; what
must be refused; a changed byte of the ledger; kills. Numbers are checked against the data files.
"""
import csv
import glob
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PALERMO = os.environ.get("PALERMO") or os.path.join(TOP, "build/gcc/palermo")
PALERMO = os.path.abspath(PALERMO)
KILLS = int(os.environ.get("REVIEW_KILLS", "6"))
LANGUAGES = ["ar", "zh", "en", "fr", "ru", "es"]
passed = failed = 0


def check(good, name, why=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAIL %s %s" % (name, why))


def palermo(*words, code=0, name=None):
    done = subprocess.run([PALERMO, *words], capture_output=True, text=True)
    check(done.returncode == code, name or " ".join(words[:3]),
          "exit %d, not %d: %s%s" % (done.returncode, code, done.stdout[-300:], done.stderr[-300:]))
    return re.sub(r"\n    (?=\S)", " ", done.stdout + done.stderr)  # lines are filled at 80 columns


def words():
    """src/review/words.def: id -> language -> text."""
    out = {}
    order = ["en", "ar", "zh", "fr", "ru", "es"]
    text = open(os.path.join(TOP, "src/review/words.def"), encoding="utf-8").read()
    for m in re.finditer(r"^WORD\((\w+), (.*)\)$", text, re.M):
        out[m.group(1)] = dict(zip(order, re.findall(r'"((?:[^"\\]|\\.)*)"', m.group(2))))
    return out


def answer(packet, out, *wishes):
    subprocess.run([sys.executable, os.path.join(TOP, "tests/tools/answer.py"), packet, out,
                    *[w for wish in wishes for w in wish]], check=True)


def sign(path, key, code=0):
    if os.path.exists(path + ".sig"):
        os.remove(path + ".sig")
    return palermo("review", "sign", path, "--key", key, code=code, name="sign " + path)


def figures(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pick(rows, code, area, year, version="1", **breakdown):
    for row in rows:
        if (row["INDICATOR"], row["REF_AREA"], row["TIME_PERIOD"], row["VERSION"]) == \
                (code, area, str(year), version) and \
                all(row[k] == breakdown.get(k, "_T") for k in ("SEX", "AGE", "FORM")
                    if row[k] not in ("_Z",)):
            return row
    return None


def everything(path):
    """The text of a printed table, whatever its format."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            data = b"".join(book.read(n) for n in book.namelist() if n.endswith(".xml")).decode()
    else:
        data = open(path, encoding="utf-8").read()
    for entity, text in (("&quot;", '"'), ("&#39;", "'"), ("&apos;", "'"), ("&lt;", "<"),
                         ("&gt;", ">"), ("&amp;", "&")):
        data = data.replace(entity, text)
    return data


def make_cycle():
    shutil.copytree(os.path.join(TOP, "datasets/example"), "example")
    text = open("example/cycle.yaml", encoding="utf-8").read()
    text = text.replace("../../indicators", os.path.join(TOP, "indicators"))
    open("example/cycle.yaml", "w", encoding="utf-8").write(text)


def make_keys():
    for name in ["secretariat", "xaa", "xab", "xac", "stranger"]:
        palermo("review", "keys", "make", name, "--name", "Key of " + name)
    check(os.stat("xaa.key").st_mode & 0o777 == 0o600, "secret key is its owner's")
    palermo("review", "keys", "add", "example/cycle.yaml", "secretariat.pub", "--secretariat")
    for area in ["xaa", "xab", "xac"]:
        palermo("review", "keys", "add", "example/cycle.yaml", area + ".pub", "--area", area.upper())
    out = palermo("review", "keys", "list", "example/cycle.yaml")
    check(out.count("valid") == 8 and "revoked" not in out, "keys list", out)


def send(*more, date="2024-06-01", deadline="2024-09-01", code=0):
    states = [w for a in "ABCDEF" for w in ("--area", "XA" + a)]
    return palermo("review", "send", "example/cycle.yaml", "--key", "secretariat.key", "--date", date,
                   "--deadline", deadline, "--out", "packets", *states, *more, code=code)


def test_send():
    palermo("review", "send", "example/cycle.yaml", "--key", "stranger.key", "--deadline",
            "2024-09-01", code=2, name="a stranger's key signs no packet")
    palermo("review", "send", "example/cycle.yaml", "--key", "secretariat.key", code=2,
            name="a packet without a deadline")
    send("--languages", "en,ar")
    secrets = [re.search("seed: (.*)", open(k).read()).group(1) for k in glob.glob("*.key")]
    for area, language in zip("ABCDEF", ["en", "fr", "es", "ar", "ru", "zh"]):
        for stream in ["phenomenon", "implementation"]:
            folder = "packets/XA%s/%s-1" % (area, stream)
            manifest = json.load(open(folder + "/manifest.json"))
            data = open(folder + "/figures.csv", "rb").read()
            check(manifest["figures_sha256"] == hashlib.sha256(data).hexdigest(), folder + " hash")
            check(manifest["instrument"] == stream and manifest["languages"][0] == language,
                  folder + " manifest", str(manifest))
            rows = list(csv.DictReader(open(folder + "/figures.csv", encoding="utf-8")))
            check(len(rows) == manifest["figures"], folder + " figures")
            for form in os.listdir(folder):
                data = open(os.path.join(folder, form), "rb").read()
                check(not any(s.encode() in data for s in secrets), folder + "/" + form + " secret")
    with zipfile.ZipFile("packets/XAD/phenomenon-1/packet-ar.xlsx") as book:
        sheets = [book.read(n).decode() for n in book.namelist() if "worksheets/sheet" in n]
        check(all("<sheetProtection" in s and 'rightToLeft="1"' in s for s in sheets),
              "locked sheets, right to left")
        check(not any("<f>" in s for s in sheets), "no formula in a packet")
        check(sum("<dataValidation " in s for s in sheets) == len(sheets) - 3, "drop-down answers")
    page = open("packets/XAD/phenomenon-1/packet-ar.html", encoding="utf-8").read()
    check('<html lang="ar" dir="rtl">' in page and "<script" not in page, "the Arabic page")
    out = send("--languages", "en,ar")
    check("0 packets" in out and "12 packets would say" in out, "nothing is sent twice", out)
    # phenomenon and implementation are never in one form
    kinds = {r["INDICATOR"]: r["MEASURES"] for r in figures("draft/figures.csv")}
    for stream in ["phenomenon", "implementation"]:
        rows = csv.DictReader(open("packets/XAA/%s-1/figures.csv" % stream, encoding="utf-8"))
        check({kinds[r["KEY"].split("/")[0]] for r in rows} == {stream}, "one instrument: " + stream)


def test_receive():
    cycle = "example/cycle.yaml"
    # XAA, an English workbook; XAB, French CSV; XAC, Spanish workbook
    answer("packets/XAA/phenomenon-1/packet-en.xlsx", "a.xlsx",
           ("HOM-01N/XAA/2021", "Correct", "2100", "Supreme Court", "late registrations"),
           ("HOM-01N/XAA/2022", "Explain", "", "", "a =new law"),
           ("KID-01N/XAA/2021", "Endorse", "", "", ""),
           ("KID-01N/XAA/2022", "Object", "77", "", "<b>we</b> counted 77"),
           ("ROB-01N/XAA/2022", "Withdraw", "", "", "wrong register"),
           ("ROB-01N/XAA/2021", "Not ours", "", "", ""))
    out = palermo("review", "receive", cycle, "a.xlsx", code=1, name="no signature")
    check("no-signature" in out, "no signature is said", out)
    sign("a.xlsx", "stranger.key")
    check("unknown-key" in palermo("review", "receive", cycle, "a.xlsx", code=1), "a stranger's key")
    sign("a.xlsx", "xab.key")
    check("unknown-key" in palermo("review", "receive", cycle, "a.xlsx", code=1), "another State's key")
    sign("a.xlsx", "xaa.key")
    data = open("a.xlsx", "rb").read()
    answer("a.xlsx", "b.xlsx", ("HOM-01N/XAA/2020", "Endorse", "", "", ""))
    shutil.copy("a.xlsx.sig", "b.xlsx.sig")
    check("wrong-signature" in palermo("review", "receive", cycle, "b.xlsx", code=1),
          "changed after signing")
    check(open("a.xlsx", "rb").read() == data, "the return is left alone")
    out = palermo("review", "receive", cycle, "a.xlsx", "--date", "2024-07-01", code=4)
    check("answers 6, set aside 0" in out, "six answers", out)
    out = palermo("review", "receive", cycle, "a.xlsx", "--date", "2024-07-02")
    check("[same]" in out, "the same file again", out)

    bad = [
        ("unknown-cell", "TIP-01N/XAA/2021", {"KEY": "TIP-01N/XAB/2021", "ANSWER": "Endorse"}),
        ("unknown-answer", "TIP-01N/XAA/2021", {"ANSWER": "perhaps"}),
        ("incomplete-correction", "TIP-01N/XAA/2021", {"ANSWER": "Correct", "VALUE": "5"}),
        ("no-reason", "TIP-01N/XAA/2021", {"ANSWER": "Object"}),
        ("no-number", "TIP-01N/XAA/2021",
         {"ANSWER": "Correct", "VALUE": "1,234", "ORIGIN": "x", "REASON": "y"}),
        ("no-answer", "TIP-01N/XAA/2021", {"VALUE": "5"}),
        ("twice", "TIP-01N/XAA/2020", {"KEY": "TIP-01N/XAA/2021", "ANSWER": "Endorse"}),
        ("nothing", "TIP-01N/XAA/2021", {}),
    ]
    for rule, key, fields in bad:
        rows = list(csv.reader(open("packets/XAA/phenomenon-1/packet-ar.csv", encoding="utf-8-sig",
                                    newline="")))
        for row in rows[3:]:
            if rule == "twice" and row[0] == "TIP-01N/XAA/2021":
                row[rows[1].index("ANSWER")] = "Endorse"
            if row[0] == key:
                for column, text in fields.items():
                    row[rows[1].index(column)] = text
        with open("bad.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)  # as some spreadsheets save
        sign("bad.csv", "xaa.key")
        before = count("answer")
        out = palermo("review", "receive", cycle, "bad.csv", code=1, name="refused: " + rule)
        check("[%s]" % rule in out, "says " + rule, out)
        check(re.search("[\u0600-\u06ff]{3}", out) is not None, "in the reader's language: " + rule, out)
        check(count("answer") == before, "nothing half imported: " + rule)

    answer("packets/XAA/phenomenon-1/packet-en.xlsx", "c.xlsx",
           ("HOM-01N/XAA/2021", "Endorse", "", "", ""),
           ("KID-01N/XAA/2021", "Endorse", "", "", ""),
           ("HOM-01N/XAA/2020", "=INDICATOR:Something else", "", "", ""),
           ("HOM-01N/XAA/2019", "=PROPOSED:5", "", "", ""),
           ("HOM-01N/XAA/2019", "Endorse", "", "", ""))
    sign("c.xlsx", "xaa.key")
    out = palermo("review", "receive", cycle, "c.xlsx", "--date", "2024-07-05", code=4)
    check(all("[%s]" % r in out for r in ("conflict", "changed-cells", "changed-value")),
          "two returns, changed cells", out)
    check("HOM-01N/XAA/2020: locked cells were changed (Indicator)" in out, "which cell", out)
    check("answers 0, set aside 2" in out, "conflicts are set aside", out)

    answer("packets/XAB/phenomenon-1/packet-fr.csv", "d.csv", ("*", "Approuver", "", "", ""))
    sign("d.csv", "xab.key")
    out = palermo("review", "receive", cycle, "d.csv", "--date", "2024-10-01")
    check("[late]" in out, "late", out)
    answer("packets/XAC/phenomenon-1/packet-es.xlsx", "e.xlsx",
           ("HOM-01N/XAC/2021", "Corregir", "50", "Registro", "error de tecleo"))
    if shutil.which("soffice"):  # saved again by another program
        os.makedirs("again", exist_ok=True)
        subprocess.run(["soffice", "-env:UserInstallation=file://%s/lo" % os.getcwd(), "--headless",
                        "--convert-to", "xlsx", "--outdir", "again", "e.xlsx"],
                       capture_output=True, timeout=300)
        check(os.path.exists("again/e.xlsx"), "LibreOffice saves the workbook")
        shutil.copy("again/e.xlsx", "e.xlsx")
    else:
        print("SKIP review through LibreOffice: soffice is not installed")
    sign("e.xlsx", "xac.key")
    out = palermo("review", "receive", cycle, "e.xlsx", "--date", "2024-07-03", code=4)
    check("respuestas 1" in out and "changed" not in out, "a workbook saved by another program", out)
    palermo("review", "endorse", cycle, "XAD", "--reason", "note verbale", "--date", "2024-07-04")


def count(kind, ledger="example/cycle.ledger"):
    with sqlite3.connect("file:%s?mode=ro" % ledger, uri=True) as db:
        return db.execute("SELECT count(*) FROM item WHERE kind = ?", (kind,)).fetchone()[0]


def zip_of(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as to:
        for name, data in members.items():
            to.writestr(name, data)


# Figures of the latest year, which tables print: key, answer, value, source, reason, and the table.
PRINTED = [
    ("HOM-01N/XAA/2023", "Correct", "1977", "Supreme Court", "late registrations", "homicide", "CORRECTED"),
    ("FA-01AN/XAA/2023", "Object", "13000", "arms register", "counted <twice> & =1+1", "firearms", "DISPUTED"),
    ("TIP-01N/XAA/2023", "Explain", "", "", "two new shelters", "trafficking-victims", "EXPLAINED"),
    ("FA-01BN/XAA/2023", "Withdraw", "", "", "wrong register", "firearms", "WITHDRAWN"),
    ("FA-01CN/XAA/2023", "Not ours", "", "", "", "firearms", "NOT_OURS"),
]


def test_receive_printed():
    answer("packets/XAA/phenomenon-1/packet-en.xlsx", "printed.xlsx", *[row[:5] for row in PRINTED])
    sign("printed.xlsx", "xaa.key")
    out = palermo("review", "receive", "example/cycle.yaml", "printed.xlsx", "--date", "2024-07-08", code=4)
    check("answers 5, set aside 0" in out, "a second return of other figures", out)


def plain(text):
    """Without marks of direction; every kind of space is one."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub("[\u200e\u200f\u2066-\u2069]", "", text)).strip()


def html_text(markup):
    text = re.sub(r"<[^>]*>", "", markup)
    for entity, char in (("&quot;", '"'), ("&#39;", "'"), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return plain(text)


def read_html(path):
    """{first cell: [(text, [notes]) of each cell]} of the table of a page."""
    data = open(path, encoding="utf-8").read()
    notes = {m.group(1): html_text(m.group(2)) for m in
             re.finditer(r'<p id="([^"]*-note-\d+)"><sup>.*?</sup> (.*?)</p>', data, re.S)}
    rows = {}
    for line in re.findall(r"<tr class=[^>]*>(.*?)</tr>", data, re.S):
        cells = [(html_text(re.sub(r"<sup>.*?</sup>", "", c)), [notes[n] for n in re.findall(r'href="#([^"]*)"', c)])
                 for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)]
        rows[cells[0][0]] = cells
    return rows


def read_csv(path):
    about = list(csv.reader(open(path[:-4] + ".notes.csv", encoding="utf-8", newline="")))
    notes = {r[1]: plain(r[2]) for r in about if r[0] == "note"}
    rows = {}
    for r in list(csv.reader(open(path, encoding="utf-8", newline="")))[1:]:
        cells = [(plain(c), []) for c in r[:-1]]
        for mark in r[-1].split():
            column, letter = mark.split(":", 1)
            cells[int(column) - 1][1].append(notes[letter])
        rows[cells[0][0]] = cells
    return rows


def area_names(code):
    with open(os.path.join(TOP, "datasets/areas/areas.csv"), encoding="utf-8", newline="") as file:
        return next({k[5:]: r[k] for k in r if k.startswith("name_")} for r in csv.DictReader(file) if r["code"] == code)


def test_read_back():
    """Every mark at its own cell, read back from what was printed; disputed figures side by side."""
    text, names = words(), area_names("XAA")
    rows = figures("out/figures.csv")
    proposed = next(r for r in rows if (r["INDICATOR"], r["REF_AREA"], r["TIME_PERIOD"], r["TYPE"], r["VERSION"]) ==
                    ("FA-01AN", "XAA", "2023", "_T", "1"))
    for language in LANGUAGES:
        for reader, suffix in ((read_html, "html"), (read_csv, "csv")):
            for key, _, value, origin, reason, table, mark in PRINTED:
                form = plain(text["MARK_" + mark][language])
                cells = reader("out/tables/%s/%s.%s" % (language, table, suffix))[plain(names[language])]
                found = [(shown, n) for shown, notes in cells for n in notes if n.startswith(form.split("{1}")[0])]
                where = "%s %s %s %s" % (mark, language, table, suffix)
                check(len(found) == 1, "the mark at its cell: " + where, str(found))
                if not found:
                    continue
                digits = re.sub(r"[^\d]", "", found[0][0])
                check({"CORRECTED": digits == value, "DISPUTED": digits == "13505", "WITHDRAWN": found[0][0] == "c",
                       }.get(mark, digits != ""), "its value: " + where, str(found))
                if mark == "CORRECTED":
                    check("1967" in re.sub(r"[ ,.]", "", found[0][1]), "the draft's value: " + where, found[0][1])
                if mark in ("DISPUTED", "EXPLAINED"):
                    check(reason in found[0][1], "the reason: " + where, found[0][1])
        for reader, suffix in ((read_html, "html"), (read_csv, "csv")):
            cells = [c for c, _ in reader("out/tables/%s/disputed.%s" % (language, suffix)).get(plain(names[language]), [])]
            where = "disputed %s %s" % (language, suffix)
            check(len(cells) == 9, where, str(cells))
        for form in ["html", "docx", "xlsx", "csv"]:
            shown = plain(re.sub(r"<[^>]*>", " ", everything("out/tables/%s/disputed.%s" % (language, form))))
            bare = re.sub(r"(?<=\d)[ ,.](?=\d{3})", "", shown)
            where = "disputed %s %s" % (language, form)
            check(all(w in bare for w in ("13000", "13505", "77", "1112")), "both values, " + where, bare[-600:])
            check("counted <twice> & =1+1" in everything("out/tables/%s/disputed.%s" % (language, form))
                  and "arms register" in shown, "the Government's explanation and source, " + where)
            check("truth.csv says what they were drawn from" in shown, "the explanation of the value proposed, " + where)
            check(plain(names[language]) in shown and "2023" in shown, "whose figure, " + where)
        page = open("out/report/%s/index.html" % language, encoding="utf-8").read()
        check('href="#disputed-figures"' in page and 'id="disputed-figures"' in page and
              "counted &lt;twice&gt; &amp; =1+1" in page, "a section of the page, " + language)
    table = read_csv("out/tables/en/disputed.csv")
    check(proposed["OBS_VALUE"] == "13505", "the draft's value", str(proposed))
    check(len(list(csv.reader(open("out/tables/en/disputed.csv", encoding="utf-8")))) == 3, "two disputed figures", str(table))
    # before the deadline: sent and queried, in every language
    palermo("run", "example/cycle.yaml", "--out", "early", "--as-of", "2024-08-01")
    for language in LANGUAGES:
        for form in ["html", "docx", "xlsx", "notes.csv"]:
            shown = "".join(everything(p) for p in glob.glob("early/tables/%s/*.%s" % (language, form)))
            check(all(text["MARK_" + m][language] in shown for m in ("SENT", "QUERIED")) and
                  not re.search(re.escape(text["MARK_NO_REPLY"][language]).replace(r"\{1\}", "[^<。]{4,40}"), shown), "sent and queried, %s %s" % (language, form))


def test_hostile():
    with zipfile.ZipFile("packets/XAA/phenomenon-1/packet-en.xlsx") as book:
        good = {n: book.read(n) for n in book.namelist()}
    rels = good["xl/_rels/workbook.xml.rels"].decode()
    sheet = good["xl/worksheets/sheet2.xml"].decode()
    outside = rels.replace("</Relationships>", '<Relationship Id="rX" Type="http://x/attachedTemplate"'
                           ' Target="http://example.org/x" TargetMode="External"/></Relationships>')
    deep = "<a>" * 5000 + "</a>" * 5000
    entity = sheet.replace("<worksheet", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet', 1)
    cases = {
        "macros": {**good, "xl/vbaProject.bin": b"x"},
        "links": {**good, "xl/externalLinks/externalLink1.xml": b"<x/>"},
        "template": {**good, "xl/_rels/workbook.xml.rels": outside},
        "objects": {**good, "xl/embeddings/oleObject1.bin": b"x"},
        "path": {**good, "../../etc/passwd": b"x"},
        "absolute": {**good, "/etc/passwd": b"x"},
        "bomb": {**good, "xl/media/a.xml": b"0" * (80 << 20)},
        "deep": {**good, "xl/worksheets/sheet2.xml": sheet.replace("<sheetData>",
                                                                   deep + "<sheetData>").encode()},
        "entities": {**good, "xl/worksheets/sheet2.xml": entity.encode()},
    }
    before = count("answer")
    for name, members in cases.items():
        zip_of("hostile.xlsx", members)
        out = palermo("review", "receive", "example/cycle.yaml", "hostile.xlsx", code=1,
                      name="hostile: " + name)
        check("[unreadable]" in out and "[refused]" in out, "refused with a reason: " + name, out)
    for name, data in {"old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cut": open(
            "packets/XAA/phenomenon-1/packet-en.xlsx", "rb").read()[:5000], "empty": b""}.items():
        open("hostile.bin", "wb").write(data)
        palermo("review", "receive", "example/cycle.yaml", "hostile.bin", code=1, name="file: " + name)
    check(count("answer") == before, "nothing of a hostile file is imported")


def test_marks():
    text = words()
    draft = figures("draft/figures.csv")
    palermo("run", "example/cycle.yaml", "--out", "out", "--as-of", "2024-12-01")
    rows = figures("out/figures.csv")
    by_status = {}
    for row in rows:
        by_status.setdefault(row["REVIEW_STATUS"], []).append(row)
    check(set(by_status) >= {"draft", "corrected", "endorsed", "explained", "disputed", "no-reply",
                             "withdrawn", "not-ours"}, "all states", str(set(by_status)))
    # the draft stays as it was
    firsts = [r for r in rows if r["VERSION"] == "1"]
    strip = lambda r: {k: v for k, v in r.items() if k not in ("REVIEW_STATUS",)}
    check([strip(r) for r in firsts] == [strip(r) for r in draft], "the draft stays")
    own = pick(rows, "HOM-01N", "XAA", 2021, "2")
    check(own and own["OBS_VALUE"] == "2100" and own["REVIEW_STATUS"] == "corrected" and
          own["SOURCE"].startswith("return:XAA-P1-"), "a correction is a new version", str(own))
    # what follows: the rate by the draft's own population, the region by the sum of its States
    rate = pick(rows, "HOM-01", "XAA", 2021, "2")
    old = pick(rows, "HOM-01", "XAA", 2021)
    count_old = pick(rows, "HOM-01N", "XAA", 2021)
    check(rate is not None, "the rate follows")
    expected = 2100 * float(old["OBS_VALUE"]) / float(count_old["OBS_VALUE"])
    check(rate and abs(float(rate["OBS_VALUE"]) - expected) < 1e-12 * expected, "the rate's value")
    region = pick(rows, "HOM-01N", "XYA", 2021, "2")
    before = pick(rows, "HOM-01N", "XYA", 2021)
    change = 2100 - float(count_old["OBS_VALUE"]) + 50 - float(
        pick(rows, "HOM-01N", "XAC", 2021)["OBS_VALUE"])
    check(region and float(region["OBS_VALUE"]) == float(before["OBS_VALUE"]) + change,
          "the region follows", str(region))
    check(pick(rows, "ROB-01N", "XAA", 2022, "2")["OBS_VALUE"] == "", "withdrawn is not printed")
    disputed = pick(rows, "KID-01N", "XAA", 2022, "2")
    check(disputed and disputed["OBS_VALUE"] == "77" and disputed["REVIEW_STATUS"] == "disputed",
          "the Government's value of a disputed figure")
    manifest = json.load(open("out/manifest.json"))
    out = palermo("review", "verify", "example/cycle.yaml", "--manifest", "out/manifest.json")
    check(manifest["ledger"]["head"] in out, "the run names the ledger's head", out)
    # marks and legend, every format and language
    for language in LANGUAGES:
        folder = "out/tables/%s/" % language
        names = sorted({os.path.basename(p).split(".")[0] for p in glob.glob(folder + "*.html")})
        legend = text["LEGEND"][language].split("{1}")[0]
        behind = text["LEGEND_BEHIND"][language].split("{1}")[0]
        for name in names:
            for form in ["html", "docx", "xlsx", "notes.csv"]:
                shown = everything(folder + name + "." + form)
                if text["STATE_NO_REPLY"][language] in shown or \
                        text["STATE_ENDORSED"][language] in shown:
                    check(legend in shown or behind in shown, "legend %s %s %s" % (language, name, form))
                # tables of totals alone count what stands behind them
                check(legend in shown or behind in shown or text["LEGEND_NONE"][language] in shown or name == "disputed",
                      "a legend in %s %s %s" % (language, name, form))
                check((behind in shown) == (name in ("treaty-parties", "replies")),
                      "totals alone say so: %s %s %s" % (language, name, form))
        for form in ["html", "docx", "xlsx", "notes.csv"]:
            everywhere = "".join(everything(folder + n + "." + form) for n in names)
            check(text["STATE_ENDORSED"][language] in everywhere and
                  text["STATE_NO_REPLY"][language] in everywhere, "marks %s %s" % (language, form))
            for mark in ("CORRECTED", "FOLLOWS", "ENDORSED", "EXPLAINED", "DISPUTED", "NO_REPLY", "WITHDRAWN",
                         "NOT_OURS"):
                check(text["MARK_" + mark][language].split("{1}")[0] in everywhere,
                      "the mark %s in %s %s" % (mark, language, form))
        page = everything("out/report/%s/index.html" % language)
        check(legend in page, "the page's legend " + language)
    check("<b>we</b>" not in open("out/report/en/index.html", encoding="utf-8").read(),
          "no markup from a reason")
    again = palermo("run", "example/cycle.yaml", "--out", "out2", "--as-of", "2024-12-01")
    same = subprocess.run(["diff", "-rq", "-x", "run.log", "out", "out2"], capture_output=True, text=True)
    check(same.returncode == 0, "same ledger, same bytes", same.stdout[:300])
    early = figures_at("2024-08-01")
    check("no-reply" not in {r["REVIEW_STATUS"] for r in early} and
          "sent" in {r["REVIEW_STATUS"] for r in early}, "before the deadline nothing is late")


def figures_at(date):
    palermo("run", "example/cycle.yaml", "--out", "early", "--as-of", date, "--languages", "en",
            "--formats", "csv")
    return figures("early/figures.csv")


def test_status():
    rows = list(csv.DictReader(palermo("review", "status", "example/cycle.yaml", "--table", "by-state",
                                       "--format", "csv").splitlines()))
    by = {r["Packet"].split("-")[0] + r["Packet"].split("-")[1][0]: r for r in rows}
    check(by["XAAP"]["Reply"] == "partial" and by["XAAP"]["Answered"] == "11", "status of XAA",
          str(by["XAAP"]))
    check(by["XABP"]["Reply"] == "late" and by["XABP"]["Answered"] == by["XABP"]["Items asked"],
          "status of XAB", str(by["XABP"]))
    check(by["XADP"]["Reply"] == "received", "an endorsement on paper", str(by["XADP"]))
    check(by["XAEP"]["Reply"] == "none", "no reply")
    revisions = palermo("review", "status", "example/cycle.yaml", "--table", "revisions", "--format",
                        "csv")
    check(re.search(r"HOM-01N/XAA/2021,\d+,2100,", revisions) is not None, "revisions", revisions)
    palermo("review", "status", "example/cycle.yaml", "--out", "status", "--language", "ar")
    check('dir="rtl"' in open("status/index.html", encoding="utf-8").read(), "the status page")


def test_second_round():
    """Another draft, another packet: the first is stale; a slip against the last release is seen."""
    path = glob.glob("example/homicide/*.csv")[0]
    text = open(path, encoding="utf-8-sig").read()
    old = next(r for r in csv.DictReader(open("packets/XAA/phenomenon-1/figures.csv"))
               if r["KEY"] == "HOM-01N/XAA/2022")["VALUE"]
    new = old[:-2] + old[-1] + old[-2]
    lines = text.split("\n")
    hits = [i for i, l in enumerate(lines) if l.startswith("Aldemar,Homicide Total Count,")]
    check(len(hits) == 1 and new != old and "," + old + "," in lines[hits[0]],
          "the figure stands in the data", old)
    lines[hits[0]] = lines[hits[0]].replace("," + old + ",", "," + new + ",")
    open(path, "w", encoding="utf-8").write("\n".join(lines))
    out = send(date="2025-06-01", deadline="2025-09-01")
    check(os.path.exists("packets/XAA/phenomenon-2/packet-en.csv"), "a second round", out)
    log = palermo("review", "status", "example/cycle.yaml", "--table", "queries", "--format", "csv")
    check("HOM-01N/XAA/2022,slip" in log, "a slip is queried", log[:500])
    answer("packets/XAA/phenomenon-1/packet-en.csv", "stale.csv", ("TIP-01N/XAA/2021", "Endorse", "", "", ""))
    sign("stale.csv", "xaa.key")
    check("[stale-packet]" in palermo("review", "receive", "example/cycle.yaml", "stale.csv", code=1),
          "a stale packet")
    palermo("review", "keys", "revoke", "example/cycle.yaml", key_id("xaa"), "--reason", "lost")
    answer("packets/XAA/phenomenon-2/packet-en.csv", "late.csv", ("TIP-01N/XAA/2021", "Endorse", "", "", ""))
    sign("late.csv", "xaa.key")
    check("[unknown-key]" in palermo("review", "receive", "example/cycle.yaml", "late.csv", code=1),
          "a revoked key")


def test_questionnaires():
    """Two instruments, two workbooks; what comes back is a dataset that `check` takes."""
    out = palermo("review", "ask", "example/cycle.yaml", "--area", "XAB", "--out", "ask")
    year = re.search(r"ask for (\d+)", out).group(1)
    crime, law = "ask/XAB/crime-fr.xlsx", "ask/XAB/implementation-fr.xlsx"
    last = [r for r in figures("draft/figures.csv") if r["INDICATOR"] == "HOM-01N" and
            r["REF_AREA"] == "XAB" and r["SEX"] == "_T"][-1]
    check("%s (%s)" % (format(int(last["OBS_VALUE"]), ",").replace(",", "\u202f"), last["TIME_PERIOD"])
          in everything(crime), "the last answer is filled in", last["OBS_VALUE"])
    answer(crime, "crime.xlsx", ("HOM-01N/XAB/" + year, "=VALUE:1100", "", "", ""),
           ("HOM-01N/XAB/%s/SEX=F" % year, "=STATUS:non disponible", "", "", ""),
           ("ROB-01N/XAB/" + year, "=VALUE:1,234", "", "", ""),
           ("PRI-02/XAB/" + year, "=VALUE:4321", "", "", ""))
    # the parts of the survey, each a sheet, in the reader's language, with what it asks and what is filled in
    with zipfile.ZipFile(crime) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        strings = [html_text(t) for t in re.findall(r"<si>(.*?)</si>", book.read("xl/sharedStrings.xml").decode(), re.S)]
        sheets = [[strings[int(v)] for v in re.findall(r't="s"><v>(\d+)</v>', book.read("xl/worksheets/sheet%d.xml" % i).decode())]
                  for i in range(1, len(names) + 1)]
    check(names[1:] == ["Police", "Ministère public", "Tribunaux", "Prisons", "Traite et trafic", "Armes à feu",
                        "Blanchiment et produit", "Coopération internationale"], "the parts", str(names))
    asked = {"Police": ("POL-02", "HOM-01N", "ROB-01N"), "Ministère public": ("PRO-02",), "Tribunaux": ("CRT-03",),
             "Prisons": ("PRI-02",), "Traite et trafic": ("TRA-01", "TRA-04", "TIP-01N", "SOM-02N"), "Armes à feu": ("ARM-01", "FA-01AN"),
             "Blanchiment et produit": ("LAU-01", "ML-01N"), "Coopération internationale": ("COO-04",)}
    for name, codes in asked.items():
        keys = sheets[names.index(name)]
        check(all("%s/XAB/%s" % (c, year) in keys for c in codes), "what is asked of " + name,
              str([k for k in keys if "/XAB/" in k][:40]))
    # the implementation instrument: article by article, in force, partly or no; gaps, assistance, plans and progress
    with zipfile.ZipFile(law) as book:
        shown = html_text(" | ".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml")))
    check(all("%d. " % n in shown for n in range(5, 32)) and all(w in shown for w in (
        "en vigueur", "en partie", "non")), "articles 5 to 31, three answers")
    heads = words()
    check(all(plain(heads[w]["fr"]) in shown for w in ("ASK_STATUS", "ASK_GAPS", "ASK_ASSISTANCE", "ASK_PLANNED", "ASK_PROGRESS")),
          "gaps, assistance, planned actions, progress")
    answer(law, "law.xlsx", ("UNTOC-05/XAB/" + year, "=STATUS:en partie", "", "", ""),
           ("UNTOC-05/XAB/" + year, "=GAPS:=HYPERLINK(1)", "", "", ""))
    palermo("review", "collect", "crime.xlsx", "law.xlsx", "--out", "collected", code=1)
    rows = list(csv.DictReader(open("collected/crime.csv", encoding="utf-8")))
    check([(r["question"], r["breakdown"], r["value"], r["status"], r["file"]) for r in rows] ==
          [("HOM-01N", "SEX=F", "", "not-available", "crime.xlsx"),
           ("HOM-01N", "_T", "1100", "", "crime.xlsx"),
           ("PRI-02", "_T", "4321", "", "crime.xlsx")], "answers with their provenance", str(rows))
    rows = list(csv.DictReader(open("collected/implementation.csv", encoding="utf-8")))
    check([(r["question"], r["status"], r["gaps"]) for r in rows] ==
          [("UNTOC-05", "partly", "'=HYPERLINK(1)")], "article by article, safe to open", str(rows))
    check("no-number" in open("collected/findings.csv", encoding="utf-8").read(), "what cannot be read")
    palermo("check", "collected/dataset.yaml")
    palermo("review", "ask", "example/cycle.yaml", "--area", "XAB", "--out", "ask2", "--previous",
            "collected/implementation.csv")
    check(everything("ask2/XAB/implementation-fr.xlsx").count("en partie") > everything(law).count("en partie"),
          "what was said last comes back")


def key_id(name):
    return re.search("id: (.*)", open(name + ".pub").read()).group(1)


def test_ledger():
    shutil.copy("example/cycle.ledger", "damaged.ledger")
    data = bytearray(open("damaged.ledger", "rb").read())
    at = data.find(b"Supreme Court")
    check(at > 0, "the source of a correction stands in the ledger")
    data[at] ^= 1
    open("damaged.ledger", "wb").write(data)
    out = palermo("review", "verify", "example/cycle.yaml", "--ledger", "damaged.ledger", code=1)
    check("answer of 'HOM-01N/XAA/2021'" in out, "the changed byte is named", out)
    with sqlite3.connect("example/cycle.ledger") as db:
        for sql in ("DELETE FROM item", "UPDATE entry SET text = 'x'"):
            try:
                db.execute(sql)
                check(False, "the ledger refuses: " + sql)
            except sqlite3.DatabaseError as e:
                check("append-only" in str(e), "the ledger refuses: " + sql)
        db.rollback()


def test_kills():
    """At random moments of receive and run: the ledger opens, holds all or nothing, and goes on."""
    random.seed(20061009)
    answer("packets/XAB/phenomenon-2/packet-fr.csv" if os.path.exists(
        "packets/XAB/phenomenon-2/packet-fr.csv") else "packets/XAC/phenomenon-1/packet-es.csv",
        "kill.csv", ("*", "Endorse", "", "", ""))
    key = "xab.key" if os.path.exists("packets/XAB/phenomenon-2/packet-fr.csv") else "xac.key"
    sign("kill.csv", key)
    whole = len([1 for r in csv.reader(open("kill.csv", encoding="utf-8-sig", newline=""))]) - 3
    shutil.copy("example/cycle.ledger", "clean.ledger")
    base = count("answer", "clean.ledger") + count("conflict", "clean.ledger")
    start = time.time()
    shutil.copy("clean.ledger", "kill.ledger")
    subprocess.run([PALERMO, "review", "receive", "example/cycle.yaml", "kill.csv", "--ledger",
                    "kill.ledger"], capture_output=True)
    length = time.time() - start
    all_of_it = count("answer", "kill.ledger") + count("conflict", "kill.ledger") - base
    check(0 < all_of_it <= whole, "the return has answers", str(all_of_it))
    seen = set()
    for i in range(KILLS):
        shutil.copy("clean.ledger", "kill.ledger")
        for left in glob.glob("kill.ledger-*"):
            os.remove(left)
        process = subprocess.Popen([PALERMO, "review", "receive", "example/cycle.yaml", "kill.csv",
                                    "--ledger", "kill.ledger"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.random() * length * 1.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        out = subprocess.run([PALERMO, "review", "verify", "example/cycle.yaml", "--ledger",
                              "kill.ledger"], capture_output=True, text=True)
        got = count("answer", "kill.ledger") + count("conflict", "kill.ledger") - base
        seen.add(got)
        check(out.returncode == 0 and got in (0, all_of_it), "kill %d of receive" % i,
              "%d answers; %s" % (got, out.stdout + out.stderr))
        again = subprocess.run([PALERMO, "review", "receive", "example/cycle.yaml", "kill.csv",
                                "--ledger", "kill.ledger"], capture_output=True, text=True)
        check(again.returncode in (0, 4) and
              count("answer", "kill.ledger") + count("conflict", "kill.ledger") - base == all_of_it,
              "receive goes through after kill %d" % i, again.stdout + again.stderr)
    before = open("out/figures.csv", "rb").read()
    for i in range(KILLS):
        process = subprocess.Popen([PALERMO, "run", "example/cycle.yaml", "--out", "out", "--as-of",
                                    "2024-12-01", "--languages", "en"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
        check(os.path.exists("out/manifest.json") and os.path.getsize("out/figures.csv") > len(before) // 2,
              "kill %d of run leaves a whole folder" % i)
    palermo("run", "example/cycle.yaml", "--out", "out", "--as-of", "2024-12-01", "--languages", "en")
    palermo("review", "verify", "example/cycle.yaml")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_cycle()
        palermo("run", "example/cycle.yaml", "--out", "draft", "--as-of", "2024-12-01", "--languages",
                "en", "--formats", "csv")
        check({r["REVIEW_STATUS"] for r in figures("draft/figures.csv")} == {"draft"},
              "without a ledger all is draft")
        make_keys()
        for step in (test_send, test_receive, test_receive_printed, test_hostile, test_marks, test_read_back, test_status,
                     test_questionnaires, test_second_round, test_ledger, test_kills):
            step()
        os.chdir(TOP)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


sys.exit(main())
