// A page of Chromium with folders of this machine served to it.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve, sep } from "node:path";

const types = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", txt: "text/plain; charset=utf-8" };

/** Serves the folders to the page: `/NAME/file`. */
async function serve(roots) {
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

/** What `task` gives in a page that has the folders, with `argument`. */
export async function inChromium(folders, task, argument) {
  if (!process.env.CHROMIUM) throw new Error("there is no Chromium");
  const require = createRequire(resolve("end2end/package.json"));
  const { chromium } = require("@playwright/test");
  const roots = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, resolve(folder)]));
  const server = await serve({ ...roots, web: import.meta.dirname ?? resolve("bench/web") });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await page.evaluate(task, argument);
  } finally {
    await browser.close();
    server.close();
  }
}
