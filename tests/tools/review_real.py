"""review_real.py: the round of test_review.py on the real UNODC cycle, for all States: packets out, a
third of the States answer by script (some through LibreOffice), the next run prints every mark.
"""
import csv
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PALERMO = os.path.abspath(os.environ.get("PALERMO") or os.path.join(TOP, "build/gcc/palermo"))
DATA = os.path.join(os.path.abspath(os.environ.get("SHARED") or os.path.join(TOP, "../shared")), "data")
LANGUAGES = ["ar", "zh", "en", "fr", "ru", "es"]
ANSWERS = {"ar": ["اعتماد", "تصويب", "توضيح", "اعتراض", "سحب", "ليس من اختصاصنا"],
           "zh": ["认可", "更正", "说明", "反对", "撤回", "非我方数字"],
           "en": ["Endorse", "Correct", "Explain", "Object", "Withdraw", "Not ours"],
           "fr": ["Approuver", "Corriger", "Expliquer", "Contester", "Retirer", "N’est pas de notre ressort"],
           "ru": ["Подтвердить", "Исправить", "Пояснить", "Возразить", "Отозвать", "Не наше"],
           "es": ["Refrendar", "Corregir", "Explicar", "Objetar", "Retirar", "No es nuestro"]}
STATES = ["endorsed", "corrected", "explained", "disputed", "withdrawn", "not-ours"]
passed = failed = 0


def check(good, name, why=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL %s %s" % (name, why))


def palermo(*words, code=0):
    done = subprocess.run([PALERMO, *words], capture_output=True, text=True)
    check(done.returncode == code, " ".join(words[:3]), "exit %d: %s" % (
        done.returncode, (done.stdout + done.stderr)[-400:]))
    return done.stdout + done.stderr


def main():
    if not os.path.isdir(os.path.join(DATA, "unodc")):
        print("SKIP review_real: no folder %s" % DATA)
        print("0 passed, 0 failed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        text = open(os.path.join(TOP, "datasets/unodc/cycle.yaml"), encoding="utf-8").read()
        open("cycle.yaml", "w", encoding="utf-8").write(text.replace(
            "../../indicators", os.path.join(TOP, "indicators")))
        palermo("review", "keys", "make", "s")
        palermo("review", "keys", "add", "cycle.yaml", "s.pub", "--secretariat")
        palermo("review", "keys", "make", "f")
        out = palermo("review", "send", "cycle.yaml", "--data", DATA, "--key", "s.key", "--date",
                      "2024-06-01", "--deadline", "2024-09-01", "--years", "2", "--out", "packets")
        print(out.strip())
        packets = sorted(glob.glob("packets/*/phenomenon-1"))
        check(len(packets) > 190, "a packet for every State", str(len(packets)))
        expected, through = {}, 0
        for n, packet in enumerate(packets):
            area = packet.split("/")[1]
            if n % 3:
                continue
            palermo("review", "keys", "add", "cycle.yaml", "f.pub", "--area", area, "--instrument",
                    "phenomenon")
            language = re.search("packet-(..).csv", " ".join(os.listdir(packet))).group(1)
            with open(packet + "/figures.csv", encoding="utf-8", newline="") as file:
                rows = [r for r in csv.DictReader(file)]
            wishes = []
            for i, row in enumerate(rows[:12]):
                kind = i % 6
                key, value = row["KEY"], row["VALUE"]
                give = kind == 1 or (kind == 3 and i % 2)
                number = str(round(float(value or 7)) + 3)
                wishes += [key, ANSWERS[language][kind], number if give else "",
                           "register" if kind == 1 else "", "because" if kind in (1, 2, 3, 4) else ""]
                expected[key] = (STATES[kind], number if give else "")
            form = "xlsx" if n % 2 else "csv"
            path = "%s-%s.%s" % (area, language, form)
            subprocess.run([sys.executable, os.path.join(TOP, "tests/tools/answer.py"),
                            "%s/packet-%s.%s" % (packet, language, form), path, *wishes], check=True)
            if form == "xlsx" and through < 8 and shutil.which("soffice"):
                subprocess.run(["soffice", "-env:UserInstallation=file://%s/lo" % folder, "--headless",
                                "--convert-to", "xlsx", "--outdir", "again", path],
                               capture_output=True, timeout=300)
                shutil.copy("again/" + path, path)
                through += 1
            palermo("review", "sign", path, "--key", "f.key")
            out = palermo("review", "receive", "cycle.yaml", path, "--date", "2024-07-01",
                          code=4 if len(rows) > 1 else 0)
            check("changed" not in out, "no locked cell of %s was changed" % path, out)
        check(through == 8 or not shutil.which("soffice"), "eight went through LibreOffice")
        print(palermo("review", "verify", "cycle.yaml").strip())
        print(palermo("run", "cycle.yaml", "--data", DATA, "--as-of", "2024-12-31", "--out", "out").strip())
        status = {}
        with open("out/figures.csv", encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            head = next(reader)
            at = {n: i for i, n in enumerate(head)}
            dims = [(i, n) for i, n in enumerate(head[:at["OBS_VALUE"]]) if i > 2]
            for row in reader:
                key = "/".join(row[:3]) + "".join(
                    "/%s=%s" % (n, row[i]) for i, n in dims if row[i] not in ("", "_T", "_Z"))
                status.setdefault(key, []).append(
                    (int(row[at["VERSION"]]), row[at["REVIEW_STATUS"]], row[at["OBS_VALUE"]]))
        wrong = 0
        for key, (state, number) in expected.items():
            last = max(status.get(key, [(0, "", "")]))
            good = last[1] == state
            if state == "corrected":
                good &= float(last[2] or "nan") == float(number)
            if state == "withdrawn":
                good &= last[2] == ""
            # what was said of a value that a correction of another figure changed since
            followed = state in ("endorsed", "explained") and last[0] > 1 and last[1] == "draft" and \
                last[2] != min(status[key])[2]
            good |= followed
            wrong += not good
            check(good, "mark of " + key, "%s, expected %s %s" % (status.get(key), state, number))
        sent = sum(len(list(open(p + "/figures.csv"))) - 1 for p in glob.glob("packets/*/*-1"))
        late = sum(1 for k, v in status.items() if k not in expected and max(v)[1] == "no-reply")
        print("%d figures sent, %d answered, %d without a reply, %d wrong marks" % (
            sent, len(expected), late, wrong))
        check(sent == len(expected) + late, "every figure sent is answered or late",
              "%d, %d, %d" % (sent, len(expected), late))
        words = open(os.path.join(TOP, "src/review/words.def"), encoding="utf-8").read()
        order = ["en", "ar", "zh", "fr", "ru", "es"]
        legend = dict(zip(order, re.findall(r'"([^"]*)"', re.search(
            r"^WORD\(LEGEND, (.*)\)$", words, re.M).group(1))))
        for language in LANGUAGES:
            page = open("out/report/%s/index.html" % language, encoding="utf-8").read()
            check(legend[language].split("{1}")[0] in page, "legend " + language)
        palermo("review", "status", "cycle.yaml", "--data", DATA, "--out", "status")
        os.chdir(TOP)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


sys.exit(main())
