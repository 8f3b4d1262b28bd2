// Opens a page of the dashboard in Chromium and does what it is told on standard input, one order
// a line, one answer as JSON:
//
//   (at the start)   {paint, live, transferred}: first paint and the page being live, in ms; bytes of the document over the wire
//   follow SECONDS   follows the log: {p50, p99} of the age of the newest line in view in ms, at every
//                    frame; {frames, slow}: frames, and those of more than 50 ms
//   scroll SECONDS   follows it in the first half, of which p50 and p99 are, and scrolls up and down in
//                    the second, of which the frames are
//   count            {lines, memory}: lines that came, memory of the page's process in bytes
//   close            closes the page
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
tell(await open(process.argv[2]));
for await (const order of createInterface({ input: process.stdin })) {
  const [what, argument] = order.split(" ");
  if (what === "follow" || what === "scroll") tell(await watch(Number(argument), what === "scroll"));
  else if (what === "count") tell(await count());
  else {
    await page.close();
    tell({});
  }
}
await browser.close();
