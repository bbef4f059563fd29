"""bench.py all|NAME[,NAME...]: runs the benchmarks, prints ratios beside their targets, appends to history.csv.

A benchmark is a function `bench_<name>(work)` that yields rows (case, ours, peer, peer name, target, met).
"""
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

import measure

here = pathlib.Path(__file__).resolve().parent
palermo = str(pathlib.Path(os.environ["PALERMO"]).resolve())
shared = pathlib.Path(os.environ["SHARED"])


def missing(what, why):
    print(f"SKIP {what}: {why}")


def row(case, cpu, peak, peer="", peer_cpu=None, ratio=None, target="", met=None):
    return dict(case=case, cpu=cpu, peak=peak, peer=peer, peer_cpu=peer_cpu, ratio=ratio, target=target, met=met)


def bench_start(work):
    """A 3,000-row table through `palermo estimate`: start-up is a feature."""
    table = work / "macro.csv"
    with open(table, "w") as out:
        subprocess.run([sys.executable, here / "gen_macro.py", "3000", "1"], stdout=out, check=True)
    ours = [palermo, "estimate", str(table), "rate(count,population,100000)", "--by", "year", "--format", "csv"]
    cpu = measure.many(ours, 200)
    peak = measure.once(ours)[2]
    empty = measure.many(["true"], 200)
    yield row("3,000 rows, estimate (ms)", cpu, peak, "an empty process", empty, cpu / empty, "<= 5 ms (aim 2.5)", cpu <= 5)
    if shutil.which("mlr"):
        theirs = ["mlr", "--icsv", "--ocsv", "stats1", "-a", "sum", "-f", "count,population", "-g", "year", str(table)]
        peer = measure.many(theirs, 50)
        yield row("the same, against Miller (ms)", cpu, peak, "Miller", peer, cpu / peer, "<= 1/3", cpu <= peer / 3)
    else:
        missing("bench start against Miller", "mlr is not installed")


R_READ = """
suppressMessages(library(data.table))
files <- list.files(commandArgs(TRUE)[1], full.names = TRUE)
total <- 0L
for (f in files) {
    d <- if (grepl("gz$", f)) fread(cmd = paste("zcat", shQuote(f)), showProgress = FALSE, fill = TRUE)
         else fread(f, showProgress = FALSE, fill = TRUE)
    total <- total + nrow(d)
}
cat(total, "\\n")
"""


def bench_cycle(work):
    """The whole cycle over all UNODC files, one language, CSV and HTML, against R reading the same files."""
    data = shared / "data"
    if not data.is_dir():
        return missing("bench cycle", "the shared data are not beside the checkout")
    ours = [palermo, "run", str(here.parent / "datasets/unodc/cycle.yaml"), "--data", str(data), "--languages", "en",
            "--formats", "csv,html", "--out", str(work / "out")]
    if not shutil.which("Rscript"):
        missing("bench cycle against R", "Rscript is not installed")
        alone = measure.alone(ours)
        yield row("UNODC cycle", alone["cpu"], alone["peak"], target="<= 200 MiB", met=alone["peak"] <= 200)
        return
    script = work / "read.R"
    script.write_text(R_READ)
    pair = measure.pair(ours, ["Rscript", "--vanilla", str(script), str(data / "unodc")])
    yield row("UNODC cycle, en, CSV and HTML", pair["cpu"], pair["peak"], "R: load data.table, read the files",
              pair["peer_cpu"], pair["ratio"], "<= 1", pair["ratio"] <= 1)
    yield row("its peak memory (MiB)", pair["peak"], pair["peak"], "R", pair["peer_peak"],
              pair["peak"] / pair["peer_peak"], "<= 200 MiB", pair["peak"] <= 200)


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {model}; {platform.system()} {platform.release().split('-')[0]}"


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    benches = {name[6:]: call for name, call in globals().items() if name.startswith("bench_")}
    chosen = benches if wanted == "all" else {n: benches[n] for n in wanted.split(",")}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True).stdout.strip()
    print(machine())
    print(f"{'case':44} {'ours':>9} {'peer':>9} {'ratio':>7} {'MiB':>6}  target")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, bench in chosen.items():
            for r in bench(pathlib.Path(folder)):
                peer = f"{r['peer_cpu']:9.3f}" if r["peer_cpu"] is not None else " " * 9
                ratio = f"{r['ratio']:7.2f}" if r["ratio"] is not None else " " * 7
                verdict = "" if r["met"] is None else " met" if r["met"] else " NOT MET"
                print(f"{r['case']:44} {r['cpu']:9.3f} {peer} {ratio} {r['peak']:6.0f}  {r['target']}{verdict}"
                      + (f"  ({r['peer']})" if r["peer"] else ""), flush=True)
                lines.append(f"{commit},\"{machine()}\",{name},\"{r['case']}\",{r['cpu']:.4f},\"{r['peer']}\","
                             f"{'' if r['peer_cpu'] is None else format(r['peer_cpu'], '.4f')},"
                             f"{'' if r['ratio'] is None else format(r['ratio'], '.3f')},{r['peak']:.0f}\n")
    history = here / "history.csv"
    fresh = not history.exists()
    with open(history, "a") as out:
        if fresh:
            out.write("commit,machine,bench,case,cpu,peer,peer_cpu,ratio,peak_mib\n")
        out.writelines(lines)


main()
