// The severity timeline: from a spike to its cause. The demo engine needs no Docker.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const bars = (page: Page): Locator => page.getByRole('img', { name: /^Lines per / });
const cursor = (page: Page): Locator => page.getByRole('slider', { name: 'Time' });
const told = async (page: Page): Promise<string> => (await cursor(page).getAttribute('aria-valuetext')) ?? '';
const count = (text: string, severity: string): number =>
  Number(new RegExp(`\\b${severity} ([\\d,]+)`).exec(text)?.[1]?.replaceAll(',', '') ?? 0);

/** Walks over the bars by keys and stops at the one with the most lines. */
async function walkToSpike(page: Page): Promise<string> {
  await cursor(page).focus();
  await page.keyboard.press('Home');
  const seen: { text: string; lines: number }[] = [];
  for (;;) {
    const text = await told(page);
    if (seen.at(-1)?.text === text) break;
    seen.push({ text, lines: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unknown'].reduce((sum, it) => sum + count(text, it), 0) });
    await page.keyboard.press('ArrowRight');
  }
  // The last bar still grows.
  seen.pop();
  const spike = seen.reduce((best, it, index) => (it.lines > seen[best].lines ? index : best), 0);
  await page.keyboard.press('Home');
  for (let i = 0; i < spike; i++) await page.keyboard.press('ArrowRight');
  return seen[spike].text;
}

/** Where the cursor's line stands in the chart, in pixels of the page. */
async function place(page: Page): Promise<{ x: number; y: number; step: number }> {
  const box = await bars(page).boundingBox();
  const line = await page.locator('.timeline .chart-cross').boundingBox();
  if (!box || !line) throw new Error('no cursor in the timeline');
  return { x: line.x, y: box.y + box.height / 2, step: box.width / 60 };
}

test('a spike is found by drag and click, and the link to it shows the same', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/logs');
  await expect(bars(page)).toHaveAccessibleName(/: [1-9][\d,]* lines/);
  const spike = await walkToSpike(page);
  const times = /^(\S+) – (\S+?),/.exec(spike);
  expect(times, spike).not.toBeNull();
  const at = await place(page);
  await page.keyboard.press('Escape');

  // Over the bar the text says when and how many.
  await page.mouse.move(at.x, at.y);
  await expect(page.locator('.timeline .chart-tip')).toContainText(`${times?.[1]} – ${times?.[2]}`);
  // A click goes to its first line.
  await page.mouse.click(at.x, at.y);
  await expect
    .poll(async () => {
      const top = await dashboard.log.evaluate((log) => log.getBoundingClientRect().top);
      for (const row of await dashboard.rows.all()) {
        const box = await row.boundingBox();
        if (box && box.y + 1 >= top) return /\d\d:\d\d/.exec((await row.textContent()) ?? '')?.[0];
      }
      return '';
    }, 'the line at the top')
    .toBe(times?.[1].slice(0, 5));

  // A drag over it narrows the log to it, and the chart to shorter steps.
  await page.mouse.move(at.x - 3, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 3, at.y, { steps: 3 });
  await expect(page.locator('.timeline .chart-marked')).toBeVisible();
  await page.mouse.up();
  await expect(dashboard.filter).toHaveValue(/^after:\S+Z before:\S+Z$/);
  await expect(bars(page)).toHaveAccessibleName(/^Lines per (500 ms|1 s|\d+ s) by severity/);
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toMatch(/after:\S+Z before:\S+Z/);
  const shown = page.locator('.filter-count');
  await expect(shown).toHaveText(/^[\d,]+ of [\d,]+ lines$/);
  const link = page.url();
  // It is a step that the back button takes back.
  const narrowed = await dashboard.filter.inputValue();
  await page.goBack();
  await expect(dashboard.filter).toHaveValue('');
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');
  await page.goForward();
  await expect(dashboard.filter).toHaveValue(narrowed);

  // Inside, the cause is another drag away: the rest of the query stays.
  await dashboard.filter.fill(`level>=info ${await dashboard.filter.inputValue()}`);
  await cursor(page).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await expect(dashboard.filter).toHaveValue(/^level>=info after:\S+Z before:\S+Z$/);

  // The button shows all times again.
  await page.getByRole('button', { name: 'All times' }).click();
  await expect(dashboard.filter).toHaveValue('level>=info');
  await expect(bars(page)).toHaveAccessibleName(/^Lines per minute/);

  // The link shows the same again.
  await page.goto(link);
  await expect(page.getByRole('button', { name: 'All times' })).toBeVisible();
  await expect(bars(page)).toHaveAccessibleName(/^Lines per (500 ms|1 s|\d+ s) by severity/);
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map(({ id }) => id);
  });
  expect(violations).toEqual([]);
});

