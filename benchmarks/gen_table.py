"""gen_table.py ROWSxCOLUMNS[xMORE] SEED MEAN: a table of skewed counts with all margins, as CSV on standard output."""
import itertools
import math
import random
import sys


def poisson(source, mean):
    limit, k, p = math.exp(-mean), 0, source.random()
    while p > limit:
        p *= source.random()
        k += 1
    return k


def main():
    sides, seed, mean = [int(n) for n in sys.argv[1].split("x")], int(sys.argv[2]), float(sys.argv[3])
    source, cells = random.Random(seed), {}
    for codes in itertools.product(*[[f"{'rcdef'[k]}{i}" for i in range(n)] for k, n in enumerate(sides)]):
        value = poisson(source, min(600, source.gammavariate(0.9, mean / 0.9)))
        for key in itertools.product(*[(code, "T") for code in codes]):
            cells[key] = cells.get(key, 0) + value
    print(",".join(f"d{k + 1}" for k in range(len(sides))) + ",value")
    for key, value in sorted(cells.items()):
        print(",".join(key) + f",{value}")


if __name__ == "__main__":
    main()
