// One line in full, and views that are kept.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const lines = [
  'level=info msg="cart opened" status=200 user=zoe',
  'level=error msg="pay failed" status=500 user=ann',
  'level=info msg="cart opened" status=200 user=ann',
];
const trace = ['java.lang.IllegalStateException: no', '\tat com.acme.A.b(A.java:1)', '\tat com.acme.C.d(C.java:2)'];

test('an opened line tells why it is an error, its fields narrow the log, and a link leads to it', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await docker.run('opened', `${[...lines, ...trace].map((line) => `printf '%s\\n' '${line}'`).join('; ')}; sleep 600`);
  await dashboard.open('/c/opened/logs');
  await expect(dashboard.log).toContainText('com.acme.C.d');
  await dashboard.rows.filter({ hasText: 'pay failed' }).click();
  const inspector = page.getByRole('region', { name: 'Line', exact: true });
  await expect(inspector).toContainText('by the level that it names: error');
  await inspector.getByRole('button', { name: 'Copy JSON' }).click();
  await expect(inspector).toContainText('Copied as JSON');
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(JSON.stringify(copied)).toContain('pay failed');
  await inspector.getByRole('button', { name: 'Show only user=ann' }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[1], lines[2]]);
  await inspector.getByRole('button', { name: 'Leave out -status=500' }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[2]]);
  await inspector.getByRole('button', { name: 'Copy link' }).click();
  await expect(inspector).toContainText('Copied a link');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/c\/opened\/logs\?q=.*&at=\d{4}-\d\d-\d\dT/);
  await page.goto(link);
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[2]]);
  // A line of a stack trace shows all of it.
  await dashboard.filter.fill('acme');
  await dashboard.filter.press('Enter');
  await dashboard.rows.filter({ hasText: 'com.acme.C.d' }).click();
  await expect(inspector.locator('pre')).toHaveText(trace.join('\n'));
});

test('a view is kept by a name, found again after a reload, and taken along as text', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('kept', `${lines.map((line) => `echo '${line}'`).join('; ')}; sleep 600`);
  await dashboard.open('/c/kept/logs');
  await expect(dashboard.log).toContainText('pay failed');
  await dashboard.filter.fill('user=ann');
  await expect.poll(() => dashboard.visibleLines()).toHaveLength(2);
  const views = page.getByRole('button', { name: 'Views', exact: true });
  await views.click();
  await page.getByRole('textbox', { name: 'Name of this view' }).fill('what ann did');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'what ann did', exact: true })).toBeVisible();
  await dashboard.open('/c/kept/logs');
  await expect(dashboard.log).toContainText('zoe');
  await views.click();
  const text = page.getByRole('textbox', { name: 'As text' });
  await expect(text).toHaveValue('what ann did\t?q=user%3Dann');
  await text.fill('what ann did\t?q=user%3Dann\nbad\t?level=error');
  await text.press('Tab');
  await page.getByRole('button', { name: 'bad', exact: true }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[1]]);
  await views.click();
  await page.getByRole('button', { name: 'what ann did', exact: true }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[1], lines[2]]);
  await views.click();
  await page.getByRole('button', { name: 'Forget bad' }).click();
  await expect(text).toHaveValue('what ann did\t?q=user%3Dann');
});

test('what is not an error counts as none, also after a reload, until that is revoked', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const misses = 'for i in 1 2 3 4 5; do echo "ERROR cache miss for key $i"; done; echo "ERROR disk is full"; echo INFO ready';
  await docker.run('harmless', `${misses}; until [ -e /go ]; do sleep 0.1; done; echo "ERROR cache miss for key 9"; sleep 600`);
  await dashboard.open('/c/harmless/logs');
  await expect(dashboard.log).toContainText('ready');
  await expect(dashboard.severity('error')).toHaveText(/6/);
  await dashboard.rows.filter({ hasText: 'cache miss' }).first().click();
  const inspector = page.getByRole('region', { name: 'Line', exact: true });
  await inspector.getByRole('button', { name: 'Not an error' }).click();
  await expect(dashboard.severity('error')).toHaveText(/1/);
  await expect(inspector.getByRole('button', { name: 'Says error: count it so again' })).toBeVisible();
  await expect(dashboard.log.locator('.log-row.sev-error:visible')).toHaveText([/disk is full/]);
  // What comes counts so too, and on the next page.
  await docker.docker('exec', 'harmless', 'sh', '-c', ': > /go');
  await expect(dashboard.log).toContainText('key 9');
  await expect(dashboard.severity('error')).toHaveText(/1/);
  await page.reload();
  const chip = page.getByRole('button', { name: /counted otherwise/ });
  await expect(chip).toBeVisible();
  await expect(dashboard.severity('error')).toHaveText(/1/);
  await dashboard.severity('error').click();
  await expect(dashboard.rows).toHaveText([/disk is full/]);
  await chip.click();
  await expect(dashboard.rows).toHaveCount(7);
  await expect(dashboard.severity('error')).toHaveText(/7/);
});

test('objects in a line are a tree, and a click on a value narrows the log to it', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const json = (user: string) => `{"msg":"paid","http":{"status":200,"client":{"user":{"name":"${user}"}}}}`;
  await docker.run('nested', `${['zoe', 'ann'].map((user) => `echo '${json(user)}'`).join('; ')}; sleep 600`);
  await dashboard.open('/c/nested/logs');
  await expect(dashboard.rows).toHaveCount(2);
  await dashboard.rows.filter({ hasText: 'ann' }).click();
  const inspector = page.getByRole('region', { name: 'Line', exact: true });
  await expect(inspector.locator('dt')).toHaveText(['msg', 'http', 'status', 'client', 'user', 'name']);
  await inspector.getByRole('button', { name: 'ann', exact: true }).click();
  await expect(dashboard.filter).toHaveValue('http.client.user.name=ann');
  await expect(dashboard.rows).toHaveText([/ann/]);
});
