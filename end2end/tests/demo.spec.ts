// The demo engine, and the page without any daemon. These need no Docker.

import { Dashboard } from '../harness/dashboard.ts';
import { PrivateDocker, whyNoDocker } from '../harness/docker.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';
import { Sidekick } from '../harness/sidekick.ts';

test('the demo shows two Compose projects full of life, and always says that it is a demo', async ({ page }) => {
  const sidekick = await Sidekick.start(['--demo']);
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
  await sidekick.down();
});

test('without a daemon the page says what to do and offers the demo', async ({ page }) => {
  const sidekick = await Sidekick.start(['--docker-host', 'unix:///nowhere/docker.sock']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await expect(page.getByText('/nowhere/docker.sock').first()).toBeVisible();
  await dashboard.live();
  await page.getByRole('button', { name: 'Start the demo' }).click();
  await expect.poll(() => dashboard.containers.getByRole('option').count()).toBeGreaterThanOrEqual(10);
  await sidekick.down();
});

test('a daemon that appears later is found without a reload', async ({ page }) => {
  test.setTimeout(120_000);
  const reason = whyNoDocker();
  test.skip(!!reason && !process.env.CI, reason);
  const docker = await PrivateDocker.start();
  await docker.run('waiting', 'sleep 600');
  await docker.crash();
  const sidekick = await Sidekick.start(['--docker-host', docker.host]);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/');
  await dashboard.live();
  await expect(page.getByRole('button', { name: 'Start the demo' })).toBeVisible();
  await docker.up();
  await expect(dashboard.container('waiting')).toBeVisible({ timeout: 40_000 });
  await sidekick.down();
  await docker.down();
});

test('an engine without containers says so', async ({ page }) => {
  const reason = whyNoDocker();
  test.skip(!!reason && !process.env.CI, reason);
  const docker = await PrivateDocker.start();
  const sidekick = await Sidekick.start(['--docker-host', docker.host]);
  await page.goto(sidekick.url);
  await expect(page.getByRole('heading', { name: 'No containers yet' })).toBeVisible();
  await sidekick.down();
  await docker.down();
});
