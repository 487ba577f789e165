#!/usr/bin/env python3
"""Ours and Splink on the same made persons, in one interleaved run, judged by one judge.

  run.py --ours PROGRAM [--rows 100000] [--folder FOLDER] [--runs 3] [--jobs people,people_wide] [--cores 1,2]
  run.py --ours PROGRAM --scaling 10000,100000,1000000,10000000 --plot FILE.svg [--folder FOLDER] [--runs 3]

FOLDER (a temporary one without it) gets a virtual environment with the peers, the persons and every output; what it has already is used
again. CPU seconds and memory are those of whole processes (wait4), reading and Python's own start included. "core" is what each program
itself counts from training (ours: from blocking) to clusters, without loading and writing. Ours loads CSV, Splink Parquet.

--jobs: people_wide also blocks on the date of birth alone, four times the pairs. --cores: as many threads, on as many cores; with more than
one, seconds are by the clock. --scaling: ours alone by rows, with the exponent of a line through the logarithms, and a plot.
"""
import argparse, json, math, os, re, shutil, statistics, subprocess, sys, tempfile, venv

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["splink==5.0.0", "duckdb==2.0.1", "pyarrow==26.0.1", "numpy==2.4.6"]
LABELS = {"ours": "orfevre", "tuned": "Splink 5, tuned", "default": "Splink 5, default"}


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


def persons(program, folder, rows, ending):
    """The made persons, without their ending; .parquet only where `program` has its reader."""
    data = os.path.join(folder, f"people{rows}")
    if not os.path.exists(data + ending):
        subprocess.run([program, os.path.join(HERE, "make_people.py"), str(rows), data], check=True)
    return data


