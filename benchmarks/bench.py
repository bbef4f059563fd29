"""bench.py all|NAME[,NAME...]: runs the benchmarks, prints ratios beside their targets, appends to history.csv.

A benchmark is a function `bench_<name>(work)` that yields rows (case, ours, peer, peer name, target, met).
"""
import os
import pathlib
import platform
import shlex
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


# ---- large tables ----------------------------------------------------------------------------------------------

ROWS = int(os.environ.get("BENCH_ROWS", "20000000"))  # of the register; a tenth in the sample, a hundredth with replicates
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
FLAGS = [f"v{i}" for i in range(1, 13)]
GROUPS = "country,sex,age"


def tool(name, *libraries):
    """A small C program of this folder, built for this machine."""
    program = data_folder() / name
    source = here / f"{name}.c"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["gcc", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-D_DEFAULT_SOURCE", "-O3", "-march=native", "-o", program, source,
                        *libraries], check=True)
    return str(program)


def data_folder():
    folder = pathlib.Path(os.environ.get("BENCH_DATA", here.parent / "build" / "bench"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def table(name):
    """Makes a table when it is not there yet; what is there (of another size, of another generator) is used as it is."""
    path = data_folder() / name
    if path.exists():
        return path
    kinds = {"inc.csv": ["incidents", str(ROWS)], "inc2m.csv": ["incidents", str(ROWS // 10)],
             "svy.csv": ["sample", str(ROWS // 10)], "svy200k.csv": ["sample", str(ROWS // 100)],
             "svy_rep.csv": ["replicates", str(ROWS // 100), "200"]}
    part = path.with_suffix(".part")
    with open(part, "wb") as out:
        if name.endswith(".gz"):
            subprocess.run(["gzip", "-6", "-c", table(name[:-3])], stdout=out, check=True)
        else:
            subprocess.run([tool("gen_records", "-lm"), *kinds[name]], stdout=out, check=True)
    part.rename(path)
    return path


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def duckdb(threads, sql, work):
    """DuckDB through its Node package; None when it is not there. Node itself costs about 0.07 s."""
    folder = os.environ.get("PALERMO_DUCKDB")
    if not folder or not pathlib.Path(folder, "node_modules/@duckdb/node-api").is_dir() or not shutil.which("node"):
        missing("DuckDB", "PALERMO_DUCKDB does not name a folder where npm installed @duckdb/node-api")
        return None
    query = work / "duckdb.sql"  # that of the replicates is longer than a command line may be
    query.write_text(sql)
    return ["node", str(here / "peers/duckdb.js"), str(threads), str(work / "duckdb.csv"), str(query)]


def r_has(package):
    return shutil.which("Rscript") and subprocess.run(
        ["Rscript", "--vanilla", "-e", f"quit(status=!requireNamespace('{package}', quietly=TRUE))"],
        capture_output=True).returncode == 0


def rscript(name, *arguments):
    return ["Rscript", "--vanilla", str(here / "peers" / name), *map(str, arguments)]


def against(case, ours, theirs, peer, most, aim, runs=None):
    """A row of CPU seconds against a peer: at most `most` of it."""
    pair = measure.pair(ours, theirs, runs or RUNS)
    yield row(case, pair["cpu"], pair["peak"], peer, pair["peer_cpu"], pair["ratio"],
              f"<= {most:.3g} (aim {aim:.3g})", pair["ratio"] <= most)
    yield row(f"  its peak memory (MiB)", pair["peak"], pair["peak"], peer, pair["peer_peak"],
              pair["peak"] / pair["peer_peak"], "")


def against_floor(ours, job, path, most, aim):
    """A row of CPU seconds against floor.c, which does the same job without anything that can be left out."""
    floor = measure.pair(ours, [tool("floor", "-lisal"), job, str(path)], RUNS)
    yield row("  against the floor", floor["cpu"], floor["peak"], "floor", floor["peer_cpu"], floor["ratio"],
              f"<= {most} (aim {aim})", floor["ratio"] <= most)


INCIDENTS = ["count()", "count(victims)", "count(value_usd)", "--by", "country,iccs,year(date)", "--variance", "none",
             "--format", "csv"]
INCIDENTS_SQL = ("SELECT country, iccs, year(date) AS year, count(*) AS n, sum(victims) AS v, sum(value_usd) AS s "
                 "FROM '{}' GROUP BY ALL ORDER BY ALL")


def bench_incidents(work):
    """A register of 20 million lines by country, code and year: 281,253 groups, three sums."""
    path = table("inc.csv")
    warm(path)
    for threads in (1, 2):
        ours = [palermo, "estimate", str(path), *INCIDENTS, "--threads", str(threads)]
        theirs = duckdb(threads, INCIDENTS_SQL.format(path), work)
        if theirs:
            yield from against(f"register by 3 keys, {threads} thread{'s' * (threads > 1)}", ours, theirs, "DuckDB", 1 / 4, 1 / 6)
    one = [palermo, "estimate", str(path), *INCIDENTS, "--threads", "1"]
    two = [*one[:-1], "2"]
    walls = []
    for _ in range(RUNS):
        a, b = measure.once(one), measure.once(two)
        walls.append((a[1] / b[1], a[1], b[1], b[2]))
    wall = sorted(walls)[len(walls) // 2]
    yield row("  wall on 2 threads, 1 over 2", wall[2], wall[3], "1 thread", wall[1], wall[0], ">= 1.7", wall[0] >= 1.7)
    yield from against_floor(one, "incidents", path, 3, 2)
    full = [palermo, "estimate", str(path), *INCIDENTS[:3], "--by", INCIDENTS[4], "--format", "csv", "--threads", "1"]
    limits = measure.pair(full, one, 1)
    yield row("  with an exact interval for each", limits["cpu"], limits["peak"], "without", limits["peer_cpu"], limits["ratio"])


def bench_gzip(work):
    """The same from gzip."""
    path = table("inc.csv.gz")
    warm(path)
    ours = [palermo, "estimate", str(path), *INCIDENTS, "--threads", "2"]
    theirs = duckdb(2, INCIDENTS_SQL.format(path), work)
    if theirs:
        yield from against("register, gzip, 2 threads", ours, theirs, "DuckDB", 1 / 3, 1 / 4)
        if shutil.which("igzip"):
            piped = duckdb(2, INCIDENTS_SQL.replace("'{}'", "read_csv('/dev/stdin')"), work)
            yield from against("the same", ours, ["sh", "-c", f"igzip -dc {shlex.quote(str(path))} | {shlex.join(piped)}"],
                               "igzip into DuckDB", 1 / 3, 1 / 4)
        else:
            missing("bench gzip against a pipe", "igzip is not installed")
    floor = [tool("floor", "-lisal"), "inflate", str(path)]
    walls = []
    for _ in range(RUNS):
        a, b = measure.once(ours), measure.once(floor)
        walls.append((a[1] / b[1], a[1], b[1], a[2]))
    wall = sorted(walls)[len(walls) // 2]
    yield row("  wall against inflating alone", wall[1], wall[3], "ISA-L inflate", wall[2], wall[0], "<= 1.3", wall[0] <= 1.3)


DESIGN = ["--weights", "weight", "--strata", "stratum", "--psu", "psu"]


def means():
    return [f"mean({v})" for v in FLAGS]


def taylor_sql(path):
    each = lambda form: ", ".join(form.format(v=v) for v in FLAGS)
    return (f"WITH p AS MATERIALIZED (SELECT {GROUPS}, stratum, psu, "
            + each("coalesce(sum(weight*{v}),0) AS t_{v}, coalesce(sum(CASE WHEN {v} IS NOT NULL THEN weight END),0) AS w_{v}")
            + f" FROM '{path}' GROUP BY ALL), nh AS (SELECT stratum, count(DISTINCT psu)::DOUBLE AS n FROM p GROUP BY stratum), "
            + f"g AS (SELECT {GROUPS}, " + each("sum(w_{v}) AS all_{v}, sum(t_{v})/sum(w_{v}) AS r_{v}") + " FROM p GROUP BY ALL), "
            + "h AS (SELECT p.country, p.sex, p.age, stratum, "
            + each("any_value(r_{v}) AS m_{v}, sum((t_{v}-r_{v}*w_{v})/all_{v}) AS s_{v}, sum(((t_{v}-r_{v}*w_{v})/all_{v})**2) AS q_{v}")
            + " FROM p JOIN g ON (p.country=g.country AND p.sex=g.sex AND p.age=g.age) GROUP BY ALL) "
            + f"SELECT {GROUPS}, " + each("any_value(m_{v}) AS mean_{v}, sqrt(sum(n/(n-1)*(q_{v}-s_{v}*s_{v}/n))) AS se_{v}")
            + f" FROM h JOIN nh USING (stratum) GROUP BY {GROUPS} ORDER BY {GROUPS}")


def bench_taylor(work):
    """Means of 12 flags by 1,600 groups of a sample of 2 million, linearized."""
    path = table("svy.csv")
    warm(path)
    ours = [palermo, "estimate", str(path), *means(), "--by", GROUPS, *DESIGN, "--format", "csv", "--threads", "1"]
    theirs = duckdb(1, taylor_sql(path), work)
    if theirs:
        yield from against("12 means by 1,600 groups, Taylor", ours, theirs, "DuckDB SQL", 1 / 4, 1 / 8)
    yield from against_floor(ours, "taylor", path, 2, 2)
    if r_has("survey"):
        few = [palermo, "estimate", str(path), *means(), "--by", "sex,age", *DESIGN, "--format", "csv", "--threads", "1"]
        yield from against("the same by 16 groups", few, rscript("survey.R", path, "taylor", "mean", "sex+age"), "R survey",
                           1 / 50, 1 / 100, 1)
    else:
        missing("bench taylor against R survey", "it is not installed")


def replicates_sql(path):
    sums = ", ".join(f"sum(CASE WHEN {v}=1 THEN weight END) AS t_{v}" for v in FLAGS)
    each = ", ".join(f"sum(CASE WHEN {v}=1 THEN rw{r} END) AS t_{v}_{r}" for v in FLAGS for r in range(1, 201))
    spread = ", ".join(f"t_{v}, sqrt((" + "+".join(f"(coalesce(t_{v}_{r},0)-t_{v})**2" for r in range(1, 201)) + f")/200) AS se_{v}"
                       for v in FLAGS)
    return f"WITH s AS (SELECT {GROUPS}, {sums}, {each} FROM '{path}' GROUP BY ALL) SELECT {GROUPS}, {spread} FROM s ORDER BY {GROUPS}"


def bench_replicates(work):
    """Totals of 12 flags by 1,600 groups with 200 given replicate weights, 200,000 rows."""
    path = table("svy_rep.csv")
    warm(path)
    ours = [palermo, "estimate", str(path), *[f"total({v})" for v in FLAGS], "--by", GROUPS, "--weights", "weight",
            "--replicates", "rw*", "--scale", "0.005", "--mse", "--df", "design", "--format", "csv", "--threads", "1"]
    theirs = duckdb(1, replicates_sql(path), work)
    if theirs:
        yield from against("200 replicates, 12 totals", ours, theirs, "DuckDB SQL", 1 / 15, 1 / 20, 2)
    if r_has("data.table"):
        yield from against("the same", ours, rscript("replicates.R", path, work / "r.csv", 2), "data.table by hand", 1 / 8, 1 / 12, 3)
    if r_has("survey") and os.environ.get("BENCH_LONG"):
        yield from against("the same", ours, rscript("survey.R", path, "given", "total", "country+sex+age"), "R survey", 1 / 100,
                           1 / 130, 1)


def bench_bootstrap(work):
    """Bootstrap from the sums of units against linearization of the same file."""
    path = table("svy.csv")
    warm(path)
    base = [palermo, "estimate", str(path), *means(), "--by", GROUPS, *DESIGN, "--format", "csv", "--threads", "1"]
    for replicates, most, aim in ((200, 2, 1.3), (1000, 4, 4)):
        yield from against(f"bootstrap, {replicates} replicates", [*base, "--variance", f"bootstrap:{replicates}"], base, "own Taylor",
                           most, aim, 3)
    if r_has("survey"):
        small = table("svy200k.csv")
        ours = [palermo, "estimate", str(small), *[f"total({v})" for v in FLAGS], "--by", "sex,age", *DESIGN, "--variance",
                "bootstrap:200", "--format", "csv", "--threads", "1"]
        yield from against("200 k rows, 16 groups", ours, rscript("survey.R", small, "bootstrap", "total", "sex+age"), "R survey",
                           1 / 100, 1 / 400, 1)


def bench_memory(work):
    """Memory against rows, and for 2.2 million groups."""
    few, many = table("inc2m.csv"), table("inc.csv")
    # Country and year: both tables have the same groups. By code too the first has 234,525, the second 281,253.
    ours = lambda path: [palermo, "estimate", str(path), "count()", "count(victims)", "count(value_usd)", "--by",
                         "country,year(date)", "--variance", "none", "--format", "csv", "--threads", "1"]
    a, b = measure.once(ours(few)), measure.once(ours(many))
    yield row("ten times the rows (MiB)", b[2], b[2], "a tenth of the rows", a[2], b[2] / a[2], "<= 1.1", b[2] <= 1.1 * a[2])
    by_place = [palermo, "estimate", str(many), "count()", "count(victims)", "count(value_usd)", "--by", "country,place",
                "--variance", "none", "--format", "csv", "--threads", "1"]
    sql = f"SELECT country, place, count(*) AS n, sum(victims) AS v, sum(value_usd) AS s FROM '{many}' GROUP BY ALL"
    theirs = duckdb(1, sql, work)
    if theirs:
        c, d = measure.once(by_place), measure.once(theirs)
        yield row("2.2 million groups (MiB)", c[2], c[2], "DuckDB", d[2], c[2] / d[2], "<= 0.5", c[2] <= d[2] / 2)
        yield row("  its CPU seconds", c[0], c[2], "DuckDB", d[0], c[0] / d[0])


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
    pair = measure.pair(ours, ["Rscript", "--vanilla", str(script), str(data / "unodc")], RUNS)
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


def suppressed(command):
    """What `palermo protect --format reference` says of a suppression: {statistic: number}."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (line.split(",") for line in done.stdout.splitlines()[1:])
    return {r[0]: float(r[1]) for r in rows if r[1]}


def bench_protect(work):
    """Suppression: what the heuristic costs over the optimum, and how long a large table takes."""
    heuristic = optimum = 0.0
    cpu = peak = 0.0
    for seed in range(20):
        table = work / f"small{seed}.csv"
        with open(table, "w") as out:
            subprocess.run([sys.executable, here / "gen_table.py", "8x6", str(seed), "30"], stdout=out, check=True)
        ours = [palermo, "protect", str(table), "--rule", "threshold:5", "--format", "reference"]
        exact, quick = suppressed(ours), suppressed([*ours, "--heuristic"])
        if exact["lower_bound"] < exact["min_secondary_cost"] - 1e-6:
            missing(f"bench protect, table {seed}", "its optimum was not proved within the nodes")
            continue
        heuristic, optimum = heuristic + quick["min_secondary_cost"], optimum + exact["min_secondary_cost"]
        one = measure.once(ours)
        cpu, peak = cpu + one[0], max(peak, one[2])
    yield row("20 tables of 63 cells, heuristic cost", heuristic, peak, "the optimum", optimum, heuristic / optimum,
              "<= 1.10", heuristic <= 1.10 * optimum)
    yield row("the same, exact (CPU s a table)", cpu / 20, peak, target="<= 1 s", met=cpu / 20 <= 1)
    for sides in ("100x60", "12x10x8"):
        table = work / f"{sides}.csv"
        with open(table, "w") as out:
            subprocess.run([sys.executable, here / "gen_table.py", sides, "1", "30"], stdout=out, check=True)
        one = measure.once([palermo, "protect", str(table), "--rule", "threshold:5", "--heuristic"])
        yield row(f"{sides} with margins, heuristic (CPU s)", one[0], one[2], target="<= 20 s", met=one[0] <= 20)
    published = shared / "data/unodc/data_glotip.csv.gz"
    if not published.is_file():
        return missing("bench protect on GLOTIP", "the shared data are not beside the checkout")
    script = work / "attack.sh"
    script.write_text(f'"{palermo}" protect --audit "{published}" 2>/dev/null || [ $? -eq 1 ]\n')
    alone = measure.alone(["sh", str(script)])
    yield row("attack on GLOTIP, 22,748 hidden cells (CPU s)", alone["cpu"], alone["peak"], target="<= 2 s",
              met=alone["cpu"] <= 2)


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


if __name__ == "__main__":
    main()
