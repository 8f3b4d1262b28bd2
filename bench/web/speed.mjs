// Measures the module on every log of a folder in Chromium, or in Node where there is none, and
// writes wasm.tsv there.
import { createServer } from "node:http";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve, sep } from "node:path";
import { measure } from "./measure.mjs";
import { load } from "./module.mjs";

const [wasm, logs] = process.argv.slice(2);
// Single streams are short and many; all of them interleaved are timed.
const names = (await readdir(logs)).filter((it) => it.endsWith(".txt") && !it.startsWith("stream-")).sort();
const roots = { wasm: resolve(wasm), logs: resolve(logs), web: import.meta.dirname ?? resolve("bench/web") };
const types = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", txt: "text/plain; charset=utf-8" };

/** Serves the three folders to the page. */
async function serve() {
  const server = createServer(async (request, response) => {
    const [, root, name = ""] = decodeURIComponent(request.url ?? "").split("/");
    const folder = roots[root];
    const path = folder && join(folder, name);
    if (!path?.startsWith(folder + sep)) {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>bench</title>");
      return;
    }
    try {
      const body = await readFile(path);
      response.setHeader("content-type", types[name.split(".").pop()] ?? "text/plain").end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

async function inChromium() {
  if (!process.env.CHROMIUM) throw new Error("there is no Chromium");
  const require = createRequire(resolve("end2end/package.json"));
  const { chromium } = require("@playwright/test");
  const server = await serve();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await page.evaluate(async (names) => {
      const module = await import("/wasm/bench.js");
      await module.default();
      const { measure } = await import("/web/measure.mjs");
      const speeds = [];
      for (const name of names) {
        const text = await (await fetch(`/logs/${encodeURIComponent(name)}`)).text();
        speeds.push(measure(module.Runner, text));
      }
      return speeds;
    }, names);
  } finally {
    await browser.close();
    server.close();
  }
}

async function inNode() {
  const { Runner } = await load(wasm);
  const speeds = [];
  for (const name of names) speeds.push(measure(Runner, await readFile(join(logs, name), "utf8")));
  return speeds;
}

let where = "Chromium";
const speeds = await inChromium().catch((error) => {
  where = "Node";
  console.error(`bench: not in Chromium but in Node: ${error.message.split("\n")[0]}`);
  return inNode();
});
const lines = names.map((name, i) => `${name.replace(/\.txt$/, "")}\t${speeds[i].toFixed(0)}\n`);
await writeFile(join(logs, "wasm.tsv"), lines.join(""));
console.error(`bench: WebAssembly was measured in ${where}`);
