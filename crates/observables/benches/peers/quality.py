"""Recall and precision by kind of the Python extractors on the made complaints.

usage: quality.py COMPLAINTS [OURS]
Values are compared in a lenient form (lower case, without spaces, signs and what a URL may end with), for a
peer is not to lose for a notation. A domain, a URL or an IP address found inside another value is no error.
iocsearcher drops reserved addresses by design, and all IP addresses here are reserved.
OURS, the example `quality`, prints its own table first.
"""
import collections
import json
import re
import subprocess
import sys

from tools import TOOLS

if len(sys.argv) > 2:
    subprocess.run([sys.argv[2], "--seed", "7", "--count", "10000"], check=True)
with open(sys.argv[1], encoding="utf-8") as lines:
    made = [json.loads(line) for line in lines][:2000]


def lenient(kind, value):
    value = value.strip().lower()
    if kind in ("url", "social", "payment", "listing"):
        value = re.sub(r"^[a-z]+://|^bitcoin:", "", value).replace("www.", "").rstrip("/.),;")
    if kind == "email":
        value = value.removeprefix("mailto:")
    if kind in ("iban", "phone", "card"):
        value = re.sub(r"[\s.()-]", "", value)
    if kind == "bch":
        value = value.removeprefix("bitcoincash:")
    if kind == "onion":
        value = value.removesuffix(".onion")
    if kind == "asn":
        value = value.replace("asn", "as").replace(" ", "")
    if kind == "analytics":
        value = value.removeprefix("ca-")
    return value.strip(".,")


for tool, make in TOOLS.items():
    if tool == "ioc-fanger":
        continue
    try:
        find = make()
    except Exception as error:
        print(f"{tool}: not to be had ({error})")
        continue
    values, right, found = (collections.Counter() for _ in range(3))
    for complaint in made:
        truth = {(value["kind"], lenient(value["kind"], value["canonical"])) for value in complaint["truth"]}
        whole = [lenient("url", value[form]) for value in complaint["truth"] for form in ("raw", "canonical")]
        hits = {(kind, lenient(kind, value)) for kind, value in find(complaint["text"])}
        for kind, value in truth:
            values[kind] += 1
            right[kind] += (kind, value) in hits
        for kind, value in hits:
            inside = kind in ("domain", "url", "ipv4") and any(value in text for text in whole)
            if (kind, value) in truth or not inside:
                found[kind] += 1
    print(f"\n{tool:<14}{'values':>8}{'recall':>9}{'precision':>11}")
    for kind in sorted(values):
        if found[kind]:
            print(f"{kind:<14}{values[kind]:>8}{right[kind] / values[kind]:>9.4f}{right[kind] / found[kind]:>11.4f}")
    print(f"{'all kinds':<14}{values.total():>8}{right.total() / values.total():>9.4f}")
