// Regular expressions, whose engine is a file that only those load who ask for it.

import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

test('a regular expression finds lines, and brings its engine with the first one', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  const files: string[] = [];
  page.on('response', (it) => files.push(new URL(it.url()).pathname));
  const engine = () => files.filter((it) => /expressions.*\.wasm$/.test(it));
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  const lines = await dashboard.allLines();
  await dashboard.filter.fill('rows');
  await expect.poll(async () => (await dashboard.allLines()).length).toBeLessThan(lines.length);
  expect(engine()).toEqual([]);
  const wanted = lines.filter((it) => /(dumped|uploaded) \w+ \d*7\b/.test(it));
  expect(wanted.length).toBeGreaterThan(0);
  await dashboard.filter.fill('/(dumped|uploaded) \\w+ \\d*7\\b/');
  await expect.poll(() => dashboard.allLines()).toEqual(wanted);
  await expect(dashboard.log.locator('.match').first()).toHaveText(/^(dumped|uploaded) \w+ \d*7$/);
  await dashboard.filter.fill('/(dumped/');
  await expect(page.getByText('Not a regular expression: unclosed group')).toBeVisible();
  await expect.poll(() => dashboard.allLines()).toEqual(lines);
  // A link with one shows the same.
  await dashboard.filter.fill('/TABLE stock/i -uploaded');
  await expect(page).toHaveURL(/q=%2FTABLE/);
  const few = lines.filter((it) => /table stock/i.test(it));
  await expect.poll(() => dashboard.allLines()).toEqual(few);
  await page.reload();
  await expect.poll(() => dashboard.allLines()).toEqual(few);
});
