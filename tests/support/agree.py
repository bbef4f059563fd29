"""agree.py FIGURES EXPECTED [DF]: how many figures agree with R's survey, by indicator: values and errors to 1e-9, limits to
1e-7, degrees of freedom exactly, or to DF where they are no whole numbers. For the golden cases of samples."""
import csv
import sys

expected = {tuple(r[:4]): [float(x) if x != "NA" else None for x in r[4:]] for r in csv.reader(open(sys.argv[2]))}
agree, of = {}, {}
of_df = float(sys.argv[3]) if len(sys.argv) > 3 else 0
for row in csv.DictReader(open(sys.argv[1])):
    key = (row["INDICATOR"], row["REF_AREA"], row.get("AGE", "_Z"), row.get("SEX", "_Z"))
    code = key[0]
    of[code] = of.get(code, 0) + 1
    wanted = expected.pop(key, None)
    found = [row[c] for c in ("OBS_VALUE", "STD_ERROR", "CONF_LOW", "CONF_HIGH", "DF")]
    fine = wanted is not None
    for x, e, tol in zip(found, wanted or [], (1e-9, 1e-9, 1e-7, 1e-7, of_df)):
        if e is None or e != e:
            fine &= x in ("", "NaN")
        else:
            fine &= x not in ("", "NaN") and abs(float(x) - e) <= tol * abs(e) + 1e-12 * abs(wanted[0] or 0)
    agree[code] = agree.get(code, 0) + fine
    if not fine:
        print("differs:", *key, *found, "and", *(wanted or ["nothing"]))
for code in sorted(of):
    print(code, agree[code], "of", of[code])
for key in expected:
    print("missing:", *key)
