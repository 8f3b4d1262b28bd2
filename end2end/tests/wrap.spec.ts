// Long lines wrapped: rows of many heights, of which only those are known that were drawn.

import type { Page } from '@playwright/test';
import type { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const LINES = 900;

/** Lines of 10 to 700 characters, and one in fifty of some thousand; then more, once somebody says so. */
const PRINT = `
  print() { awk -v from=$1 -v to=$2 'BEGIN { srand(7); for (n = from; n <= to; n++) {
    len = n % 50 == 0 ? 3000 + rand() * 3000 : n % 3 == 0 ? rand() * 700 : 10 + rand() * 60;
    s = "line " n ":"; while (length(s) < len) s = s " word" length(s); print s } }'; }
  print 1 ${LINES}; until [ -e /go ]; do sleep 0.1; done; print ${LINES + 1} ${LINES + 300}; sleep 600`;

interface Seen {
  line: number;
  /** Its upper and lower edge, in pixels below the upper edge of the view. */
  top: number;
  bottom: number;
}

/** The lines in sight, from top to bottom. */
function seen(dashboard: Dashboard): Promise<Seen[]> {
  return dashboard.log.evaluate((log) => {
    const view = log.getBoundingClientRect();
    return [...log.querySelectorAll('.log-row:not([hidden])')]
      .map((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return { line: Number(/line (\d+):/.exec(row.textContent ?? '')?.[1]), top: top - view.top, bottom: bottom - view.top };
      })
      .filter((it) => it.bottom > 0 && it.top < view.height)
      .sort((a, b) => a.top - b.top);
  });
}

const frames = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** How much of the lines is not to be seen without scrolling to the side. */
const hidden = (dashboard: Dashboard) => dashboard.log.evaluate((log) => log.scrollWidth - log.clientWidth);

test('wrapped lines are shown whole, scrolled without a jump, and stay where somebody reads', async ({ docker, dashboard, page }) => {
  test.setTimeout(120_000);
  await docker.run('long', PRINT);
  await dashboard.open('/c/long/logs');
  await dashboard.live();
  await expect(dashboard.log).toContainText(`line ${LINES}:`);
  expect(await hidden(dashboard)).toBeGreaterThan(1000);
  await page.getByRole('checkbox', { name: 'Wrap' }).check();
  await expect.poll(() => hidden(dashboard)).toBe(0);
  const atEnd = async () => {
    const last = (await seen(dashboard)).at(-1);
    const height = await dashboard.log.evaluate((log) => log.clientHeight);
    return last?.line === LINES && Math.abs(last.bottom - height) <= 1;
  };
  await expect.poll(atEnd).toBe(true);

  // Upwards: each step moves what is in sight by as much, whatever is above.
  for (let step = 0; step < 60; step++) {
    const before = await seen(dashboard);
    await dashboard.log.evaluate((log) => log.scrollBy({ top: -300 }));
    await frames(page);
    const after = await seen(dashboard);
    const both = after.find((it) => before.some((other) => other.line === it.line));
    const was = before.find((it) => it.line === both?.line);
    expect(both && was && Math.round(both.top - was.top), `step ${step}, line ${both?.line}`).toBe(300);
    // Row by row, without a gap.
    for (const [at, it] of after.slice(1).entries()) expect([it.line, it.top]).toEqual([(after[at]?.line ?? 0) + 1, after[at]?.bottom]);
  }

  // By keys to both ends, and by the scrollbar to the middle.
  await dashboard.log.focus();
  await page.keyboard.press('G');
  await expect.poll(atEnd).toBe(true);
  const height = await dashboard.log.evaluate((log) => log.scrollHeight);
  await dashboard.log.evaluate((log, to) => log.scrollTo({ top: to }), height / 2);
  await frames(page);
  expect(Math.abs(((await seen(dashboard))[0]?.line ?? 0) - LINES / 2)).toBeLessThan(LINES / 10);

  // Who reads there stays there when lines come, when the window gets another width, and when they are wrapped no longer.
  const read = (await seen(dashboard))[0];
  await docker.docker('exec', 'long', 'sh', '-c', ': > /go');
  await expect(page.getByRole('button', { name: '300 new lines' })).toBeVisible();
  expect((await seen(dashboard))[0]).toEqual(read);
  await page.setViewportSize({ width: 900, height: 700 });
  await expect.poll(() => hidden(dashboard)).toBe(0);
  await expect.poll(async () => (await seen(dashboard))[0]?.line).toBe(read?.line);
  await page.keyboard.press('w');
  await expect.poll(() => hidden(dashboard)).toBeGreaterThan(1000);
  await expect.poll(async () => (await seen(dashboard))[0]?.line).toBe(read?.line);
  await page.keyboard.press('w');
  await page.keyboard.press('g');
  await expect.poll(async () => (await seen(dashboard))[0]).toMatchObject({ line: 1, top: 0 });

  // The choice is kept.
  await page.reload();
  await dashboard.live();
  await expect(page.getByRole('checkbox', { name: 'Wrap' })).toBeChecked();
  await expect.poll(() => hidden(dashboard)).toBe(0);
});

test('a wrapped log follows the newest line, finds a line and opens it, and a phone wraps unasked', async ({ docker, dashboard, page }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await docker.run('long', PRINT);
  await dashboard.open('/c/long/logs');
  await dashboard.live();
  await expect(page.getByRole('checkbox', { name: 'Wrap' })).toBeChecked();
  await expect(dashboard.log).toContainText(`line ${LINES}:`);
  await expect.poll(() => hidden(dashboard)).toBe(0);
  await docker.docker('exec', 'long', 'sh', '-c', ': > /go');
  await expect.poll(async () => (await seen(dashboard)).at(-1)?.line).toBe(LINES + 300);

  await dashboard.filter.fill('"line 235:"');
  await expect.poll(async () => (await seen(dashboard)).map((it) => it.line)).toEqual([235]);
  await dashboard.rows.filter({ hasText: 'line 235:' }).click();
  await page.getByRole('button', { name: 'Show around' }).click();
  await expect.poll(async () => (await seen(dashboard)).map((it) => it.line)).toContain(235);
  await expect.poll(async () => (await seen(dashboard)).length).toBeGreaterThan(1);
  // The next one by key is in sight as a whole, or fills the view.
  await page.keyboard.press('ArrowDown');
  const view = () => dashboard.log.evaluate((log) => log.clientHeight);
  await expect
    .poll(async () => {
      const next = (await seen(dashboard)).find((it) => it.line === 236);
      return next && next.top >= 0 && next.bottom <= (await view());
    })
    .toBe(true);
});
