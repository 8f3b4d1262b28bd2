// Several containers and services together: how one gets there, their log in the order of time, their
// stats, and what becomes of one that goes and comes back.

import { violations } from '../harness/axe.ts';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, plainTest, test } from '../harness/fixtures.ts';

needsDocker();

test('the menu of a container adds another one, whose lines stand among its own in the order of time', async ({ docker, sidekick, dashboard }) => {
  const { page } = dashboard;
  // Both print while the other does.
  await docker.run('one', 'echo one 1; until [ -e /go ]; do sleep 0.05; done; echo one 2; echo one 3; sleep 600');
  await docker.run('two', 'for i in 1 2 3; do echo two $i; done; sleep 600');
  await expect.poll(() => docker.docker('logs', 'two')).toContain('two 3');
  await docker.docker('exec', 'one', 'sh', '-c', ': > /go');
  await docker.run('other', 'echo not compared; sleep 600');
  await dashboard.open('/c/one/logs');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const menu = page.getByRole('dialog', { name: 'Compare with' });
  await expect(menu.getByRole('link')).toHaveText(['other', 'two']);
  await menu.getByRole('searchbox').fill('tw');
  await menu.getByRole('link', { name: 'two', exact: true }).click();
  await expect(page).toHaveURL(/\/compare\/one,two\/logs$/);
  await expect(menu).toHaveCount(0);
  await sidekick.expectUpstreams('logs', 2);
  await expect.poll(() => dashboard.visibleLines()).toEqual(['one 1', 'two 1', 'two 2', 'two 3', 'one 2', 'one 3']);
  await expect(dashboard.log).toHaveAccessibleName('Log of one, two');
  const sources = dashboard.rows.locator('.source');
  await expect.poll(async () => new Set(await sources.allTextContents())).toEqual(new Set(['one', 'two']));

  await page.goBack();
  await expect(page).toHaveURL(/\/c\/one\/logs$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('one');
});

test('a click with Shift in the list adds one and leaves it out again', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  for (const name of ['one', 'two', 'three']) await docker.run(name, `echo from ${name}; sleep 600`);
  await dashboard.open('/c/one/logs');
  await dashboard.live();
  await dashboard.container('two').click({ modifiers: ['Shift'] });
  await expect(page).toHaveURL(/\/compare\/one,two\/logs$/);
  await dashboard.container('three').click({ modifiers: ['Shift'] });
  await expect(page).toHaveURL(/\/compare\/one,two,three\/logs$/);
  for (const name of ['one', 'two', 'three']) {
    await expect(dashboard.log).toContainText(`from ${name}`);
    await expect(dashboard.container(name)).toHaveAttribute('aria-selected', 'true');
  }
  await dashboard.container('one').click({ modifiers: ['Shift'] });
  await expect(page).toHaveURL(/\/compare\/two,three\/logs$/);
  await page.getByRole('link', { name: 'Leave out two' }).click();
  await expect(page).toHaveURL(/\/c\/three\/logs$/);
});

test('a service and a container of another project have one log and one set of curves', async ({ docker, sidekick, dashboard }) => {
  const { page } = dashboard;
  const web = (number: number) => ({ compose: { project: 'shop', service: 'web', number } });
  await docker.run('shop-web-1', 'echo from web one; sleep 600', web(1));
  await docker.run('shop-web-2', 'echo from web two; sleep 600', web(2));
  await docker.run('alone', 'echo from alone; sleep 600');
  await dashboard.open('/compare/alone,shop:web/logs');
  for (const text of ['from web one', 'from web two', 'from alone']) await expect(dashboard.log).toContainText(text);
  await expect(page.getByRole('listitem').filter({ hasText: 'shop/web' })).toContainText('2/2');
  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('stats', 3);
  for (const name of ['alone', 'shop-web-1', 'shop-web-2']) await expect(page.getByRole('row', { name })).toBeVisible();
  await dashboard.tab('Details').click();
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(['alone', 'shop/web']);
});

test('one that is missing is named, joins when it appears, and goes on when it is made anew', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('one', 'echo from one; sleep 600');
  await dashboard.open('/compare/one,two/logs');
  const member = page.getByRole('listitem').filter({ hasText: 'two' });
  await expect(member).toContainText('missing');
  await expect(dashboard.log).toContainText('from one');
  await docker.run('two', 'echo the old two; sleep 600');
  await expect(dashboard.log).toContainText('the old two');
  await expect(member).not.toContainText('missing');
  await docker.docker('rm', '-f', 'two');
  await expect(member).toContainText('missing');
  await docker.run('two', 'echo the new two; sleep 600');
  await expect(dashboard.log).toContainText('the new two');
  await expect(dashboard.notes.filter({ hasText: 'a new container of this name begins' })).toHaveCount(1);
  expect((await dashboard.visibleLines()).sort()).toEqual(['from one', 'the new two', 'the old two']);
});

