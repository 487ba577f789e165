"""rensa on the texts of the example `neardup`: documents a second, planted copies found.

usage: neardup.py TEXTS RESULTS
The settings are those that its documents suggest: 128 permutations, 32 bands. Cutting the texts into words is
timed apart, for rensa leaves it to its caller.
"""
import json
import os
import re
import statistics
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"
import rensa  # noqa: E402  (reads the variable when it is loaded)

with open(sys.argv[1], encoding="utf-8") as lines:
    documents = [json.loads(line) for line in lines]


def shingles():
    words = [re.findall(r"\w+", document["text"].lower()) for document in documents]
    return [sorted({" ".join(text[at : at + 3]) for at in range(max(1, len(text) - 2))}) for text in words]


def timed(run):
    passes = []
    for _ in range(3):
        start = time.process_time()
        result = run()
        passes.append(time.process_time() - start)
    return statistics.median(passes), result


def sketches():
    made = []
    for text in cut:
        sketch = rensa.RMinHash(num_perm=128, seed=42)
        sketch.update(text)
        made.append(sketch)
    return made


def candidates():
    index = rensa.RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32)
    pairs = []
    for at, sketch in enumerate(made):
        pairs += [(other, at) for other in index.query(sketch)]
        index.insert(at, sketch)
    return pairs


cutting, cut = timed(shingles)
sketching, made = timed(sketches)
indexing, pairs = timed(candidates)
pairs = set(pairs)
planted = [(document["copy_of"], at) for at, document in enumerate(documents) if document["copy_of"] is not None]
found = sum(pair in pairs for pair in planted)
count = len(documents)
result = {
    "sketch": count / sketching,
    "sketch, index, query": count / (sketching + indexing),
    "words, sketch, index, query": count / (cutting + sketching + indexing),
    "planted found": found / len(planted),
    "candidate pairs": len(pairs),
}
print("rensa", json.dumps(result))
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(result, out, indent=1)