test('the log follows the pointer over the timeline, and goes back when that leaves', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/logs');
  await expect(bars(page)).toHaveAccessibleName(/: [1-9][\d,]* lines/);
  const newest = page.locator('.log-new');
  await expect(newest).toBeHidden();
  const box = await bars(page).boundingBox();
  if (!box) throw new Error('no timeline');
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const minute = async () => /^\d\d:\d\d/.exec(await told(page))?.[0] ?? '';
  const first = async () => {
    const top = await dashboard.log.evaluate((log) => log.getBoundingClientRect().top);
    for (const row of await dashboard.rows.all()) {
      const place = await row.boundingBox();
      if (place && place.y + 1 >= top) return /\d\d:\d\d/.exec((await row.textContent()) ?? '')?.[0];
    }
    return '';
  };
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.8, y);
  // Not unasked.
  await expect(newest).toBeHidden();
  const follow = page.getByRole('button', { name: 'Log follows pointer' });
  await follow.click();
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
  for (const part of [0.5, 0.7]) {
    await page.mouse.move(box.x + box.width * part, y);
    // The first line at the pointer's instant or later: at the end of a minute it is of the next.
    const ahead = async () => minutes((await first()) ?? '') - minutes(await minute());
    await expect.poll(async () => [0, 1, 1 - 24 * 60].includes(await ahead()), `the lines at ${part}`).toBe(true);
  }
  await expect(newest).toBeVisible();
  await page.mouse.move(box.x + box.width / 2, box.y + 400);
  await expect(newest).toBeHidden();

  // Where somebody reads older lines, it goes back to these; a click stays.
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 1800 }));
  await expect(newest).toBeVisible();
  const top = () => dashboard.log.evaluate((log) => log.scrollTop);
  const place = await top();
  await page.mouse.move(box.x + box.width * 0.7, y);
  await expect.poll(top).not.toBe(place);
  await page.mouse.move(box.x + box.width / 2, box.y + 400);
  await expect.poll(top).toBe(place);
  await page.mouse.click(box.x + box.width * 0.7, y);
  await expect.poll(top).not.toBe(place);
  await page.mouse.move(box.x + box.width / 2, box.y + 400);
  await expect(cursor(page)).toHaveAttribute('aria-valuetext', 'no time chosen');
  expect(await top()).not.toBe(place);
  // The browser keeps the switch.
  await page.reload();
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
});

test('the charts of the Stats tab show one instant, and a click shows the log there', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/stats');
  const memory = dashboard.reading('Memory').locator('canvas');
  const tips = page.locator('.card .chart-tip:visible');
  const box = await memory.boundingBox();
  if (!box) throw new Error('no chart of the memory');
  // The newest reading is at the right edge.
  const edge = { x: box.x + box.width - 14, y: box.y + box.height / 2 };
  await expect
    .poll(async () => {
      await page.mouse.move(edge.x, edge.y);
      await page.mouse.move(edge.x - 1, edge.y);
      return tips.count();
    })
    .toBe(4);
  const times = (await tips.allTextContents()).map((text) => text.split('\n')[0]);
  expect(new Set(times).size, String(times)).toBe(1);
  await page.mouse.click(edge.x, edge.y);
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => dashboard.rows.count()).toBeGreaterThan(3);
});

