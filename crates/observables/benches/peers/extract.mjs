// Processor time of npm's ioc-extractor on the same documents: node extract.mjs FOLDER RESULTS, in a folder
// where it is installed.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(path.join(process.cwd(), "here.js"));
const { extractIOC } = await import(pathToFileURL(require.resolve("ioc-extractor")));
const [folder, results] = process.argv.slice(2);
const texts = {};
for (const line of fs.readFileSync(path.join(folder, "documents.jsonl"), "utf8").split("\n")) {
  if (!line) continue;
  const document = JSON.parse(line);
  (texts[document.of] ??= []).push(document.text);
}
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const known = fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, "utf8")) : {};
known["ioc-extractor"] = {};
for (const [name, documents] of Object.entries(texts)) {
  const step = Math.max(1, Math.floor(documents.length / 400));
  const sample = documents.filter((_, at) => at % step === 0);
  sample.forEach((document) => extractIOC(document));
  const passes = [];
  for (let pass = 0; pass < 3; pass++) {
    const start = used();
    sample.forEach((document) => extractIOC(document));
    passes.push(used() - start);
  }
  passes.sort((a, b) => a - b);
  const size = sample.reduce((sum, document) => sum + Buffer.byteLength(document), 0);
  known["ioc-extractor"][name] = size / passes[1] / 1e6;
}
fs.writeFileSync(results, JSON.stringify(known, null, 1));
