"""test_differencing.py: three successive releases of `palermo run`, attacked together.

Each world has five invented States in a region, by sex. In the second release a State comes late and another
revises; in the third a hidden count is corrected. The attacker here is no part of palermo: it knows all that the
three figures.csv print, that totals are sums, that counts are whole numbers, which counts did not change, and that
what is marked A is small; it looks for whole-number tables that agree with all three. With the suppression ledger
no small count may be known; without it, releases that are protected each for itself must give some away, or this
test could not find anything. The ledger itself: whole or not at all, for its owner alone, the same bytes when a
release is made again, refused when it was cut at the end of a block or would say something else."""
import csv
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PALERMO = os.environ.get("PALERMO", str(TOP / "build/gcc/palermo"))
KILLS = int(os.environ.get("REVIEW_KILLS", "4"))
WORLDS = int(os.environ.get("WORLDS", "8"))
SMALLEST = 5
AREAS = ["XAA", "XAB", "XAC", "XAD", "XAE"]
REGION = "XYA"
TOTAL = "_T"
passed = failed = 0


def check(name, condition, detail=""):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    if not condition:
        print(f"FAIL {name} {detail}")


def palermo(folder, *more):
    return subprocess.run([PALERMO, "run", str(folder / "cycle.yaml"), "--languages", "en", "--formats", "csv", *more],
                          capture_output=True, text=True, env=dict(os.environ, PALERMO_DATA=str(TOP / "datasets")))


def lay_out(folder):
    (folder / "seen").mkdir(parents=True)
    (folder / "definitions").mkdir()
    (folder / "cycle.yaml").write_text(
        "title: {en: Differences}\nsynthetic: true\ndata: [.]\ndatasets: [seen]\ndefinitions: [definitions]\n"
        "indicators: [SEEN]\nperiods: {from: 2020, to: 2020}\nas_of: 2024-01-01\n", encoding="utf-8")
    (folder / "seen/dataset.yaml").write_text(
        "name: seen\ntitle: {en: Seen}\npath: seen.csv\nshape: long\n"
        "roles: {area: area, period: year, value: n, sex: sex}\narea_by: code\ncounting_unit: person\n"
        "counting_stage: input\nduplicates: error\npublisher: invented\nlicence: as palermo\nsynthetic: true\n"
        f'confidentiality: {{legal_basis: "Statistics Act, section 12", min_cell: {SMALLEST}}}\n', encoding="utf-8")
    (folder / "definitions/SEEN.yaml").write_text(
        "code: SEEN\nversion: 1\nmeasures: phenomenon\nbasis: detected\nscope: not-separable\n"
        "title: {en: Seen}\ndefinition: {en: Persons seen.}\nunit: persons\nunit_name: {en: Persons}\n"
        "numerator: {dataset: seen, value: n}\nestimator: count\nby: [sex]\ntotals: true\ncounting_unit: person\n"
        "counting_stage: input\nvariance: {method: garwood, level: 0.95}\n", encoding="utf-8")


def table(cells):
    """Cells of States by sex, with their totals: {(area, sex): n}."""
    out = dict(cells)
    for area in {a for a, _ in cells}:
        out[area, TOTAL] = cells[area, "F"] + cells[area, "M"]
    for sex in ("F", "M", TOTAL):
        out[REGION, sex] = sum(n for (a, s), n in out.items() if s == sex and a != REGION)
    return out


def world(seed):
    """Three tables, one a release."""
    draw = random.Random(seed)
    first = {(a, s): draw.choice([2, 3, 4, 1, 7, 12, 18, 25, 40, 60]) for a in AREAS[:4] for s in "FM"}
    first["XAA", "F"] = draw.randint(1, SMALLEST - 1)
    second = dict(first)
    second["XAE", "F"], second["XAE", "M"] = draw.randint(1, SMALLEST - 1), draw.randint(5, 30)
    second["XAB", draw.choice("FM")] = draw.randint(1, 30)
    third = dict(second)
    third["XAA", "F"] = draw.choice([n for n in range(1, 9) if n != second["XAA", "F"]])
    return [table(first), table(second), table(third)]