test('a stretch of the curves is that of the log, and the reverse', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/stats');
  const drawn = (name: string) => dashboard.reading(name).getByRole('img');
  const zoomed = /, \d\d:\d\d(:\d\d)? – \d\d:\d\d(:\d\d)?: now /;
  const all = ['CPU', 'Memory', 'Network', 'Block I/O'];
  for (const name of all) await expect(drawn(name)).toHaveAccessibleName(/ over the last 1 min: now /);
  // The newest reading is at the right edge; before the page looked there may be none.
  await expect(dashboard.reading('Memory')).toContainText(/\d [MG]iB/);
  const box = await drawn('Memory').boundingBox();
  if (!box) throw new Error('no chart of the memory');
  const y = box.y + box.height / 2;
  const right = box.x + box.width - 8;
  await page.mouse.move(right - 60, y);
  await page.mouse.down();
  await page.mouse.move(right, y, { steps: 4 });
  const chosen = dashboard.reading('Memory').locator('.chart-tip');
  await expect(chosen).toContainText(/\d – \d/);
  await expect(chosen).toContainText(/mean .*, at most /);
  await page.mouse.up();

  // All curves show it, and the button says which it is.
  for (const name of all) await expect(drawn(name)).toHaveAccessibleName(zoomed);
  const out = page.locator('.stats-zoom');
  await expect(out).toHaveText(/^\d\d:\d\d(:\d\d)? – \d\d:\d\d(:\d\d)? ×$/);
  const stretch = (await out.textContent()) ?? '';
  await expect(page.getByRole('button', { name: '1 min', exact: true })).toHaveAttribute('aria-pressed', 'false');
  const query = () => new URL(page.url()).searchParams.get('q');
  await expect.poll(query).toMatch(/^after:\S+Z before:\S+Z$/);
  const asked = query();

  // So does the link, and the log.
  await page.reload();
  await dashboard.live();
  await expect(out).toHaveText(stretch);
  await dashboard.tab('Logs').click();
  await expect(dashboard.filter).toHaveValue(asked ?? '');
  await expect(bars(page)).toHaveAccessibleName(/^Lines per (100 ms|200 ms|500 ms|1 s)/);

  // A shorter stretch of the timeline is one of the curves too.
  await cursor(page).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await expect(dashboard.filter).not.toHaveValue(asked ?? '');
  const shorter = await dashboard.filter.inputValue();
  await dashboard.tab('Stats').click();
  await expect(drawn('CPU')).toHaveAccessibleName(zoomed);
  await expect.poll(query).toBe(shorter);

  // Escape shows the newest readings again; the back button the stretch before.
  await cursor(page).first().focus();
  await page.keyboard.press('Escape');
  await expect(out).toBeHidden();
  for (const name of all) await expect(drawn(name)).toHaveAccessibleName(/ over the last 1 min: now /);
  await expect.poll(query).toBeNull();
  await page.goBack();
  await expect(out).toBeVisible();
  await expect.poll(query).toBe(shorter);
  // One click does as well, and leaves the rest of the query.
  await dashboard.tab('Logs').click();
  await dashboard.filter.fill(`level>=info ${shorter}`);
  await dashboard.tab('Stats').click();
  await out.click();
  await expect(out).toBeHidden();
  await expect.poll(query).toBe('level>=info');
});

test('a stretch that was not measured says so, and a range takes it back', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/stats?q=after%3A2020-01-01T10%3A00%3A00Z%20before%3A2020-01-01T10%3A05%3A00Z');
  await expect(page.locator('.stats-idle')).toHaveText(/^Nothing was measured in this stretch of time: the stats begin at \d\d:\d\d/);
  await expect(page.locator('.stats-zoom')).toHaveText(/^2020-01-01 \d\d:00 – \d\d:05 ×$/);
  await page.getByRole('button', { name: '10 min', exact: true }).click();
  await expect(page.locator('.stats-idle')).toBeEmpty();
  await expect(dashboard.reading('CPU').getByRole('img')).toHaveAccessibleName(/^CPU over the last 10 min/);
});

