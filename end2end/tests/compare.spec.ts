// Several containers and services together: how one gets there, their log in the order of time, their
// stats, and what becomes of one that goes and comes back.

import { violations } from '../harness/axe.ts';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, plainTest, test } from '../harness/fixtures.ts';

needsDocker();

test('the menu of a container adds another one, whose lines stand among its own in the order of time', async ({ docker, sidekick, dashboard }) => {
  const { page } = dashboard;
  await docker.run('one', 'for i in 1 2 3; do echo one $i; sleep 0.2; done; sleep 600');
  await docker.run('two', 'for i in 1 2 3; do echo two $i; sleep 0.2; done; sleep 600');
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
  await expect.poll(async () => (await dashboard.visibleLines()).sort()).toEqual(['one 1', 'one 2', 'one 3', 'two 1', 'two 2', 'two 3']);
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
