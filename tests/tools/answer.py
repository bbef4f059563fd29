"""answer.py PACKET OUT [KEY ANSWER VALUE SOURCE REASON]...: fills in a packet as a focal point does.

PACKET is a workbook or CSV of `palermo review send`; KEY '*' answers every row not answered otherwise.
A field written as '=COLUMN:TEXT' in place of ANSWER changes the locked cell of that column instead.
Only the standard library is used; workbooks are edited as XML, as any program may.
"""
import csv
import io
import re
import sys
import zipfile
from xml.etree import ElementTree as ET

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FIELDS = ["ANSWER", "VALUE", "ORIGIN", "REASON"]


def wishes(words):
    out = {}
    for i in range(0, len(words), 5):
        key, answer, value, origin, reason = words[i:i + 5]
        out.setdefault(key, {})
        if answer.startswith("="):
            column, text = answer[1:].split(":", 1)
            out[key][column] = text
        else:
            out[key].update(zip(FIELDS, (answer, value, origin, reason)))
    return out


def wanted(wish, key):
    return {**wish.get("*", {}), **wish.get(key, {})} if key else {}


def answer_csv(text, wish):
    rows = list(csv.reader(io.StringIO(text)))
    ids = rows[1]
    for row in rows[3:]:
        for column, value in wanted(wish, row[0]).items():
            row[ids.index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def letters(n):
    text = ""
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text


def number_of(reference):
    n = 0
    for c in re.match(r"[A-Z]+", reference).group():
        n = n * 26 + ord(c) - 64
    return n


def answer_sheet(data, shared, wish):
    ET.register_namespace("", MAIN)
    root = ET.fromstring(data)
    tag = lambda name: "{%s}%s" % (MAIN, name)

    def text_of(cell):
        if cell.get("t") == "s":
            return shared[int(cell.find(tag("v")).text)]
        if cell.get("t") == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(tag("t")))
        v = cell.find(tag("v"))
        return v.text if v is not None else ""

    ids = {}
    for row in root.iter(tag("row")):
        cells = {number_of(c.get("r")): c for c in row}
        first = text_of(cells[1]) if 1 in cells else ""
        if first == "KEY":
            ids = {text_of(c): n for n, c in cells.items()}
            continue
        if not ids or "/" not in first:
            continue
        for column, value in wanted(wish, first).items():
            if value == "" and ids[column] not in cells:
                continue
            cell = cells.get(ids[column])
            if cell is None:
                cell = ET.Element(tag("c"), {"r": letters(ids[column]) + row.get("r")})
                row.append(cell)
                row[:] = sorted(row, key=lambda c: number_of(c.get("r")))
            for child in list(cell):
                cell.remove(child)
            cell.attrib.pop("t", None)
            if value == "":
                continue
            if column in ("VALUE", "PROPOSED") and re.fullmatch(r"-?[0-9.]+", value):
                ET.SubElement(cell, tag("v")).text = value
            else:
                cell.set("t", "inlineStr")
                ET.SubElement(ET.SubElement(cell, tag("is")), tag("t")).text = value
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def answer_book(path, out, wish):
    with zipfile.ZipFile(path) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            for si in ET.fromstring(book.read("xl/sharedStrings.xml")):
                shared.append("".join(t.text or "" for t in si.iter("{%s}t" % MAIN)))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
            for name in book.namelist():
                data = book.read(name)
                if name.startswith("xl/worksheets/sheet"):
                    data = answer_sheet(data, shared, wish)
                to.writestr(name, data)


def main(path, out, *words):
    wish = wishes(words)
    with open(path, "rb") as file:
        start = file.read(4)
    if start == b"PK\3\4":
        answer_book(path, out, wish)
    else:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        with open(out, "w", encoding="utf-8", newline="") as file:
            file.write(answer_csv(text, wish))


if __name__ == "__main__":
    main(*sys.argv[1:])
