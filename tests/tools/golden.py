"""golden.py [--renew] [--threads] [CASE...]: runs tests/golden/<command>/<case>/cmd in a scratch folder and
compares stdout, stderr, exit code and every file under `files/` with what the case holds.

--renew writes what the program prints now into the case (read `git diff` afterwards); --threads runs only the
cases that have a file `threads` (under the thread sanitizer). A case with a file `needs-shared` is skipped by
name where the shared data are missing. In expected texts $TOP and $SHARED stand for those folders.
"""
import os, shutil, subprocess, sys, tempfile, difflib, concurrent.futures
from pathlib import Path

top = Path(__file__).resolve().parents[2]
program = Path(os.environ.get("PALERMO", top / "build/gcc/palermo")).resolve()
shared = Path(os.environ.get("SHARED", top / "../shared"))
shared = shared.resolve() if shared.is_dir() else None
OWN = {"cmd", "stdout", "stderr", "code", "needs-shared", "threads", "files"}


def clean(text):
    text = text.replace(str(top), "$TOP")
    return text.replace(str(shared), "$SHARED") if shared else text


def run(case, renew):
    with tempfile.TemporaryDirectory() as scratch:
        for entry in case.iterdir():
            if entry.name not in OWN:
                (shutil.copytree if entry.is_dir() else shutil.copy)(entry, Path(scratch) / entry.name)
        bin_dir = Path(scratch) / ".bin"
        bin_dir.mkdir()
        (bin_dir / "palermo").symlink_to(program)
        env = dict(os.environ, PATH=f"{bin_dir}:{os.environ['PATH']}", TOP=str(top), NO_COLOR="1", LC_ALL="C.UTF-8",
                   SHARED=str(shared or ""))
        for name in ("PALERMO_DATA", "SOURCE_DATE_EPOCH"):
            env.pop(name, None)
        done = subprocess.run(["sh", str(case / "cmd")], cwd=scratch, env=env, capture_output=True, timeout=300,
                              stdin=subprocess.DEVNULL)
        got = {"stdout": clean(done.stdout.decode("utf-8", "replace")),
               "stderr": clean(done.stderr.decode("utf-8", "replace")), "code": f"{done.returncode}\n"}
        expected_files = case / "files"
        wanted = [p.relative_to(expected_files) for p in sorted(expected_files.rglob("*")) if p.is_file()] \
            if expected_files.is_dir() else []
        for name in wanted:
            made = Path(scratch) / name
            got[f"files/{name}"] = clean(made.read_bytes().decode("utf-8", "replace")) if made.is_file() else "(missing)\n"
    if renew:
        for name, text in got.items():
            if text or (case / name).exists():
                (case / name).write_text(text)
        return []
    problems = []
    for name, text in got.items():
        path = case / name
        want = path.read_text() if path.exists() else ("0\n" if name == "code" else "")
        if want != text:
            diff = difflib.unified_diff(want.splitlines(), text.splitlines(), f"{name} expected", f"{name} printed",
                                        lineterm="", n=1)
            problems += list(diff)[:40]
    return problems


def main():
    words = sys.argv[1:]
    renew, threads = "--renew" in words, "--threads" in words
    chosen = [w for w in words if not w.startswith("--")]
    cases = sorted(p.parent for p in (top / "tests/golden").rglob("cmd"))
    passed = failed = 0
    todo = []
    for case in cases:
        name = str(case.relative_to(top / "tests/golden"))
        if chosen and not any(name == c or name.startswith(c.rstrip("/") + "/") for c in chosen):
            continue
        if threads and not (case / "threads").exists():
            continue
        if (case / "needs-shared").exists() and not shared:
            print(f"SKIP golden {name}: the shared data are not beside the checkout")
            continue
        todo.append((name, case))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda item: run(item[1], renew), todo)
        for (name, _), problems in zip(todo, results):
            if problems:
                failed += 1
                print(f"FAIL golden {name}", *problems, sep="\n    ")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
