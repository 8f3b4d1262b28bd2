// Searches the lines of a folder in Chromium, or in Node where there is none, and writes wasm.tsv
// there: query, first results, all and longest slice in ms; likewise groups and what comes.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inChromium } from "./browser.mjs";
import { load } from "./module.mjs";
import { everything } from "./search.mjs";

const [wasm, logs, groups] = process.argv.slice(2);
const queries = (await readFile(join(logs, "queries"), "utf8")).split("\n").filter(Boolean);

async function inPage({ queries, groups }) {
  const module = await import("/wasm/bench.js");
  const { memory } = await module.default();
  const { everything } = await import("/web/search.mjs");
  const text = await (await fetch("/logs/lines.txt")).text();
  const all = everything(module.Searcher, text, queries, groups);
  return [...all, ["memory", { first: memory.buffer.byteLength / 2 ** 20, done: 0, slice: 0 }]];
}

async function inNode() {
  const { Searcher } = await load(wasm);
  return everything(Searcher, await readFile(join(logs, "lines.txt"), "utf8"), queries, Number(groups));
}

let where = "Chromium";
const argument = { queries, groups: Number(groups) };
const times = await inChromium({ wasm, logs }, inPage, argument).catch((error) => {
  where = "Node";
  console.error(`bench: not in Chromium but in Node: ${error.message.split("\n")[0]}`);
  return inNode();
});
const ms = ({ first, done, slice }) => [first, done, slice].map((it) => it.toFixed(1)).join("\t");
await writeFile(join(logs, "wasm.tsv"), times.map(([name, it]) => `${name}\t${ms(it)}\n`).join(""));
console.error(`bench: WebAssembly was measured in ${where}`);
