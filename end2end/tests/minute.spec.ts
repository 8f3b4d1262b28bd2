// Spans of time count from now, and go on with it.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('the lines of the last minutes leave the view as the minutes go by', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('fading', 'for i in 1 2 3; do echo "line $i"; done; sleep 600');
  // The page's clock is the test's: no minute is waited for.
  await page.clock.install();
  await dashboard.open('/c/fading/logs?q=after:2m');
  const shown = page.locator('.filter-count');
  await expect(async () => {
    await page.clock.runFor(200);
    await expect(shown).toHaveText('3 of 3 lines', { timeout: 100 });
  }).toPass();
  await page.clock.runFor(61_000);
  await expect(shown).toHaveText('3 of 3 lines');
  await expect(async () => {
    await page.clock.runFor(60_000);
    await expect(shown).toHaveText('0 of 3 lines', { timeout: 100 });
  }).toPass();
  await expect(dashboard.filter).toHaveValue('after:2m');
  await dashboard.filter.fill('after:1h');
  await expect(async () => {
    await page.clock.runFor(200);
    await expect(shown).toHaveText('3 of 3 lines', { timeout: 100 });
  }).toPass();
});
