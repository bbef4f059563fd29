"""measure.py: CPU seconds (user + system), wall time and peak memory of whole processes, and ratios pair by pair.

Two commands take turns (A B A B ...), so that a machine whose speed drifts slows both alike; the median of the
pairwise ratios is what is quoted. A warm-up run of each comes first and is not counted.
"""
import os
import resource
import statistics
import subprocess
import time


def once(command, cwd=None, stdin=None):
    """CPU seconds, wall seconds, peak MiB of one run; output is thrown away. Raises if the command fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdin=open(stdin, "rb") if stdin else subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    problem = process.stderr.read().decode("utf-8", "replace")
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: exit code {process.returncode}: {problem[-500:]}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def median(values):
    return statistics.median(values)


def alone(command, runs=5, **how):
    once(command, **how)
    samples = [once(command, **how) for _ in range(runs)]
    return {"cpu": median([s[0] for s in samples]), "wall": median([s[1] for s in samples]),
            "peak": max(s[2] for s in samples), "least": min(s[0] for s in samples)}


def pair(ours, theirs, runs=5, how_ours={}, how_theirs={}):
    """Medians of both, and the median ratio ours/theirs of CPU seconds over the pairs."""
    once(ours, **how_ours)
    once(theirs, **how_theirs)
    a, b = [], []
    for _ in range(runs):
        a.append(once(ours, **how_ours))
        b.append(once(theirs, **how_theirs))
    return {"cpu": median([s[0] for s in a]), "peer_cpu": median([s[0] for s in b]),
            "ratio": median([x[0] / y[0] for x, y in zip(a, b)]),
            "peak": max(s[2] for s in a), "peer_peak": max(s[2] for s in b)}


def many(command, times, **how):
    """CPU milliseconds per run over `times` runs: for processes shorter than the clock's steps."""
    once(command, **how)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(times):
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=True, **how)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / times
