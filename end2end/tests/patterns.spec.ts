// The patterns of a log: their order, which are new, which are muted, and the values in them. Against
// the demo engine, so that it needs no Docker.

import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

async function demo(page: import('@playwright/test').Page, start: { sidekick(args: string[]): Promise<{ url: string }> }): Promise<Dashboard> {
  const sidekick = await start.sidekick(['--demo']);
  return new Dashboard(page, sidekick.url);
}

/** The numbers in "5 of 1,001 lines" or "1,001 lines". */
const numbers = (text: string | null): number[] => (text ?? '').match(/\d[\d,]*/g)?.map((it) => Number(it.replaceAll(',', ''))) ?? [];

test('patterns are sorted by what somebody chooses', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/c/shop-api-1/patterns');
  const bodies = page.locator('.patterns-table tbody');
  await expect.poll(() => bodies.count()).toBeGreaterThan(3);
  const counts = async () => (await bodies.locator('td:first-child').allTextContents()).map((it) => numbers(it)[0] ?? 0);
  const severities = () => bodies.locator('.tag:not(.new-mark, .change)').allTextContents();
  const order = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unknown'];
  await expect.poll(async () => (await counts()).every((n, i, all) => i === 0 || n <= (all[i - 1] ?? 0))).toBe(true);
  await page.getByLabel('Sort by').selectOption('severity');
  await expect.poll(async () => (await severities()).map((it) => order.indexOf(it)).every((n, i, all) => i === 0 || n >= (all[i - 1] ?? 0))).toBe(true);
});

test('a muted pattern leaves the log, which says so, and stays muted on the next page', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/c/shop-api-1/patterns');
  const row = page.locator('.patterns-table tbody').filter({ hasText: 'cache lookup' });
  await row.getByRole('button', { name: 'Mute' }).click();
  await expect(page.locator('.patterns-sum')).toContainText('1 muted');
  await dashboard.tab('Logs').click();
  const chip = page.getByRole('button', { name: '1 pattern muted' });
  for (let times = 0; times < 2; times++) {
    await expect(chip).toBeVisible();
    await expect(dashboard.log).toContainText('request completed');
    await expect(dashboard.log).not.toContainText('cache lookup');
    const [shown, held] = numbers(await page.locator('.filter-count').textContent());
    expect(shown).toBeLessThan(held ?? 0);
    await page.reload();
  }
  await chip.click();
  await expect(chip).toBeHidden();
  await dashboard.filter.fill('cache lookup');
  await expect(dashboard.log).toContainText('cache lookup');
});

test('patterns that are new since a moment are marked, and can be shown alone', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/c/shop-api-1/patterns');
  const bodies = page.locator('.patterns-table tbody');
  await expect.poll(() => bodies.count()).toBeGreaterThan(3);
  const all = await bodies.count();
  await page.locator('.patterns-bar select').nth(1).selectOption('a time…');
  await page.getByLabel('New since this time').fill('2020-01-01 10:00');
  await page.getByLabel('New since this time').press('Enter');
  await expect(page.locator('.new-mark:visible')).toHaveCount(all);
  await page.getByLabel('Only new').check();
  await expect(bodies).toHaveCount(all);
  await page.locator('.patterns-bar select').nth(1).selectOption('this moment');
  await expect.poll(() => bodies.count()).toBeLessThan(all);
});

test('a click on a value shows the lines of the pattern with it', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/c/shop-api-1/patterns');
  const row = page.locator('.patterns-table tbody').filter({ hasText: 'request completed' });
  await row.getByRole('button', { name: 'Example' }).click();
  await row.locator('.value').filter({ hasText: '"statusCode":200' }).first().click();
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.filter-count')).toHaveText(/^[\d,]+ of [\d,]+ lines$/);
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(0);
  await expect.poll(async () => (await dashboard.visibleLines()).every((it) => it.includes('"statusCode":200'))).toBe(true);
});

test('the cause after a restart is found by what appeared since then', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/c/shop-api-1/patterns');
  const bodies = page.locator('.patterns-table tbody');
  await expect.poll(() => bodies.count()).toBeGreaterThan(3);
  const changes = page.locator('.change:visible');
  await expect(changes).toHaveCount(0);
  // Everything is printed since a moment long ago, and nothing before.
  await page.locator('.patterns-bar select').nth(1).selectOption('a time…');
  await page.getByLabel('New since this time').fill('2020-01-01 10:00');
  await page.getByLabel('New since this time').press('Enter');
  await page.getByLabel('Compare').selectOption('before and since then');
  await expect(page.getByLabel('Sort by')).toHaveValue('change');
  await expect(changes.first()).toContainText(/^appeared · 0 → [1-9]/);
  const text = page.locator('.patterns-compared');
  await expect(text).toContainText(/, 0 lines; .* [1-9]\d* appeared, 0 vanished/);
  // Half of the lines of what comes evenly are in either half.
  await page.getByLabel('Compare').selectOption('both halves');
  await expect(changes.filter({ hasText: /(×|÷|as often)/ }).first()).toBeVisible();
  const [before, after] = (await text.textContent())?.match(/[\d,]+(?= lines?)/g) ?? [];
  expect([before, after]).not.toContain('0');
  await page.getByLabel('Compare').selectOption('off');
  await expect(changes).toHaveCount(0);
  await expect(page.getByLabel('Sort by')).toHaveValue('count');
});

test('two containers are compared: what only one of them prints, and what one prints more', async ({ page, start }) => {
  const dashboard = await demo(page, start);
  await dashboard.open('/compare/shop-api-1,shop-worker-1/patterns');
  const changes = page.locator('.change:visible');
  await page.locator('.patterns-bar').getByLabel('Compare').selectOption('two containers');
  await expect(changes.filter({ hasText: /^only in shop-worker-1 · 0 → [1-9]/ }).first()).toBeVisible();
  await expect(changes.filter({ hasText: /^only in shop-api-1 · [\d,]+ → 0$/ }).first()).toBeVisible();
  const text = page.locator('.patterns-compared');
  await expect(text).toContainText(/^shop-api-1 from .*; shop-worker-1 from .* [1-9]\d* only in shop-worker-1, [1-9]\d* only in shop-api-1$/);
  // The other way round.
  await page.getByLabel('First container').selectOption('shop-worker-1');
  await page.getByLabel('Second container').selectOption('shop-api-1');
  await expect(changes.filter({ hasText: /^only in shop-api-1 · 0 → [1-9]/ }).first()).toBeVisible();
  // Copies of one service print the same patterns.
  await dashboard.open('/compare/shop-api-1,shop-api-2/patterns');
  await page.locator('.patterns-bar').getByLabel('Compare').selectOption('two containers');
  await expect(changes.filter({ hasText: /^(×|÷|as often)/ }).first()).toBeVisible();
  // One container has nothing to be compared with.
  await dashboard.open('/c/shop-api-1/patterns');
  await expect(page.locator('.patterns-bar').getByLabel('Compare').locator('option')).toHaveText(['off', 'before and since then', 'both halves']);
});
