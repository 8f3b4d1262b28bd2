// Opens a page of the dashboard in Chromium and does what it is told on standard input, one order
// a line, one answer as JSON:
//
//   (at the start)   {paint, live, transferred}: first paint and the page being live, in ms; bytes of the document over the wire
//   follow SECONDS   follows the log: {p50, p99} of the age of the newest line in view in ms, at every
//                    frame; {frames, slow}: frames, and those of more than 50 ms
//   scroll SECONDS   follows it in the first half, of which p50 and p99 are, and scrolls up and down in
//                    the second, of which the frames are
//   load             scrolls to the first line, and reads all that comes before it: {ms}
//   drag SECONDS     the scrollbar from the last line to the first: {p50, p99, longest} of the frames in ms,
//                    {frames, slow}: frames, and those of more than 50 ms
//   wheel SECONDS    scrolls up and down by the wheel: likewise
//   watch SECONDS    does nothing: likewise
//   search QUERY     types a query: {first, done, found}: ms until lines that it finds are drawn, and until all are
//                    found, each the median of three; what is said of their number
//   tab NAME         goes to another tab
//   count            {lines, memory}: lines that came, memory of the page's process in bytes
//   close            closes the page
//
// A second argument such as `1000000 256` is how many lines, and MiB, the page holds at most.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(resolve("end2end/package.json"));
const { chromium } = require("@playwright/test");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"],
});
const context = await browser.newContext({ timezoneId: "UTC", viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const [, , address, held] = process.argv;
if (held) await page.addInitScript((held) => localStorage.setItem("held", held), held);
const system = await browser.newBrowserCDPSession();

async function open(url) {
  await page.goto(url);
  await page.waitForSelector("[data-link=live]");
  const live = await page.evaluate(() => performance.now());
  return page.evaluate((live) => {
    const [document] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return { live, paint: paint?.startTime, transferred: document.transferSize };
  }, live);
}

function watch(seconds, scroll) {
  return page.evaluate(async ([seconds, scroll]) => {
    const log = document.querySelector("[role=log]");
    const day = 86_400_000;
    const age = () => {
      let newest = -1;
      for (const row of log.querySelectorAll(".log-row:not([hidden]) .stamp")) {
        const [h, m, s] = row.textContent.split(":").map(Number);
        newest = Math.max(newest, (h * 60 + m) * 60_000 + s * 1000);
      }
      return newest < 0 ? undefined : (((Date.now() % day) - newest + day) % day);
    };
    const frame = () => new Promise(requestAnimationFrame);
    const ages = [];
    let [frames, slow] = [0, 0];
    const start = performance.now();
    let before = await frame();
    const drawn = async () => {
      const now = await frame();
      frames += 1;
      if (now - before > 50) slow += 1;
      before = now;
      return now;
    };
    while (performance.now() - start < seconds * (scroll ? 500 : 1000)) {
      const now = await drawn();
      const old = age();
      // The first lines are on their way.
      if (old !== undefined && now - start > 1000) ages.push(old);
    }
    if (scroll) [frames, slow] = [0, 0];
    while (performance.now() - start < seconds * 1000) {
      const down = Math.floor((performance.now() - start) / 400) % 3 === 2;
      log.scrollBy({ top: down ? 700 : -400 });
      await drawn();
    }
    log.scrollTo({ top: log.scrollHeight });
    ages.sort((a, b) => a - b);
    const percentile = (share) => ages[Math.max(0, Math.ceil(ages.length * share) - 1)];
    return { p50: percentile(0.5), p99: percentile(0.99), frames, slow };
  }, [seconds, scroll]);
}

async function loadAll() {
  const start = Date.now();
  const past = page.locator(".log-past");
  do {
    await page.evaluate(() => document.querySelector("[role=log]").scrollTo({ top: 0 }));
    await page.waitForTimeout(20);
  } while (!/Beginning of the log/.test(await past.textContent()));
  return { ms: Date.now() - start };
}

function frames(what, seconds) {
  return page.evaluate(async ([what, seconds]) => {
    const log = document.querySelector("[role=log]");
    const frame = () => new Promise(requestAnimationFrame);
    const all = [];
    const start = performance.now();
    let before = await frame();
    for (let share = 0; share < 1; share = (performance.now() - start) / (seconds * 1000)) {
      if (what === "drag") log.scrollTop = (1 - share) * (log.scrollHeight - log.clientHeight);
      if (what === "wheel") log.scrollBy({ top: Math.floor(share * seconds * 2) % 3 === 2 ? 120 : -240 });
      const now = await frame();
      all.push(now - before);
      before = now;
    }
    const slow = all.filter((it) => it > 50).length;
    all.sort((a, b) => a - b);
    const percentile = (share) => all[Math.max(0, Math.ceil(all.length * share) - 1)];
    return { p50: percentile(0.5), p99: percentile(0.99), longest: percentile(1), frames: all.length, slow };
  }, [what, seconds]);
}

async function search(query) {
  const all = [];
  for (let i = 0; i < 3; i++) all.push(await searchOnce(query));
  const median = (key) => all.map((it) => it[key]).sort((a, b) => a - b)[1];
  return { ...all[2], first: median("first"), done: median("done") };
}

function searchOnce(query) {
  return page.evaluate(async (query) => {
    const input = document.querySelector(".filter-input");
    const count = document.querySelector(".filter-count");
    const progress = document.querySelector(".filter-progress");
    const frame = () => new Promise(requestAnimationFrame);
    const type = (text) => {
      input.value = text;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    const rows = () => [...document.querySelectorAll("[role=log] .log-row:not([hidden])")];
    // What a line has to have of the query: its last part, or its expression.
    const expression = query.startsWith("/")
      ? query.slice(1, -1)
      : query.replace(/^\S+[<>=]\S+ /, "").replace(/[^\w ]/g, "\\$&");
    const wanted = new RegExp(expression, "i");
    type("");
    while (!progress.hidden || /found| of /.test(count.textContent)) await frame();
    const start = performance.now();
    type(query);
    let first;
    for (;;) {
      const now = await frame();
      const done = progress.hidden && / of /.test(count.textContent);
      const all = rows();
      if (first === undefined && (all.length || done) && all.every((it) => wanted.test(it.textContent))) first = now - start;
      if (done && first !== undefined) return { first, done: performance.now() - start, found: count.textContent };
    }
  }, query);
}

async function count() {
  const lines = await page.evaluate(() =>
    [...document.querySelectorAll(".sev-chip")].reduce((sum, chip) => sum + Number(chip.title.replace(/\D/g, "")), 0),
  );
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  let memory = 0;
  for (const { type, id } of processInfo) {
    if (type !== "renderer") continue;
    const status = await readFile(`/proc/${id}/status`, "utf8");
    memory = Math.max(memory, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
  }
  return { lines, memory };
}

const tell = (answer) => console.log(JSON.stringify(answer));
tell(await open(address));
for await (const order of createInterface({ input: process.stdin })) {
  const [what, argument] = order.split(" ");
  if (what === "follow" || what === "scroll") tell(await watch(Number(argument), what === "scroll"));
  else if (what === "count") tell(await count());
  else if (what === "load") tell(await loadAll());
  else if (what === "drag" || what === "wheel" || what === "watch") tell(await frames(what, Number(argument)));
  else if (what === "search") tell(await search(order.slice("search ".length)));
  else if (what === "tab") tell(await page.getByRole("tab", { name: argument, exact: true }).click().then(() => ({})));
  else {
    await page.close();
    tell({});
  }
}
await browser.close();
