// Measures the module on every log of a folder in Chromium, or in Node where there is none, and
// writes wasm.tsv there.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inChromium } from "./browser.mjs";
import { measure } from "./measure.mjs";
import { load } from "./module.mjs";

const [wasm, logs] = process.argv.slice(2);
// Single streams are short and many; all of them interleaved are timed.
const names = (await readdir(logs)).filter((it) => it.endsWith(".txt") && !it.startsWith("stream-")).sort();

async function inPage(names) {
  const module = await import("/wasm/bench.js");
  await module.default();
  const { measure } = await import("/web/measure.mjs");
  const speeds = [];
  for (const name of names) {
    const text = await (await fetch(`/logs/${encodeURIComponent(name)}`)).text();
    speeds.push(measure(module.Runner, text));
  }
  return speeds;
}

async function inNode() {
  const { Runner } = await load(wasm);
  const speeds = [];
  for (const name of names) speeds.push(measure(Runner, await readFile(join(logs, name), "utf8")));
  return speeds;
}

let where = "Chromium";
const speeds = await inChromium({ wasm, logs }, inPage, names).catch((error) => {
  where = "Node";
  console.error(`bench: not in Chromium but in Node: ${error.message.split("\n")[0]}`);
  return inNode();
});
const lines = names.map((name, i) => `${name.replace(/\.txt$/, "")}\t${speeds[i].toFixed(0)}\n`);
await writeFile(join(logs, "wasm.tsv"), lines.join(""));
console.error(`bench: WebAssembly was measured in ${where}`);
