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
