// The demo engine, and the page without any daemon. These need no Docker.

import { Dashboard } from '../harness/dashboard.ts';
import { whyNoDocker } from '../harness/docker.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

test('the demo shows two Compose projects full of life, and always says that it is a demo', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await expect(page.getByRole('note')).toContainText('Demo');
  await dashboard.live();
  const options = dashboard.containers.getByRole('option');
  await expect.poll(() => options.count()).toBeGreaterThanOrEqual(10);
  await options.first().click();
  await dashboard.tab('Logs').click();
  await expect.poll(() => dashboard.rows.count()).toBeGreaterThan(3);
  await dashboard.tab('Stats').click();
  await expect(page.locator('canvas').first()).toBeVisible();
  await expect(page.getByRole('note')).toContainText('Demo');
});

test('without a daemon the page says what to do and offers the demo', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--docker-host', 'unix:///nowhere/docker.sock']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await expect(page.getByText('/nowhere/docker.sock').first()).toBeVisible();
  await dashboard.waiting();
  await page.getByRole('button', { name: 'Start the demo' }).click();
  await dashboard.live();
  await expect.poll(() => dashboard.containers.getByRole('option').count()).toBeGreaterThanOrEqual(10);
});

test('a daemon that appears later is found without a reload', async ({ page, start }) => {
  test.setTimeout(120_000);
  const reason = whyNoDocker();
  test.skip(!!reason && !process.env.CI, reason);
  const docker = await start.docker();
  await docker.run('waiting', 'sleep 600');
  await docker.crash();
  const sidekick = await start.sidekick(['--docker-host', docker.host]);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await dashboard.waiting();
  await expect(page.getByRole('button', { name: 'Start the demo' })).toBeVisible();
  await docker.up();
  await expect(dashboard.container('waiting')).toBeVisible({ timeout: 40_000 });
});

test('an engine without containers says so', async ({ page, start }) => {
  const reason = whyNoDocker();
  test.skip(!!reason && !process.env.CI, reason);
  const docker = await start.docker();
  const sidekick = await start.sidekick(['--docker-host', docker.host]);
  await page.goto(sidekick.url);
  await expect(page.getByRole('heading', { name: 'No containers yet' })).toBeVisible();
});
