"""Writes dense.txt, prose.txt beside complaints.txt, and the documents that all extractors get.

usage: texts.py FOLDER REPOSITORY [PROSE]
Dense: one made value a line. Prose: the file PROSE, or the repository's documents and texts.
Documents of about 2 kB, cut at blank lines or line ends, go to FOLDER/documents.jsonl with the text's name.
"""
import json
import pathlib
import sys

folder, repository = map(pathlib.Path, sys.argv[1:3])
prose = sys.argv[3] if len(sys.argv) > 3 else ""

with open(folder / "complaints.jsonl", encoding="utf-8") as lines:
    made = [json.loads(line) for line in lines]
dense = "".join(value["raw"] + "\n" for complaint in made for value in complaint["truth"])
(folder / "dense.txt").write_text(dense, encoding="utf-8")

if prose:
    text = pathlib.Path(prose).read_text(encoding="utf-8")
else:
    found = sorted([*repository.glob("*.md"), *repository.glob("docs/**/*.md"), *repository.glob("config/**/*.toml"),
                    *repository.glob("config/**/*.ftl"), *repository.glob("crates/*/README.md")])
    text = "\n\n".join(path.read_text(encoding="utf-8") for path in found)
(folder / "prose.txt").write_text(text, encoding="utf-8")


def documents(text, size=2000):
    current = ""
    for part in text.split("\n\n"):
        while len(part) > 4 * size:
            end = part.rfind("\n", 0, 2 * size)
            end = end if end > 0 else 2 * size
            yield part[:end]
            part = part[end:]
        current += part + "\n\n"
        if len(current) >= size:
            yield current
            current = ""
    if current.strip():
        yield current


with open(folder / "documents.jsonl", "w", encoding="utf-8") as out:
    for name in ("dense", "prose", "complaints"):
        for document in documents((folder / f"{name}.txt").read_text(encoding="utf-8")):
            out.write(json.dumps({"of": name, "text": document}, ensure_ascii=False) + "\n")
