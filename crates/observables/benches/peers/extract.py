"""Processor time of the Python extractors on the same documents, one call each.

usage: extract.py FOLDER RESULTS [TOOL…]
Each runs on a sample spread over the text, as many documents as fill BUDGET seconds (6); median of 3 passes.
"""
import json
import os
import pathlib
import statistics
import sys
import time

from tools import TOOLS

folder, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
only = set(sys.argv[3:])
budget = float(os.environ.get("BUDGET", "6"))
texts = {}
with open(folder / "documents.jsonl", encoding="utf-8") as lines:
    for line in lines:
        document = json.loads(line)
        texts.setdefault(document["of"], []).append(document["text"])
known = json.loads(results.read_text()) if results.exists() else {}
for tool, make in TOOLS.items():
    if only and tool not in only:
        continue
    try:
        find = make()
    except Exception as error:
        print(f"{tool}: not to be had ({error})")
        continue
    for name, documents in texts.items():
        sample = documents[:: max(1, len(documents) // 400)]
        start = time.process_time()
        count = 0
        for document in sample:
            find(document)
            count += 1
            if time.process_time() - start > budget / 3:
                break
        sample = sample[:count]
        passes = []
        for _ in range(3):
            start = time.process_time()
            for document in sample:
                find(document)
            passes.append(time.process_time() - start)
        size = sum(len(document.encode()) for document in sample)
        known.setdefault(tool, {})[name] = size / statistics.median(passes) / 1e6
        results.write_text(json.dumps(known, indent=1))
