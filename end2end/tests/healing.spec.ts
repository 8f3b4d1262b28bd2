// A daemon that dies and comes back heals on the page without a reload, and nothing is doubled.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('a killed daemon heals without a reload, with every line once', async ({ docker, dashboard }) => {
  test.setTimeout(120_000);
  // The container outlives its daemon (live restore) and goes on printing.
  await docker.run('survivor', 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "beat $i"; sleep 0.1; done; sleep 600');
  await dashboard.open('/c/survivor/logs');
  await expect(dashboard.log).toContainText('beat 10');
  await dashboard.page.evaluate(() => Object.assign(window, { notReloaded: true }));

  await docker.crash();
  await dashboard.page.waitForTimeout(1500);
  await docker.up();

  await expect(dashboard.page.getByText('300 lines', { exact: true })).toBeVisible({ timeout: 60_000 });
  // Who follows goes on following: a notice went amid a burst of lines.
  await expect(dashboard.rows.filter({ hasText: /beat 300$/ })).toBeVisible();
  const lines = await dashboard.allLines();
  expect(lines).toEqual(Array.from({ length: 300 }, (_, i) => `beat ${i + 1}`));
  expect(await dashboard.page.evaluate(() => 'notReloaded' in window)).toBe(true);

  await docker.run('afterwards', 'sleep 600');
  await expect(dashboard.container('afterwards')).toBeVisible();
});
