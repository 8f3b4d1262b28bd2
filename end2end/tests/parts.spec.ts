// The page in two files: the log at first, the other views when the page is live.

import type { Browser, BrowserContext } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, test } from '../harness/fixtures.ts';
import type { Sidekick } from '../harness/sidekick.ts';

needsDocker();

const PART = '/pkg/split_later.wasm';

/** Only a page that was built with `--split` has two files. */
test.beforeEach(async ({ sidekick }) => {
  const there = (await fetch(sidekick.url + PART)).ok;
  test.skip(!process.env.CI && !there, 'the page was not split');
  expect(there).toBe(true);
});

/** A page that does not get the second file until the route is taken away. */
async function without(browser: Browser, sidekick: Sidekick): Promise<{ context: BrowserContext; dashboard: Dashboard }> {
  const context = await browser.newContext();
  await context.route(`**${PART}`, (route) => route.abort());
  return { context, dashboard: new Dashboard(await context.newPage(), sidekick.url) };
}

test('the log needs one file; the second comes by itself once the page is live', async ({ docker, dashboard }) => {
  await docker.run('first', 'echo hello; sleep 600');
  const part = dashboard.page.waitForResponse((response) => response.url().endsWith(PART));
  await dashboard.open('/c/first/logs');
  await expect(dashboard.log).toContainText('hello');
  const answer = await part;
  expect(answer.headers()['content-type']).toBe('application/wasm');
  await answer.finished();
  await dashboard.page.context().setOffline(true);
  await dashboard.tab('Patterns').click();
  await expect(dashboard.patterns.filter({ hasText: 'hello' })).toHaveCount(1);
  await dashboard.page.context().setOffline(false);
});

test('a view whose code does not come says so, and comes when it does', async ({ docker, sidekick, browser }) => {
  await docker.run('torn', 'echo hello; sleep 600');
  const { context, dashboard } = await without(browser, sidekick);
  await dashboard.open('/c/torn/logs');
  await dashboard.tab('Patterns').click();
  const panel = dashboard.page.getByRole('tabpanel');
  await expect(panel).toContainText('cannot be loaded');
  await dashboard.tab('Logs').click();
  await expect(dashboard.log).toContainText('hello');
  await dashboard.tab('Stats').click();
  await expect(panel).toContainText('cannot be loaded');
  await context.unroute(`**${PART}`);
  await expect(dashboard.reading('CPU')).toBeVisible();
  await dashboard.tab('Patterns').click();
  await expect(dashboard.patterns.filter({ hasText: 'hello' })).toHaveCount(1);
  await context.close();
});

test('an address of such a view is drawn by the server and live as soon as its code comes', async ({ docker, sidekick, browser }) => {
  await docker.run('straight', 'sleep 600');
  const { context, dashboard } = await without(browser, sidekick);
  await dashboard.open('/c/straight/stats');
  await expect(dashboard.reading('CPU')).toBeVisible();
  await expect(dashboard.page.getByRole('alert')).toContainText('cannot be loaded');
  await context.unroute(`**${PART}`);
  await dashboard.live();
  await expect(dashboard.reading('Memory')).toContainText(/\d B|\d [KM]iB/);
  await expect(dashboard.page.getByRole('alert')).toHaveCount(0);
  await context.close();
});
