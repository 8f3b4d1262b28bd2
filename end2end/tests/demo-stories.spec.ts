// What people come for, from its beginning to its end, with the engine that everybody can try.

import type { Locator, Page } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

const inspector = (page: Page): Locator => page.getByRole('region', { name: 'Line', exact: true });

/** The number at the beginning of a text such as "12 of 1,234 lines". */
async function first(it: Locator): Promise<number> {
  return Number(/[\d,]+/.exec((await it.textContent()) ?? '')?.[0]?.replaceAll(',', ''));
}

test('requests are grouped by status while they come, and those of one status shown', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/groups');
  await page.getByLabel('Group by').selectOption('res.statusCode');
  const count = dashboard.group('200').getByRole('cell').first();
  await expect(count).toBeVisible();
  const before = await first(count);
  await expect.poll(() => first(count), { timeout: 30_000 }).toBeGreaterThan(before);
  const others = page.getByRole('rowheader').getByRole('button', { name: /^[345]\d\d$/ }).first();
  const status = await others.textContent();
  await others.click();
  await expect(dashboard.filter).toHaveValue(`res.statusCode=${status}`);
  await expect(dashboard.rows.first()).toBeVisible();
  for (const line of await dashboard.visibleLines()) expect(line).toContain(`"statusCode":${status}`);
});

test('a view that is kept opens by its link for somebody else', async ({ page, start, browser }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  // It ended, so that its log holds still.
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  await dashboard.filter.fill('level>=warn');
  await expect(page.locator('.filter-count')).toHaveText(/^\d+ of \d+ lines$/);
  const shown = await dashboard.visibleLines();
  expect(shown.length).toBeGreaterThan(0);
  const views = page.getByRole('button', { name: 'Views', exact: true });
  await views.click();
  await page.getByRole('textbox', { name: 'Name of this view' }).fill('what went wrong');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.reload();
  await dashboard.filter.fill('');
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(shown.length);
  await views.click();
  await page.getByRole('button', { name: 'what went wrong', exact: true }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual(shown);
  await expect(page).toHaveURL(/q=level/);

  const context = await browser.newContext();
  const other = new Dashboard(await context.newPage(), sidekick.url);
  await other.page.goto(page.url());
  await expect.poll(() => other.visibleLines()).toEqual(shown);
  await expect(other.filter).toHaveValue('level>=warn');
  await context.close();
});

test('by keys alone: a container, its errors, one of them in full, and its patterns', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  const { keyboard } = page;
  await dashboard.open('/');
  await dashboard.live();
  await keyboard.press('/');
  await keyboard.type('import');
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/\/c\/import-2024\/logs$/);
  await expect(dashboard.log).toContainText('exit 1');
  await keyboard.press('Enter');
  await expect(dashboard.log).toBeFocused();
  await keyboard.press('/');
  await expect(dashboard.filter).toBeFocused();
  await keyboard.type('level:fatal');
  await expect(page.locator('.filter-count')).toHaveText(/^1 of \d+ lines$/);
  await dashboard.log.focus();
  await keyboard.press('g');
  const [fatal = ''] = await dashboard.visibleLines();
  await keyboard.press('Enter');
  await expect(inspector(page)).toContainText(fatal);
  await expect(inspector(page)).toContainText('fatal');
  await keyboard.press('Escape');
  await expect(inspector(page)).toHaveCount(0);
  await keyboard.press(']');
  await keyboard.press(']');
  await expect(dashboard.tab('Patterns')).toHaveAttribute('aria-selected', 'true');
  await expect(dashboard.patterns.nth(1)).toBeVisible();
});

test('on a phone: out of the drawer to a line in full, and back to the log', async ({ browser, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await dashboard.live();
  await page.getByRole('button', { name: 'Containers', exact: true }).first().tap();
  await dashboard.container('import-2024').tap();
  await expect(page).toHaveURL(/\/c\/import-2024\/logs$/);
  await expect(dashboard.container('import-2024')).not.toBeInViewport();
  await expect(dashboard.log).toContainText('exit 1');
  await dashboard.severity('fatal').tap();
  await expect(page.locator('.filter-count')).toHaveText(/^1 of \d+ lines$/);
  const line = dashboard.rows.locator('.text').filter({ hasText: 'exiting' });
  const text = (await line.textContent()) ?? '';
  await line.tap();
  await expect(inspector(page)).toBeInViewport();
  await expect(inspector(page)).toContainText(text.slice(0, 20));
  await inspector(page).getByRole('button', { name: /close/i }).tap();
  await expect(inspector(page)).toHaveCount(0);
  await expect(line).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});
