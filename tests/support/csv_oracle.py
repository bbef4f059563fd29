"""csv_oracle.py FILE: tables (a line with the size in bytes, then the bytes) as python3's csv module reads them.

Prints the number of each table, then `LINE a|b|c` for each record: the physical line where it begins, its fields,
LF CR TAB as \\n \\r \\t.
"""
import csv
import io
import sys


def shown(field):
    return field.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def records(text):
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    began = 1
    for row in reader:
        if row:
            yield began, row
        began = reader.line_num + 1


with open(sys.argv[1], "rb") as tables:
    number = 0
    while size := tables.readline():
        # CR CR LF is one line end to palermo, and two to python.
        text = tables.read(int(size)).decode().replace("\r\r\n", "\r\n")
        print(number)
        for line, row in records(text):
            print(f"{line} {'|'.join(map(shown, row))}")
        number += 1
