// Searches the lines of a folder in Chromium, or in Node where there is none, and writes wasm.tsv
// there: query, first results, all and longest slice in ms.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inChromium } from "./browser.mjs";
import { load } from "./module.mjs";
import { search } from "./search.mjs";

const [wasm, logs] = process.argv.slice(2);
const queries = (await readFile(join(logs, "queries"), "utf8")).split("\n").filter(Boolean);

async function inPage(queries) {
  const module = await import("/wasm/bench.js");
  await module.default();
  const { search } = await import("/web/search.mjs");
  const searcher = new module.Searcher(await (await fetch("/logs/lines.txt")).text());
  return queries.map((query) => search(searcher, query));
}

async function inNode() {
  const { Searcher } = await load(wasm);
  const searcher = new Searcher(await readFile(join(logs, "lines.txt"), "utf8"));
  return queries.map((query) => search(searcher, query));
}

let where = "Chromium";
const times = await inChromium({ wasm, logs }, inPage, queries).catch((error) => {
  where = "Node";
  console.error(`bench: not in Chromium but in Node: ${error.message.split("\n")[0]}`);
  return inNode();
});
const ms = ({ first, done, slice }) => [first, done, slice].map((it) => it.toFixed(1)).join("\t");
await writeFile(join(logs, "wasm.tsv"), queries.map((query, i) => `${query}\t${ms(times[i])}\n`).join(""));
console.error(`bench: WebAssembly was measured in ${where}`);
