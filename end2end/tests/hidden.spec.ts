// A tab that nobody looks at: it costs the daemon nothing, and misses nothing.

import type { Page } from '@playwright/test';
import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

/** Tells the page that its tab was hidden, or is seen again. */
const show = (page: Page, visible: boolean) =>
  page.evaluate((visible) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (visible ? 'visible' : 'hidden') });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, visible);

test('a tab that was hidden holds every line once when it is seen again', async ({ docker, dashboard, sidekick, page }) => {
  // It prints all the time, so also in the moments in which the stream ends and begins again.
  const script = 'i=0; while [ ! -e /stop ]; do i=$((i + 1)); echo "line $i"; [ $((i % 20)) = 0 ] && sleep 0.1; done; sleep 600';
  await docker.run('unseen', script);
  await dashboard.open('/c/unseen/logs');
  await dashboard.live();
  await expect(dashboard.log).toContainText('line ');
  await sidekick.expectUpstreams('logs', 1);

  await show(page, false);
  await expect(page.locator('[data-link=paused]')).toBeVisible({ timeout: 15_000 });
  await sidekick.expectUpstreams('logs', 0);
  const printed = async () => (await docker.docker('logs', 'unseen')).split('\n').slice(0, -1);
  const before = (await printed()).length;
  await expect.poll(async () => (await printed()).length).toBeGreaterThan(before + 100);

  await show(page, true);
  await dashboard.live();
  await sidekick.expectUpstreams('logs', 1);
  await docker.docker('exec', 'unseen', 'sh', '-c', ': > /stop');
  let all: string[] = [];
  await expect
    .poll(async () => {
      const count = (all = await printed()).length;
      return count === (await printed()).length;
    })
    .toBe(true);
  await expect(dashboard.log).toContainText(all.at(-1) ?? '');
  await expect(dashboard.notes).toHaveCount(0);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  const held = await page.evaluate(() => navigator.clipboard.readText());
  expect(held.split('\n').slice(0, -1)).toEqual(all);
});