def write(folder, cells):
    with open(folder / "seen/seen.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["area", "year", "sex", "n"])
        out.writerows([a, 2020, s, n] for (a, s), n in sorted(cells.items()))


def printed(folder):
    """{(area, sex): (number or None, CONF_STATUS)}"""
    with open(folder / "figures.csv", newline="", encoding="utf-8") as file:
        return {(r["REF_AREA"], r["SEX"]): (float(r["OBS_VALUE"]) if r["OBS_VALUE"] not in ("", "NaN") else None,
                                            r["CONF_STATUS"]) for r in csv.DictReader(file)}


class Attack:
    """All whole-number tables that agree with what was printed: intervals, narrowed by each sum in turn."""

    def __init__(self, truths, prints):
        self.low, self.high, self.sums, self.asked = {}, {}, [], {}
        most = 4 * max(max(t.values()) for t in truths)
        for truth, what in zip(truths, prints):
            for place, n in truth.items():
                key = (place, n)  # the same while it does not change
                number, letter = what[place]
                if number is not None and number != n:
                    raise ValueError(f"{place} is printed as {number}, not {n}")
                low, high = (n, n) if number is not None else (1, SMALLEST - 1) if letter == "A" and n < SMALLEST \
                    else (0, most)
                self.low[key] = max(low, self.low.get(key, 0))
                self.high[key] = min(high, self.high.get(key, most))
                if 0 < n < SMALLEST:
                    self.asked[key] = n
            places = list(truth)
            for area in {a for a, _ in places}:
                self.sums.append(([((area, s), truth[area, s]) for s in "FM"], ((area, TOTAL), truth[area, TOTAL])))
            for sex in ("F", "M", TOTAL):
                self.sums.append(([((a, s), truth[a, s]) for a, s in places if s == sex and a != REGION],
                                  ((REGION, sex), truth[REGION, sex])))
        if not self.narrow(self.low, self.high):
            raise ValueError("no table agrees")

    def narrow(self, low, high):
        changed = True
        while changed:
            changed = False
            for parts, total in self.sums:
                terms = [(key, 1) for key in parts] + [(total, -1)]
                least = sum(low[k] if c > 0 else -high[k] for k, c in terms)
                most = sum(high[k] if c > 0 else -low[k] for k, c in terms)
                if least > 0 or most < 0:
                    return False
                for k, c in terms:
                    rest_least = least - (low[k] if c > 0 else -high[k])
                    rest_most = most - (high[k] if c > 0 else -low[k])
                    new_low = max(low[k], -rest_most if c > 0 else rest_least)
                    new_high = min(high[k], -rest_least if c > 0 else rest_most)
                    if new_low > new_high:
                        return False
                    if (new_low, new_high) != (low[k], high[k]):
                        low[k], high[k] = new_low, new_high
                        changed = True
                        break
                if changed:
                    break
        return True

    def possible(self, low, high, budget):
        low, high = dict(low), dict(high)
        if not self.narrow(low, high):
            return False
        open_keys = [k for k in low if low[k] < high[k]]
        if not open_keys:
            return True
        key = min(open_keys, key=lambda k: (high[k] - low[k], k))
        for n in sorted(range(low[key], high[key] + 1), key=lambda n: abs(n - key[1])):
            budget[0] -= 1
            if budget[0] < 0:
                raise RuntimeError("too large for this attacker")
            if self.possible({**low, key: n}, {**high, key: n}, budget):
                return True
        return False

    def known(self):
        """Small counts that can have one value only."""
        out = []
        for key, n in self.asked.items():
            others = [m for m in range(self.low[key], self.high[key] + 1) if m != n]
            if not any(self.possible({**self.low, key: m}, {**self.high, key: m}, [20000]) for m in others):
                out.append(key)
        return out


def release(folder, cells, name, *more):
    write(folder, cells)
    done = palermo(folder, "--out", str(folder / name), *more)
    if done.returncode:
        print(f"FAIL palermo run: {done.stderr}")
        sys.exit(1)
    return printed(folder / name)


def ledger_of_one(folder, tables):
    ledger = folder / "cycle.suppressed"
    text = ledger.read_bytes()
    check("the ledger is for its owner alone", stat.S_IMODE(ledger.stat().st_mode) == 0o600)
    check("three releases are in it", text.count(b"\nhash\t") == 3 and text.count(b"release\t") == 3)
    before = {f.name: f.read_bytes() for f in (folder / "R3").iterdir() if f.suffix in (".csv", ".json")}
    release(folder, tables[2], "R3", "--release", "R3")
    after = {f.name: f.read_bytes() for f in (folder / "R3").iterdir() if f.suffix in (".csv", ".json")}
    check("the same release again: the same bytes", before == after and ledger.read_bytes() == text)
    release(folder, tables[1], "again", "--release", "R2")
    check("an earlier release again: the same figures, the same ledger",
          (folder / "again/figures.csv").read_bytes() == (folder / "R2/figures.csv").read_bytes() and
          ledger.read_bytes() == text)
    write(folder, {**tables[2], ("XAC", "F"): tables[2]["XAC", "F"] + 50, ("XAC", TOTAL): tables[2]["XAC", TOTAL] + 50,
                   (REGION, "F"): tables[2][REGION, "F"] + 50, (REGION, TOTAL): tables[2][REGION, TOTAL] + 50})
    done = palermo(folder, "--out", str(folder / "R3"), "--release", "R3")
    check("a release that would be printed otherwise is refused",
          done.returncode == 1 and "a name of its own" in done.stderr and ledger.read_bytes() == text and
          (folder / "R3/figures.csv").read_bytes() == before["figures.csv"], done.stderr)
    done = palermo(folder, "--out", str(folder / "draft"))
    check("a draft adds nothing", done.returncode == 0 and ledger.read_bytes() == text)
    write(folder, tables[2])
    cut = text[:text.index(b"release\tR3")]
    ledger.write_bytes(cut)
    done = palermo(folder, "--out", str(folder / "R3"), "--release", "R4")
    check("a ledger cut at the end of a block is found", done.returncode == 1 and "was cut" in done.stderr, done.stderr)
    with open(folder / "cycle.yaml", "a", encoding="utf-8") as file:
        file.write("last_release: R3/figures.csv\n")
    done = palermo(folder, "--out", str(folder / "new"), "--release", "R4")
    check("also by the last release's manifest", done.returncode == 1 and "was cut" in done.stderr and
          not (folder / "new").exists(), done.stderr)
    ledger.write_bytes(text.replace(b"XAB|", b"XAC|", 1))
    done = palermo(folder, "--out", str(folder / "new"), "--release", "R4")
    check("a changed byte is found and named", done.returncode == 1 and "release 'R1'" in done.stderr, done.stderr)
    ledger.write_bytes(text)
    done = palermo(folder, "--out", str(folder / "new"), "--release", "R4")
    check("the whole ledger is taken", done.returncode == 0, done.stderr)


def kills(folder, tables):
    """A release killed at any moment: the ledger opens, has all of it or nothing, and the next run goes through."""
    ledger = folder / "cycle.suppressed"
    before = ledger.read_bytes()
    write(folder, tables[1])
    start = time.time()
    palermo(folder, "--out", str(folder / "killed"), "--release", "K")
    length, whole = time.time() - start, ledger.read_bytes()
    check("a release is added", len(whole) > len(before))
    draw, seen = random.Random(20061009), set()
    for i in range(KILLS):
        ledger.write_bytes(before)
        shutil.rmtree(folder / "killed", ignore_errors=True)
        process = subprocess.Popen([PALERMO, "run", str(folder / "cycle.yaml"), "--languages", "en", "--formats", "csv",
                                    "--out", str(folder / "killed"), "--release", "K"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=dict(os.environ, PALERMO_DATA=str(TOP / "datasets")))
        time.sleep(draw.random() * length * 1.1)
        process.kill()
        process.wait()
        now = ledger.read_bytes()
        seen.add(now == whole)
        check(f"kill {i}: all of the release or nothing", now in (before, whole), len(now))
        check(f"kill {i}: no folder shows what the ledger lacks",
              now == whole or not (folder / "killed/manifest.json").exists())
        done = palermo(folder, "--out", str(folder / "killed"), "--release", "K")
        check(f"kill {i}: the next run goes through", done.returncode == 0 and ledger.read_bytes() == whole, done.stderr)
    print(f"{KILLS} kills of a release; the ledger had it after some: {True in seen}")


def main():
    alone = shown = cells = 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(WORLDS):
            folder, apart = Path(scratch) / f"w{seed}", Path(scratch) / f"a{seed}"
            tables = world(seed)
            lay_out(folder)
            prints = [release(folder, t, f"R{i}", "--release", f"R{i}") for i, t in enumerate(tables, 1)]
            together = Attack(tables, prints)
            shown += sum(n is not None for p in prints for n, _ in p.values())
            cells += sum(len(p) for p in prints)
            check(f"world {seed}: nothing is known from three releases", not together.known(), together.known())
            lay_out(apart)
            alone += len(Attack(tables, [release(apart, t, f"R{i}") for i, t in enumerate(tables, 1)]).known())
            if seed == 0:
                ledger_of_one(folder, tables)
                kills(folder, tables)
        check("most is printed all the same", shown > 0.4 * cells, (shown, cells))
        check("without the ledger the attack finds something", alone > 0)
        print(f"small counts known: 0 with the ledger, {alone} without, in {WORLDS} worlds of three releases; "
              f"{shown} of {cells} counts printed")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
