// The lines of a log in groups: counted and measured, as they come, and from a group to its lines.

import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest, test } from '../harness/fixtures.ts';

const cells = (dashboard: Dashboard, name: string) => dashboard.group(name).getByRole('cell').allTextContents();

test('lines are grouped by status and measured, and a click on a group shows its lines', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const lines = 'for i in $(seq 1 30); do echo "GET /a status=200 took=${i}ms"; done; for i in 1 2 3; do echo "GET /b status=500 took=${i}s"; done; echo ready';
  await docker.run('grouped', `${lines}; until [ -e /go ]; do sleep 0.1; done; echo "GET /c status=500 took=9s"; sleep 600`);
  await dashboard.open('/c/grouped/logs');
  await expect(dashboard.log).toContainText('ready');
  await dashboard.tab('Groups').click();
  await page.getByLabel('Group by').selectOption('status');
  await page.getByLabel('Measure').selectOption('took');
  await expect.poll(() => cells(dashboard, '200')).toEqual(['30', '88.2 %', '30', '1 ms', '15 ms', '29 ms', '30 ms']);
  await expect.poll(() => cells(dashboard, '500')).toEqual(['3', '8.8 %', '3', '1 s', '2 s', '3 s', '3 s']);
  await expect.poll(async () => (await cells(dashboard, 'no status')).slice(0, 2)).toEqual(['1', '2.9 %']);
  // The line that comes is counted.
  await docker.docker('exec', 'grouped', 'sh', '-c', ': > /go');
  await expect.poll(async () => (await cells(dashboard, '500')).slice(2)).toEqual(['4', '1 s', '2 s', '9 s', '9 s']);
  await page.getByRole('button', { name: 'Max' }).click();
  await expect(page.getByRole('rowheader').first()).toHaveText('500');
  await expect(page).toHaveURL(/field=status&measure=took&sort=max/);
  // A link, or a reload, shows the same.
  await page.reload();
  await expect.poll(() => cells(dashboard, '500')).toEqual(['4', '11.4 %', '4', '1 s', '2 s', '9 s', '9 s']);
  await page.getByRole('button', { name: '500', exact: true }).click();
  await expect(dashboard.rows).toHaveText([/took=1s/, /took=2s/, /took=3s/, /took=9s/]);
  await expect(dashboard.filter).toHaveValue('status=500');
  await page.goBack();
  await expect.poll(() => cells(dashboard, '200')).toHaveLength(7);
  await page.getByRole('button', { name: 'no status' }).click();
  await expect(dashboard.rows).toHaveText([/ready/]);
});

plainTest('groups follow the filter, and are drawn as bars too', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/groups');
  const sum = page.locator('.groups-sum');
  const error = page.getByRole('group', { name: 'Severities' }).getByRole('button', { name: /^error/ });
  await expect(sum).toHaveText(/^1,\d\d\d lines in 4 groups$/);
  await error.click();
  await expect(sum).toHaveText(/^\d+ lines? in 1 group$/);
  await expect(page).toHaveURL(/\?level=error&by=severity$/);
  await error.click();
  await page.getByLabel('Group by').selectOption('time');
  await page.getByRole('button', { name: 'Bars' }).click();
  const bars = page.getByRole('list', { name: 'Groups' }).getByRole('button');
  await expect.poll(() => bars.count()).toBeGreaterThan(10);
  await bars.first().click();
  await expect(dashboard.filter).toHaveValue(/^after:\S+ before:\S+$/);
  await expect(dashboard.rows.first()).toBeVisible();
});