test('curves of the stats below the timeline share its pointer and its stretch, and run only while they are seen', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/logs');
  await dashboard.live();
  await sidekick.expectUpstreams('stats', 0);
  await page.locator('.timeline-place').hover();
  await page.getByRole('button', { name: 'Stats', exact: true }).click();
  const strip = page.getByRole('group', { name: 'Stats' });
  const curve = (name: string) => strip.getByRole('img', { name: new RegExp(`^${name}: `) });
  await expect(curve('CPU')).toHaveAccessibleName(/^CPU: [\d.]+ %$/);
  await expect(curve('Memory')).toHaveAccessibleName(/^Memory: \d+ MiB$/);
  await expect(curve('Network')).toHaveAccessibleName(/^Network: received .*, sent /);
  await expect(curve('Block I/O')).toHaveAccessibleName(/^Block I\/O: read .*, written /);
  await sidekick.expectUpstreams('logs', 1);
  await sidekick.expectUpstreams('stats', 1);

  // One instant in all five; where nothing was measured there are no values.
  const crosses = page.locator('.timeline-place .chart-cross:visible');
  const box = await curve('CPU').boundingBox();
  if (!box) throw new Error('no curve of the CPU');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.6, y);
  await expect(crosses).toHaveCount(5);
  const lefts = await crosses.evaluateAll((all) => all.map((it) => Math.round(it.getBoundingClientRect().left)));
  expect(new Set(lefts).size, String(lefts)).toBe(1);
  await expect(curve('CPU')).toHaveAccessibleName('CPU: not measured');
  await expect(page.locator('.timeline .chart-tip')).toBeVisible();
  // By keys too, from the timeline.
  await page.mouse.move(0, 0);
  await expect(crosses).toHaveCount(0);
  await cursor(page).first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(crosses).toHaveCount(5);
  await cursor(page).first().blur();

  // A stretch that is dragged over in a curve is that of the log and of all charts.
  await page.mouse.move(box.x + box.width - 80, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 9, y, { steps: 4 });
  await page.mouse.up();
  await expect(dashboard.filter).toHaveValue(/^after:\S+Z before:\S+Z$/);
  await expect(bars(page)).toHaveAccessibleName(/^Lines per (\d+ ms|\d+ s) by severity/);
  await page.mouse.move(0, 0);
  await expect(curve('CPU')).toHaveAccessibleName(/^CPU: [\d.]+ %$/);
  await page.getByRole('button', { name: 'All times' }).click();
  await expect(dashboard.filter).toHaveValue('');

  // What ran beside the log goes on as what is looked at: readings still come.
  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('logs', 0, 1500);
  const figures = () => dashboard.reading('CPU').locator('.figure').textContent();
  const before = await figures();
  await expect.poll(figures).not.toBe(before);
  await dashboard.tab('Logs').click();

  // Nobody looks, nothing runs; another container brings its own.
  await dashboard.tab('Patterns').click();
  await sidekick.expectUpstreams('stats', 0, 1500);
  await sidekick.expectUpstreams('logs', 1);
  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('logs', 0, 1500);
  await sidekick.expectUpstreams('stats', 1);
  await dashboard.tab('Logs').click();
  await sidekick.expectUpstreams('logs', 1);
  await sidekick.expectUpstreams('stats', 1);
  await dashboard.container('shop-db-1').click();
  await expect(page.getByRole('heading', { name: 'shop-db-1' })).toBeVisible();
  await expect(curve('CPU')).toHaveAccessibleName(/^CPU: [\d.]+ %$/);
  await sidekick.expectUpstreams('logs', 1);
  await sidekick.expectUpstreams('stats', 1);
  await page.reload();
  await expect(curve('CPU')).toHaveAccessibleName(/^CPU: [\d.]+ %$/);
  await page.getByRole('button', { name: 'Stats', exact: true }).click();
  await expect(strip).toBeHidden();
  await sidekick.expectUpstreams('stats', 0, 1500);
  await sidekick.expectUpstreams('logs', 1);
});
