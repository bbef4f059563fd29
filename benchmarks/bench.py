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



def r_has(package):
    if not shutil.which("Rscript"):
        return False
    test = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
    return subprocess.run(["Rscript", "--vanilla", "-e", test], capture_output=True).returncode == 0


def against_r(work, name, package, script, ours, case, limit, target):
    """CPU seconds of a whole process under a limit that was measured with the R package where it could be installed;
    against the package itself where it is here."""
    if not r_has(package):
        missing(f"bench {name} against R", f"the package {package} is not installed")
        alone = measure.alone(ours, runs=3)
        yield row(case, alone["cpu"], alone["peak"], target=target, met=alone["cpu"] <= limit)
        return
    path = work / f"{name}.R"
    path.write_text(script)
    pair = measure.pair(ours, ["Rscript", "--vanilla", str(path)], runs=3)
    yield row(case, pair["cpu"], pair["peak"], f"R: {package}", pair["peer_cpu"], pair["ratio"], target, pair["cpu"] <= limit)


def bench_recruits(work):
    """100 replicates of the tree bootstrap, and of Gile's, of 500 respondents (RDS took 7.6 s)."""
    table = shared / "reference/rds/data/fauxmadrona.csv"
    if not table.is_file():
        return missing("bench recruits", "the shared data are not beside the checkout")
    ours = [palermo, "recruits", str(table), "--variable", "disease", "--threads", "1", "--method"]
    tree = measure.many([*ours, "RDS-II", "--bootstrap", "tree:100"], 50)
    yield row("recruits: 100 tree replicates, n = 500 (ms)", tree, measure.once([*ours, "RDS-II"])[2],
              target="<= 76 ms", met=tree <= 76)
    script = ("library(RDS); data(fauxmadrona); set.seed(1)\n"
              "RDS.bootstrap.intervals(fauxmadrona, outcome.variable = 'disease', weight.type = \"Gile's SS\", "
              "uncertainty = 'Gile', N = 1000, number.of.bootstrap.samples = 100, to.factor = TRUE)\n")
    gile = [*ours, "SS", "--population", "1000", "--samples", "500", "--bootstrap", "gile:100"]
    yield from against_r(work, "recruits", "RDS", script, gile, "recruits: 100 replicates of Gile's", 0.076, "<= 0.076 s")


def bench_graphs(work):
    """822 decomposable graphs on five lists, 30,000 numbers of unseen people (dga took 1.05 s)."""
    table = shared / "reference/mse/data/uk5.csv"
    if not table.is_file():
        return missing("bench graphs", "the shared data are not beside the checkout")
    script = (f"library(dga); data(graphs5); x <- read.csv('{table}'); Y <- array(0, rep(2, 5))\n"
              "for (i in seq_len(nrow(x))) { k <- matrix(as.integer(x[i, 1:5]) + 1, 1); Y[k] <- Y[k] + x$count[i] }\n"
              "w <- bma.cr(Y, 1:30000, 1 / 32, graphs5)\n")
    ours = [palermo, "systems", str(table), "--bayes", "graphs", "--delta", "0.03125", "--n0", "1:30000", "--format", "csv"]
    yield from against_r(work, "graphs", "dga", script, ours, "systems: 822 graphs, 30,000 grid points", 0.2, "<= 0.2 s")


def bench_latent(work):
    """Latent classes: six chains of 500,000 sweeps (LCMCR took 32 s)."""
    table = shared / "reference/mse/data/uk5.csv"
    if not table.is_file():
        return missing("bench latent", "the shared data are not beside the checkout")
    script = (f"library(LCMCR); x <- read.csv('{table}'); x <- x[rep(seq_len(nrow(x)), x$count), 1:5]\n"
              "x <- as.data.frame(lapply(x, factor, levels = 0:1))\n"
              "for (s in 1:6) { o <- lcmCR(x, tabular = FALSE, K = 10, seed = s, buffer_size = 10000, thinning = 100)\n"
              "    lcmCR_PostSampl(o, burnin = 100000, samples = 4000, thinning = 100, output = FALSE) }\n")
    ours = [palermo, "systems", str(table), "--bayes", "latent", "--classes", "10", "--chains", "6", "--burnin", "100000",
            "--samples", "4000", "--thin", "100", "--threads", "1", "--format", "csv"]
    yield from against_r(work, "latent", "LCMCR", script, ours, "systems: latent, 6 x 500,000 sweeps", 32, "<= 32 s")
R_LISTS = {
    "SparseMSE": """
suppressMessages(library(SparseMSE))
estimatepopulation(as.matrix(read.csv(commandArgs(TRUE)[1])), nboot = 1000, pthresh = 0.02, iseed = 1)
""",
    "Rcapture": """
suppressMessages(library(Rcapture))
closedpMS.t(as.matrix(read.csv(commandArgs(TRUE)[1])), dfreq = TRUE, maxorder = 2, stopiflong = FALSE)
""",
}


def bench_systems(work):
    """Six lists (United Kingdom 2013): the choice of pairs redone in 1,000 resamples with BCa limits; all 32,768 models of pairs."""
    table = str(here.parent / "datasets/example/mse-uk-2013/mse-uk-2013.csv")
    cases = [("six lists, choice redone in 1,000 resamples, BCa", "SparseMSE", 1 / 50,
              ["--select", "stepwise", "--bootstrap", "1000", "--seed", "1"]),
             ("all 32,768 models of six lists", "Rcapture", 1 / 50, ["--closed-search", "2"])]
    for case, peer, bound, flags in cases:
        ours = [palermo, "systems", table, *flags, "--threads", "1", "--format", "csv"]
        if not r_has(peer):
            missing(f"bench systems against {peer}", "the R package is not installed")
            alone = measure.alone(ours)
            yield row(case, alone["cpu"], alone["peak"], target="<= 1/50 of " + peer)
            continue
        script = work / f"{peer}.R"
        script.write_text(R_LISTS[peer])
        alone = measure.alone(ours)
        theirs = measure.once(["Rscript", "--vanilla", str(script), table])[0]  # minutes: once
        yield row(case, alone["cpu"], alone["peak"], peer, theirs, alone["cpu"] / theirs, "<= 1/50",
                  alone["cpu"] <= bound * theirs)


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
