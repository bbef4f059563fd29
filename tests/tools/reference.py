"""reference.py DIR [SECTION]: runs the rows of a reference folder through palermo's command line.

DIR holds expected.csv, data/ and a README that says how the values were made. Prints, a section a line, how many rows
agree, differ, were not attempted, or are called optional by the folder's README; then the first rows that differ, with
the command that was run. Exit status 0 when every row agrees, is optional, or lies outside SECTION; 1 otherwise; 2 for
wrong usage. Needs Python's standard library only.

Each kind of folder is a module in references/ with
    recognises(header) -> bool      by the columns of expected.csv
    belongs(rows) -> bool           by its rows, where several folders have the same columns
    attempts(folder, rows)          -> one references.calls.Attempt, or None for "not attempted", a row
    run_all(attempts, palermo)      runs them; without one, references.calls does
    optional(row) -> bool           the README lets an engine leave this row out
    section(row) -> str
"""
import csv
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from references import calls, mse, rds, sdc, survey  # noqa: E402

KINDS = [survey, rds, mse, sdc]
SHOWN = 10


def kind_of(folder, header, rows):
    for kind in KINDS:
        if kind.recognises(header) and (not hasattr(kind, "belongs") or kind.belongs(rows)):
            return kind
    print(f"reference: no module reads the folder '{folder}' yet (columns {', '.join(header)})", file=sys.stderr)
    sys.exit(2)


def read(folder):
    path = folder / "expected.csv"
    if not path.is_file():
        print(f"reference: there is no '{path}'", file=sys.stderr)
        sys.exit(2)
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)


def main():
    if len(sys.argv) not in (2, 3):
        print("usage: make reference DIR=FOLDER [SECTION=NAME]", file=sys.stderr)
        return 2
    folder, wanted = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    header, rows = read(folder)
    kind = kind_of(folder, header, rows)
    sections = list(dict.fromkeys(kind.section(row) for row in rows))
    if wanted and wanted not in sections:
        print(f"reference: '{folder}' has no section '{wanted}'; it has {', '.join(sections)}", file=sys.stderr)
        return 2
    rows = [row for row in rows if not wanted or kind.section(row) == wanted]
    attempts = kind.attempts(folder, rows)
    getattr(kind, "run_all", calls.run_all)([a for a in attempts if a], os.environ.get("PALERMO", "palermo"))

    count, differing, left = Counter(), [], []
    for row, attempt in zip(rows, attempts):
        section = kind.section(row)
        if attempt is None:
            outcome = "optional" if kind.optional(row) else "not attempted"
            if outcome == "not attempted":
                left.append(row)
        else:
            problems = attempt.problems()
            outcome = "optional" if kind.optional(row) else "differ" if problems else "agree"
            if outcome == "optional" and not problems:
                count[section, "optional that agree"] += 1
            if outcome == "differ":
                differing.append((row, attempt, problems))
        count[section, outcome] += 1
    for section in sections:
        if any(count[section, o] for o in ("agree", "differ", "not attempted", "optional")):
            print(f"{section}: {count[section, 'agree']} agree, {count[section, 'differ']} differ, "
                  f"{count[section, 'not attempted']} not attempted, {count[section, 'optional']} optional"
                  + (f" ({count[section, 'optional that agree']} agree)" if count[section, "optional"] else ""))
    for row, attempt, problems in differing[:SHOWN]:
        print(f"\ndiffers: {row['case_id']}: {row['statistic']} {row.get('variables', row.get('options', ''))}")
        print(f"  {attempt.command()}")
        for problem in problems:
            print(f"  {problem}")
    if len(differing) > SHOWN:
        print(f"\nand {len(differing) - SHOWN} more rows that differ")
    for row in left[:SHOWN]:
        print(f"not attempted: {row['case_id']}: {row['statistic']} {row.get('variables', row.get('options', ''))} "
              f"{row.get('ci_method', '')}".rstrip())
    if len(left) > SHOWN:
        print(f"and {len(left) - SHOWN} more rows that were not attempted")
    return 1 if differing or left else 0


if __name__ == "__main__":
    sys.exit(main())
