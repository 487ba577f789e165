"""Prints MB/s of each extractor and how many times as fast ours is: table.py RESULTS."""
import json
import sys

known = json.load(open(sys.argv[1]))
ours = known["ours"]
names = list(ours)
print(f"{'MB/s on one core':<20}" + "".join(f"{name:>22}" for name in names))
for tool, rates in known.items():
    cells = "".join(f"{rates[name]:>12.3f} {ours[name] / rates[name]:>8.0f}x" if name in rates else " " * 22 for name in names)
    print(f"{tool:<20}{cells}")
