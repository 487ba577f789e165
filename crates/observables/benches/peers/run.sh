#!/bin/sh
# The extractors of others and ours on the same texts, one core, processor time, in one run:
#   crates/observables/benches/peers/run.sh [FOLDER]
# FOLDER (a temporary one without it) gets a virtual environment and a node_modules with the peers, and the
# texts. Prose is what the file PROSE holds, or else the documentation of this repository. Needs python3 with
# venv, npm, and the packages' registries. Results: the tables printed, and FOLDER/extract.json, dedup.json.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder/texts"
cd "$root"

cargo build --quiet --release -p orfevre-observables --examples
examples=${CARGO_TARGET_DIR:-$root/target}/release/examples
if [ ! -x "$folder/venv/bin/python" ]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet iocsearcher ioc-finder iocextract msticpy ioc-fanger phonenumbers rensa
fi
if [ ! -d "$folder/npm/node_modules/ioc-extractor" ]; then
    mkdir -p "$folder/npm"
    (cd "$folder/npm" && npm install --silent ioc-extractor)
fi

"$examples/quality" --seed 7 --count 10000 --write "$folder/texts" >"$folder/quality.txt"
"$folder/venv/bin/python" "$here/texts.py" "$folder/texts" "$root" "${PROSE:-}"
"$examples/neardup" --write "$folder/texts/neardup.jsonl" >"$folder/neardup.txt"

one_core() {
    if command -v taskset >/dev/null; then taskset -c "${CORE:-1}" "$@"; else "$@"; fi
}
rm -f "$folder/extract.json"
one_core "$examples/throughput" --documents "$folder/texts" "$folder/extract.json"
one_core "$folder/venv/bin/python" "$here/extract.py" "$folder/texts" "$folder/extract.json"
(cd "$folder/npm" && one_core node "$here/extract.mjs" "$folder/texts" "$folder/extract.json")
"$folder/venv/bin/python" "$here/table.py" "$folder/extract.json"
"$folder/venv/bin/python" "$here/quality.py" "$folder/texts/complaints.jsonl" "$examples/quality"
one_core "$examples/neardup"
one_core "$folder/venv/bin/python" "$here/neardup.py" "$folder/texts/neardup.jsonl" "$folder/dedup.json"
echo "kept in $folder"
