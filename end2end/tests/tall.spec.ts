// A log of more lines than a browser lets an element be tall for.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const LINES = 1_000_000;
const ROW_PX = 18;

test('a million lines are scrolled line by line, far, and to both ends', async ({ docker, dashboard, page }) => {
  test.setTimeout(240_000);
  await page.addInitScript(() => localStorage.setItem('held', '2000000 512'));
  // In bursts, so that the page has all of them without waiting for any.
  const burst = 'for (i = 1; i <= 20000; i++) print "line " (n * 20000 + i)';
  await docker.run(
    'tall',
    `until [ -e /go ]; do sleep 0.1; done; for n in $(seq 0 ${LINES / 20_000 - 1}); do awk -v n=$n 'BEGIN { ${burst} }'; sleep 0.4; done; sleep 600`,
  );
  await dashboard.open('/c/tall/logs');
  await dashboard.live();
  await docker.docker('exec', 'tall', 'sh', '-c', ': > /go');
  await expect(page.locator('.filter-count')).toHaveText('1,000,000 lines', { timeout: 180_000 });
  await expect(dashboard.log).toContainText(`line ${LINES}`);
  await expect(dashboard.rows.filter({ hasText: 'missing here' })).toHaveCount(0);

  /** The number of the line whose upper edge is next below that of the view, and how far. */
  const top = () =>
    dashboard.log.evaluate((log) => {
      const edge = log.getBoundingClientRect().top;
      const rows = [...log.querySelectorAll('.log-row:not([hidden])')];
      const first = rows.map((row) => ({ row, below: row.getBoundingClientRect().top - edge })).find((it) => it.below > -1);
      return { line: Number(/line (\d+)/.exec(first?.row.textContent ?? '')?.[1]), below: first?.below ?? NaN };
    });
  const scroll = async (to: number) => {
    await dashboard.log.evaluate((log, to) => log.scrollTo({ top: to }), to);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  };
  const height = await dashboard.log.evaluate((log) => log.scrollHeight);
  expect(height).toBeLessThan(17_800_000);

  // A quarter of the scrollbar is a quarter of the lines, and small steps from there are exact.
  await scroll(height / 4);
  const quarter = await top();
  expect(Math.abs(quarter.line - LINES / 4)).toBeLessThan(LINES / 50);
  for (const rows of [1, 7, -3, 30, -35]) {
    const before = await top();
    await dashboard.log.evaluate((log, px) => log.scrollBy({ top: px }), rows * ROW_PX);
    await expect.poll(async () => (await top()).line - before.line, { message: `${rows} rows` }).toBe(rows);
  }

  // Both ends, by the scrollbar and by keys; from the first line step by step.
  await scroll(0);
  expect(await top()).toEqual({ line: 1, below: 0 });
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 10 * ROW_PX);
  await expect.poll(async () => (await top()).line).toBe(11);
  await dashboard.log.focus();
  await page.keyboard.press('G');
  await expect(dashboard.rows.last()).toContainText(`line ${LINES}`);
  await page.keyboard.press('g');
  await expect.poll(async () => (await top()).line).toBe(1);
  await page.keyboard.press('End');
  await expect(dashboard.rows.filter({ hasText: new RegExp(`line ${LINES}$`) })).toBeInViewport();
  await page.mouse.wheel(0, -10 * ROW_PX);
  await expect(dashboard.rows.filter({ hasText: new RegExp(`line ${LINES}$`) })).not.toBeInViewport();
});
