#!/usr/bin/env python3
"""Ours and Splink on the same made persons, one core each, in one interleaved run, judged by one judge.

  run.py --ours PROGRAM [--rows 100000] [--folder FOLDER] [--runs 3]

FOLDER (a temporary one without it) gets a virtual environment with the peers, the persons and every output; what it has already is used
again. CPU seconds and memory are those of whole processes (wait4), reading and Python's own start included. "core" is what each program
itself counts from training (ours: from blocking) to clusters, without loading and writing. Ours loads CSV, Splink Parquet.
"""
import argparse, json, os, re, shutil, statistics, subprocess, sys, tempfile, venv

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["splink==5.0.0", "duckdb==2.0.1", "pyarrow==26.0.1", "numpy==2.4.6"]
MODEL = os.path.join(HERE, "../../examples/models/people.toml")
SPEC = os.path.join(HERE, "specs/people.json")


def python(folder):
    """The Python of the virtual environment, which is made if it is not there."""
    program = os.path.join(folder, "venv", "bin", "python")
    ready = os.path.join(folder, "venv", "ready")
    if not os.path.exists(ready) or open(ready).read() != " ".join(PEERS):
        venv.create(os.path.join(folder, "venv"), with_pip=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        with open(ready, "w") as file:
            file.write(" ".join(PEERS))
    return program


def timed(command, log):
    """Runs a command on one core, the first unless CORE names another: CPU seconds and peak memory in MiB of its process."""
    pinned = ["taskset", "-c", os.environ.get("CORE", "0"), *command] if shutil.which("taskset") else command
    with open(log, "w") as out:
        child = subprocess.Popen(pinned, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed: read {log}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def core_of_ours(log):
    """CPU seconds from blocking to clusters, as our example prints them by phase."""
    phases = re.findall(r"^(?:block|train|predict|cluster) ([0-9.]+) s", open(log).read(), re.M)
    assert len(phases) == 4, f"read {log}"
    return sum(map(float, phases))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--ours", required=True); ap.add_argument("--rows", type=int, default=100_000)
    ap.add_argument("--folder"); ap.add_argument("--runs", type=int, default=3)
    a = ap.parse_args()
    folder = os.path.abspath(a.folder or tempfile.mkdtemp(prefix="linkage-"))
    os.makedirs(folder, exist_ok=True)
    program, data = python(folder), os.path.join(folder, f"people{a.rows}")
    if not os.path.exists(data + ".parquet"):
        subprocess.run([program, os.path.join(HERE, "make_people.py"), str(a.rows), data], check=True)
    out = {name: os.path.join(folder, f"{name}{a.rows}") for name in ("ours", "tuned", "default")}
    for path in out.values():
        os.makedirs(path, exist_ok=True)
    splink = [program, os.path.join(HERE, "splink_bench.py"), SPEC, data + ".parquet", "--out"]
    commands = {"ours": [a.ours, data + ".csv", MODEL, out["ours"]],
                "tuned": [*splink, out["tuned"], "--hoist", "--em-max-pairs", "1e6"],
                "default": [*splink, out["default"]]}
    runs = {name: [] for name in commands}
    for number in range(a.runs):
        for name, command in commands.items():
            log = os.path.join(out[name], "log.txt")
            cpu, memory = timed(command, log)
            core = core_of_ours(log) if name == "ours" else json.load(open(out[name] + "/run.json"))["cpu_s"]
            runs[name].append((core, cpu, memory))
            print(f"run {number + 1} {name}: core {core:.2f} s, whole {cpu:.2f} s, {memory:.0f} MiB", file=sys.stderr)
    median = {name: [statistics.median(column) for column in zip(*of)] for name, of in runs.items()}
    ours = median["ours"]
    print(f"people, {a.rows} rows, one core, medians of {a.runs} interleaved runs; ratios are over ours\n")
    print("| engine | core CPU ratio | whole CPU ratio | memory ratio | core CPU s | whole CPU s | MiB | "
          "precision at p >= .95 | clusters P | R | F1 |")
    print("|---" * 11 + "|")
    for name, label in (("ours", "orfevre"), ("tuned", "Splink 5, tuned"), ("default", "Splink 5, default")):
        ending = "csv" if name == "ours" else "parquet"
        judged = json.loads(subprocess.run(
            [program, os.path.join(HERE, "evaluate.py"), SPEC, data + ".parquet", "--edges", f"{out[name]}/edges.{ending}",
             "--clusters", f"{out[name]}/clusters.{ending}"], check=True, capture_output=True, text=True).stdout)
        core, cpu, memory = median[name]
        edges, clusters = judged["edges"]["0.95"], judged["clusters"]
        print(f"| {label} | {core / ours[0]:.1f} | {cpu / ours[1]:.1f} | {memory / ours[2]:.1f} | {core:.2f} | {cpu:.2f} | {memory:.0f} | "
              f"{edges['precision']:.4f} | {clusters['precision']:.4f} | {clusters['recall']:.4f} | {clusters['f1']:.4f} |")
    print(f"\nall files: {folder}")


if __name__ == "__main__":
    main()