test('side by side each has a column, in one order of time, which the address keeps', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('one', 'for i in 1 2 3; do echo from one $i; sleep 0.4; done; sleep 600');
  await docker.run('two', 'sleep 0.2; for i in 1 2 3; do echo from two $i; sleep 0.4; done; sleep 600');
  await dashboard.open('/compare/one,two/logs');
  const shared = async () => (await dashboard.visibleLines()).sort();
  const all = ['from one 1', 'from one 2', 'from one 3', 'from two 1', 'from two 2', 'from two 3'];
  await expect.poll(shared).toEqual(all);
  const merged = await dashboard.visibleLines();
  const left = async (text: string) => (await dashboard.log.getByText(text, { exact: true }).boundingBox())?.x ?? Number.NaN;
  expect(await left('from two 1')).toBe(await left('from one 1'));

  await page.getByRole('checkbox', { name: 'Side by side' }).check();
  await expect(page).toHaveURL(/\?beside=1$/);
  await expect(page.locator('.lane-name')).toHaveText(['one', 'two']);
  const width = (await dashboard.log.boundingBox())?.width ?? 0;
  await expect.poll(async () => (await left('from two 1')) - (await left('from one 1'))).toBeGreaterThan(width / 3);
  expect(await left('from two 3')).toBe(await left('from two 1'));
  expect(await dashboard.visibleLines(), 'the order of time').toEqual(merged);
  // What stands above a column begins where its lines do.
  const head = (await page.locator('.lane-name').nth(1).boundingBox())?.x ?? 0;
  const gutter = (await dashboard.rows.filter({ hasText: 'from two 1' }).locator('.gutter').boundingBox())?.x ?? 0;
  expect(Math.abs(head - gutter)).toBeLessThan(3);
  // Who does not see the columns hears whose line it is.
  await expect(dashboard.rows.filter({ hasText: 'from two 1' })).toContainText('two');
  expect(await violations(page)).toEqual([]);

  await page.reload();
  await dashboard.live();
  await expect(page.getByRole('checkbox', { name: 'Side by side' })).toBeChecked();
  await expect.poll(async () => (await left('from two 1')) - (await left('from one 1'))).toBeGreaterThan(width / 3);
  await dashboard.filter.fill('one');
  await expect.poll(shared).toEqual(all.slice(0, 3));
  await dashboard.filter.fill('');

  await page.setViewportSize({ width: 390, height: 800 });
  await expect.poll(async () => (await left('from two 1')) - (await left('from one 1'))).toBe(0);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByRole('checkbox', { name: 'Side by side' }).uncheck();
  await expect(page).toHaveURL(/\/logs$/);
  await expect.poll(async () => (await left('from two 1')) - (await left('from one 1'))).toBe(0);
});

test('a service shows its replicas side by side', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  for (const number of [1, 2]) {
    await docker.run(`shop-web-${number}`, `echo from web ${number}; sleep 600`, { compose: { project: 'shop', service: 'web', number } });
  }
  await dashboard.open('/p/shop/s/web/logs?beside=1');
  await expect(page.locator('.lane-name')).toHaveText(['web-1', 'web-2']);
  const rows = dashboard.rows.filter({ hasText: 'from web' });
  await expect(rows.filter({ hasText: 'from web 1' })).toHaveClass(/\blane-0\b/);
  await expect(rows.filter({ hasText: 'from web 2' })).toHaveClass(/\blane-1\b/);
  // Another log begins merged.
  await dashboard.container('shop-web-1').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('shop-web-1');
  await expect(page.locator('.lane-name')).toHaveCount(0);
  await expect(dashboard.rows.filter({ hasText: 'from web 1' })).not.toHaveClass(/lane/);
});

test('an address that names nobody, or too many, says so', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('one', 'sleep 600');
  await dashboard.open('/compare/nobody,nowhere/logs');
  await expect(page.getByRole('heading', { name: 'None of nobody, nowhere is there' })).toBeVisible();
  await dashboard.open('/compare/a,b,c,d,e/logs');
  await expect(page.getByRole('heading', { name: 'There is no page at /compare/a,b,c,d,e/logs' })).toBeVisible();
});

plainTest('the menu keeps the rules, and its words stay on a phone', async ({ browser, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/logs');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const menu = page.getByRole('dialog', { name: 'Compare with' });
  await expect(menu).toBeInViewport({ ratio: 1 });
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await context.close();
});

plainTest('more than four that are asked for side by side stay merged, which is said and can be taken back', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/p/shop/logs?beside=1');
  const box = page.getByRole('checkbox', { name: 'Side by side: four at most' });
  await expect(box).toBeChecked();
  await expect(dashboard.rows.first()).not.toHaveClass(/lane/);
  await box.uncheck();
  await expect(box).toBeHidden();
  await expect(page).toHaveURL(/\/p\/shop\/logs$/);
  // Who has no room beside four is told so where the button would be.
  await dashboard.open('/compare/shop-api-1,shop-api-2,shop-web-1,shop-worker-1/logs');
  await expect(page.getByText('four at most', { exact: true })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});
