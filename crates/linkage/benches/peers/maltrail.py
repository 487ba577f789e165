#!/usr/bin/env python3
"""Reports of malware as records to link: what each report lists, in sets.

  maltrail.py make DATA FOLDER [--half 0|1] [--cap 500]   FOLDER/reports.jsonl, FOLDER/truth.csv, FOLDER/capped.csv
  maltrail.py judge DATA FOLDER [--half 0|1]              pair precision and recall of FOLDER/series.csv, B-cubed; beside exact sharing
                                                          closed transitively
  maltrail.py run DATA [FOLDER] --ours PROGRAM [--half 0|1]   make, `PROGRAM link` by the model of the example, judge

DATA holds reports.parquet and indicators.parquet (MIT licence, from github.com/stamparm/maltrail). The family of a report is the
truth and nothing else: no column of reports.jsonl is made from it. --half takes the reports whose id hashes to 0 or 1, so that what is
chosen on one half is judged on the other. An identifier that more than --cap reports list is left out, and told in capped.csv.
"""
import argparse, collections, csv, hashlib, json, os, re, subprocess, sys, tempfile
try:
    import pyarrow.parquet as pq
except ImportError:
    sys.exit("pyarrow is not installed: run this in a virtual environment with pyarrow, such as FOLDER/venv of cargo xtask bench linkage")

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../../../examples/linkage/maltrail.toml")
# chosen on half 0: a single rare host in common is right in half of the cases, and makes no family
THRESHOLD = "0.6"
KINDS = ("indicators", "hosts", "domains", "files", "words")


def names(indicator):
    """What an indicator is made of: (kind, text)."""
    rest = re.sub(r"^\w+://", "", indicator)
    host, slash, path = rest.partition("/")
    host = re.sub(r":\d+$", "", host)
    yield "indicators", indicator
    if host:
        yield "hosts", host
    if host and not re.fullmatch(r"[\d.]+", host):
        yield "domains", ".".join(host.split(".")[-2:])
        for word in re.split(r"[.\-_]", host)[:-1]:
            if len(word) >= 5:
                yield "words", word
    name = path.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    if name:
        yield "files", name


def reports(data, half):
    rows = pq.read_table(data + "/reports.parquet", columns=["report", "family"]).to_pydict()
    wanted = lambda report: half is None or hashlib.sha256(str(report).encode()).digest()[0] % 2 == half
    return {r: f for r, f in zip(rows["report"], rows["family"]) if wanted(r)}


def indicators(data):
    rows = pq.read_table(data + "/indicators.parquet").to_pydict()
    return zip(rows["report"], rows["indicator"])


def make(data, out, half, cap):
    os.makedirs(out, exist_ok=True)
    family = reports(data, half)
    sets = {report: collections.defaultdict(set) for report in family}
    for report, indicator in indicators(data):
        if report in sets:
            for kind, text in names(indicator):
                sets[report][kind].add(text)
    held = collections.Counter((k, t) for of in sets.values() for k in of for t in of[k])
    capped = {key: count for key, count in held.items() if count > cap}
    with open(out + "/reports.jsonl", "w") as file:
        for report, of in sets.items():
            row = {"id": str(report)}
            for kind in KINDS:
                row[kind] = sorted(t for t in of[kind] if (kind, t) not in capped)
            file.write(json.dumps(row) + "\n")
    with open(out + "/truth.csv", "w", newline="") as file:
        csv.writer(file).writerows([["id", "cluster"], *family.items()])
    with open(out + "/capped.csv", "w", newline="") as file:
        rows = sorted(([kind, text, count] for (kind, text), count in capped.items()), key=lambda row: -row[2])
        csv.writer(file).writerows([["kind", "identifier", "reports"], *rows])
    print(f"{len(sets)} reports; {len(capped)} identifiers that more than {cap} reports list are left out: {out}/capped.csv")


def pairs(count):
    return count * (count - 1) // 2


def measure(name, family, cluster):
    """Pairs in one cluster against pairs of one family; B-cubed beside."""
    of_cluster, both = collections.Counter(), collections.Counter()
    for report, truth in family.items():
        of_cluster[cluster[report]] += 1
        both[cluster[report], truth] += 1
    of_family = collections.Counter(family.values())
    found, true = sum(map(pairs, of_cluster.values())), sum(map(pairs, of_family.values()))
    right = sum(map(pairs, both.values()))
    bp = sum(n * n / of_cluster[c] for (c, _), n in both.items()) / len(family)
    br = sum(n * n / of_family[f] for (_, f), n in both.items()) / len(family)
    print(f"{name:14} pairs {found}, right {right}: precision {right / max(1, found):.4f} recall {right / true:.5f} | "
          f"B-cubed {bp:.4f} {br:.4f} | largest {max(of_cluster.values())}")


def judge(data, folder, half):
    family = reports(data, half)
    with open(folder + "/series.csv", newline="") as file:
        ours = {int(row["id"]): row["series_id"] for row in csv.DictReader(file)}
    parent = {report: report for report in family}

    def find(report):
        while parent[report] != report:
            parent[report] = parent[parent[report]]
            report = parent[report]
        return report
    first = {}
    for report, indicator in indicators(data):
        if report in family:
            parent[find(report)] = find(first.setdefault(indicator, report))
    measure("exact sharing", family, {report: find(report) for report in family})
    measure("ours", family, ours)


def link(program, folder):
    files = ["--input", folder + "/reports.jsonl", "--model", MODEL, "--series", folder + "/series.csv"]
    subprocess.run([program, "link", *files, "--report", folder + "/report.html", "--threshold-probability", THRESHOLD], check=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["make", "judge", "run"]); ap.add_argument("data"); ap.add_argument("folder", nargs="?")
    ap.add_argument("--ours", default="orfevre")
    ap.add_argument("--half", type=int, choices=[0, 1]); ap.add_argument("--cap", type=int, default=500)
    a = ap.parse_args()
    folder = a.folder or tempfile.mkdtemp(prefix="maltrail-")
    if a.what != "judge":
        make(a.data, folder, a.half, a.cap)
    if a.what == "run":
        link(a.ours, folder)
    if a.what != "make":
        judge(a.data, folder, a.half)


if __name__ == "__main__":
    main()
