"""gen_macro.py ROWS SEED: a country-year table of that many rows on standard output (synthetic areas XAA-XZZ).

Twelve columns, as wide as the published country files: area, name, region, year, sex, age, offence, population,
count, victims, value, note. Used for start-up and small-table timings.
"""
import random
import sys

rows, seed = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(seed)
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
areas = ["X" + a + b for a in letters for b in letters][:150]
print("area,name,region,year,sex,age,offence,population,count,victims,value,note")
for i in range(rows):
    area = areas[i % len(areas)]
    year = 2003 + i // len(areas) % 20
    population = rng.randrange(100_000, 90_000_000)
    count = rng.randrange(0, population // 5_000)
    victims = "" if rng.random() < 0.05 else rng.randrange(0, count + 1)
    print(f'{area},"Synthetic State {area}, the",Region {ord(area[1]) % 5},{year},{rng.choice("FM")},'
          f'{rng.choice(("0-17", "18+"))},{rng.choice(("0101", "0204", "07041"))},{population},{count},{victims},'
          f'{rng.random() * 1000:.6f},synthetic figure number {i} of a seeded generator')