def timed(command, log, cores=1):
    """Runs a command on so many cores, of one the first unless CORE names another: CPU seconds and peak memory in MiB of its process."""
    core = os.environ.get("CORE", "0") if cores == 1 else f"0-{cores - 1}"
    pinned = ["taskset", "-c", core, *command] if shutil.which("taskset") else command
    with open(log, "w") as out:
        child = subprocess.Popen(pinned, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed: read {log}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def phases_of_ours(log):
    """Seconds of a processor and by the clock of each phase, as our example prints them."""
    found = re.findall(r"^([a-z]+) ([0-9.]+) s, ([0-9.]+) s by the clock", open(log).read(), re.M)
    phases = {phase: (float(clock), float(cpu)) for phase, cpu, clock in found}
    assert {"block", "train", "predict", "cluster"} <= phases.keys(), f"read {log}"
    return phases


def phases_of_splink(run):
    return {phase: tuple(seconds) for phase, seconds in json.load(open(run))["phases_wall_cpu"].items()}


def core(phases, by):
    return sum(seconds[by] for phase, seconds in phases.items() if phase not in ("load", "write"))


def once(name, command, out, cores):
    """One run: seconds from training to clusters, of prediction and of the whole, MiB, and again the first by the clock. Of a processor,
    with several the first two by the clock."""
    log = os.path.join(out, "log.txt")
    cpu, memory = timed(command, log, cores)
    phases = phases_of_ours(log) if name == "ours" else phases_of_splink(out + "/run.json")
    by = 1 if cores == 1 else 0
    return core(phases, by), phases["predict"][by], cpu, memory, core(phases, 0)


def compare(job, cores, a, program, data, folder):
    """Runs a job with all engines in turn, and prints their table; gives the median seconds of each by the clock."""
    model, spec = os.path.join(HERE, f"../../examples/models/{job}.toml"), os.path.join(HERE, f"specs/{job}.json")
    out = {name: os.path.join(folder, f"{name}-{job}-{a.rows}-{cores}") for name in LABELS}
    for path in out.values():
        os.makedirs(path, exist_ok=True)
    splink = [program, os.path.join(HERE, "splink_bench.py"), spec, data + ".parquet", "--threads", str(cores), "--out"]
    commands = {"ours": [a.ours, data + ".csv", model, out["ours"], "--threads", str(cores)],
                "tuned": [*splink, out["tuned"], "--hoist", "--em-max-pairs", "1e6"],
                "default": [*splink, out["default"]]}
    runs = {name: [] for name in commands}
    for number in range(a.runs):
        for name, command in commands.items():
            runs[name].append(once(name, command, out[name], cores))
            total, predict, cpu, memory, _ = runs[name][-1]
            print(f"{job}, {cores} core(s), run {number + 1} {name}: core {total:.2f} s, prediction {predict:.2f} s, whole {cpu:.2f} s, "
                  f"{memory:.0f} MiB", file=sys.stderr)
    median = {name: [statistics.median(column) for column in zip(*of)] for name, of in runs.items()}
    ours, seconds = median["ours"], "CPU s" if cores == 1 else "s by the clock"
    print(f"\n{job}, {a.rows} rows, {cores} core(s), medians of {a.runs} interleaved runs; ratios are over ours\n")
    print(f"| engine | core ratio | prediction ratio | whole CPU ratio | memory ratio | core {seconds} | prediction {seconds} | whole CPU s | MiB | "
          "precision at p >= .95 | clusters P | R | F1 |")
    print("|---" * 13 + "|")
    for name, label in LABELS.items():
        ending = "csv" if name == "ours" else "parquet"
        judged = json.loads(subprocess.run(
            [program, os.path.join(HERE, "evaluate.py"), spec, data + ".parquet", "--edges", f"{out[name]}/edges.{ending}",
             "--clusters", f"{out[name]}/clusters.{ending}"], check=True, capture_output=True, text=True).stdout)
        edges, clusters = judged["edges"]["0.95"], judged["clusters"]
        ratios = " | ".join(f"{value / of:.1f}" for value, of in list(zip(median[name], ours))[:4])
        total, predict, cpu, memory, _ = median[name]
        print(f"| {label} | {ratios} | {total:.2f} | {predict:.2f} | {cpu:.2f} | {memory:.0f} | "
              f"{edges['precision']:.4f} | {clusters['precision']:.4f} | {clusters['recall']:.4f} | {clusters['f1']:.4f} |", flush=True)
    return {name: of[-1] for name, of in median.items()}


def speed_up(clocks):
    """By the clock, on several cores against one."""
    first = min(clocks)
    print("\n| engine | " + " | ".join(f"{cores} core(s), s by the clock" for cores in clocks) + " | faster |")
    print("|---" * (len(clocks) + 2) + "|")
    for name, label in LABELS.items():
        seconds = " | ".join(f"{clock[name]:.2f}" for clock in clocks.values())
        print(f"| {label} | {seconds} | {clocks[first][name] / clocks[max(clocks)][name]:.2f} |")


def scale(a, program, folder):
    """Ours by rows: seconds of a processor, memory, the exponent, and a plot."""
    model, points = os.path.join(HERE, "../../examples/models/people.toml"), []
    print(f"people, ours, one core, medians of {a.runs} runs\n\n| rows | core CPU s | whole CPU s | MiB | bytes a row |\n" + "|---" * 5 + "|")
    for rows in map(int, a.scaling.split(",")):
        data, out = persons(program, folder, rows, ".csv"), os.path.join(folder, f"ours-scaling-{rows}")
        os.makedirs(out, exist_ok=True)
        runs = [once("ours", [a.ours, data + ".csv", model, out], out, 1) for _ in range(a.runs)]
        total, _, cpu, memory, _ = (statistics.median(column) for column in zip(*runs))
        points.append((rows, total))
        print(f"| {rows} | {total:.2f} | {cpu:.2f} | {memory:.0f} | {memory * 2**20 / rows:.0f} |", flush=True)
    exponents = [math.log(b[1] / a[1]) / math.log(b[0] / a[0]) for a, b in zip(points, points[1:])]
    fitted, _ = statistics.linear_regression(*zip(*((math.log(rows), math.log(seconds)) for rows, seconds in points)))
    print(f"\nexponent {fitted:.2f}; from one to the next " + ", ".join(f"{exponent:.2f}" for exponent in exponents))
    if a.plot:
        with open(a.plot, "w") as file:
            file.write(plot(points, fitted))


def plot(points, exponent):
    """Seconds by rows on logarithmic axes, as SVG that reads in light and dark."""
    width, height, left, right, top, bottom = 560, 340, 70, 20, 40, 50
    decades = [math.floor(math.log10(min(column))) for column in zip(*points)], [math.ceil(math.log10(max(column))) for column in zip(*points)]
    x = lambda rows: left + (math.log10(rows) - decades[0][0]) / max(1, decades[1][0] - decades[0][0]) * (width - left - right)
    y = lambda seconds: height - bottom - (math.log10(seconds) - decades[0][1]) / max(1, decades[1][1] - decades[0][1]) * (height - top - bottom)
    text = lambda at_x, at_y, anchor, words: f'<text x="{at_x:.0f}" y="{at_y:.0f}" text-anchor="{anchor}">{words}</text>'
    title = f"Core CPU seconds, training to clusters, by rows: exponent {exponent:.2f}"
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">', f"<title>{title}</title>",
             "<style>text{font:13px sans-serif;fill:#555}.grid{stroke:#999;stroke-opacity:.35}.line{fill:none;stroke:#2a6fb0;stroke-width:2}"
             "circle{fill:#2a6fb0}@media(prefers-color-scheme:dark){text{fill:#bbb}.line{stroke:#7db4ea}circle{fill:#7db4ea}}</style>",
             text(left, 20, "start", title)]
    for power in range(decades[0][0], decades[1][0] + 1):
        lines += [f'<line class="grid" x1="{x(10.0**power):.0f}" x2="{x(10.0**power):.0f}" y1="{top}" y2="{height - bottom}"/>',
                  text(x(10.0**power), height - bottom + 18, "middle", f"{10**power:,}" if power >= 0 else f"{10.0**power:g}")]
    for power in range(decades[0][1], decades[1][1] + 1):
        lines += [f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y(10.0**power):.0f}" y2="{y(10.0**power):.0f}"/>',
                  text(left - 8, y(10.0**power) + 4, "end", f"{10.0**power:g} s")]
    lines.append('<polyline class="line" points="' + " ".join(f"{x(rows):.1f},{y(seconds):.1f}" for rows, seconds in points) + '"/>')
    for rows, seconds in points:
        lines += [f'<circle cx="{x(rows):.1f}" cy="{y(seconds):.1f}" r="4"/>',
                  text(x(rows) - 8, y(seconds) - 8, "end", f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s")]
    return "\n".join([*lines, text(width - right, height - 8, "end", "rows"), "</svg>\n"])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--ours", required=True); ap.add_argument("--rows", type=int, default=100_000)
    ap.add_argument("--folder"); ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--jobs", default="people"); ap.add_argument("--cores", default="1")
    ap.add_argument("--scaling"); ap.add_argument("--plot")
    a = ap.parse_args()
    folder = os.path.abspath(a.folder or tempfile.mkdtemp(prefix="linkage-"))
    os.makedirs(folder, exist_ok=True)
    if a.scaling:
        return scale(a, sys.executable, folder)
    program = python(folder)
    data = persons(program, folder, a.rows, ".parquet")
    for job in a.jobs.split(","):
        clocks = {cores: compare(job, cores, a, program, data, folder) for cores in map(int, a.cores.split(","))}
        if len(clocks) > 1:
            speed_up(clocks)
    print(f"\nall files: {folder}")


if __name__ == "__main__":
    main()
