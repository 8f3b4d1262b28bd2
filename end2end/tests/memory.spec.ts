// How much of a log a page holds.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('somebody chooses how much a page holds, and sees what is held and what went', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('much', 'until [ -e /go ]; do sleep 0.1; done; for i in $(seq 1 20000); do echo "line $i"; done; sleep 600');
  await dashboard.open('/c/much/logs');
  await dashboard.live();
  const memory = page.getByRole('dialog', { name: 'Memory' });
  await page.getByRole('button', { name: 'Memory' }).click();
  await expect(memory).toContainText('0 lines held');
  await docker.docker('exec', 'much', 'sh', '-c', ': > /go');
  await expect(memory).toContainText('20,000 lines held', { timeout: 30_000 });
  await memory.getByLabel('Hold at most').selectOption('10000');
  await expect(memory).toContainText(/^1\d,\d{3} lines held in [\d.]+ [KM]iB; \d,\d{3} let go/);
  await expect(dashboard.log).toContainText('line 20000');
  // The harness sets a limit of its own with each page.
  expect(await page.evaluate(() => localStorage.getItem('held'))).toMatch(/^10000 \d+$/);
});
