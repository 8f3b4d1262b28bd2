// The module in Node.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Loads what wasm-bindgen made for the web. */
export async function load(folder) {
  const module = await import(pathToFileURL(resolve(folder, "bench.js")).href);
  module.initSync({ module: await readFile(resolve(folder, "bench_bg.wasm")) });
  return module;
}
