// Light and dark, wide and phone, and what accessibility rules a machine can check.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import { violations } from '../harness/axe.ts';
import { Dashboard } from '../harness/dashboard.ts';

needsDocker();

const background = (dashboard: Dashboard) => dashboard.page.evaluate(() => getComputedStyle(document.body).backgroundColor);

for (const colorScheme of ['dark', 'light'] as const) {
  test(`every tab keeps the accessibility rules in ${colorScheme}`, async ({ docker, sidekick, browser }) => {
    await docker.run('seen', 'echo INFO a line; echo ERROR another; echo WARN third; echo plain; sleep 600');
    const context = await browser.newContext({ colorScheme });
    const dashboard = new Dashboard(await context.newPage(), sidekick.url);
    for (const tab of ['logs', 'stats', 'patterns', 'groups', 'details']) {
      await dashboard.open(`/c/seen/${tab}`);
      await dashboard.live();
      if (tab === 'logs') await expect(dashboard.log).toContainText('plain');
      expect(await violations(dashboard.page), tab).toEqual([]);
    }
    await context.close();
  });
}

test('the theme follows the system, and a chosen one survives a reload', async ({ docker, sidekick, browser }) => {
  await docker.run('seen', 'sleep 600');
  const context = await browser.newContext({ colorScheme: 'dark' });
  const dashboard = new Dashboard(await context.newPage(), sidekick.url);
  await dashboard.open('/');
  await dashboard.live();
  const dark = await background(dashboard);
  await dashboard.page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => background(dashboard)).not.toBe(dark);
  const light = await background(dashboard);
  const theme = dashboard.page.getByRole('button', { name: /^Theme: / });
  await expect(async () => {
    await theme.click();
    expect(await background(dashboard)).toBe(dark);
  }).toPass();
  await dashboard.page.reload();
  expect(await background(dashboard)).toBe(dark);
  expect(light).not.toBe(dark);
  await context.close();
});

test('the filter keeps a usable width, also beside the word of lines that were let go', async ({ docker, dashboard }) => {
  const { page, filter } = dashboard;
  const widths = async () => {
    for (const width of [1600, 1280, 1024, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const em = await filter.evaluate((it) => Number.parseFloat(getComputedStyle(it).fontSize));
      await expect.poll(async () => (await filter.boundingBox())?.width ?? 0, `at ${width}`).toBeGreaterThanOrEqual(10 * em);
      for (const it of [filter, page.getByText(/^[\d,]+ lines?$/), page.getByRole('button', { name: 'Copy', exact: true })]) {
        await expect(it).toBeInViewport({ ratio: 1 });
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBeLessThanOrEqual(width);
    }
  };
  await docker.run('flood', 'echo first; sleep 600');
  await dashboard.open('/c/flood/logs');
  await expect(dashboard.log).toContainText('first');
  await widths();
  await page.setViewportSize({ width: 1280, height: 800 });
  await docker.docker('exec', 'flood', 'sh', '-c', 'seq 1 70000 > /proc/1/fd/1');
  const letGo = page.getByText(/older lines let go$/);
  await expect(letGo).toBeVisible({ timeout: 30_000 });
  await widths();
  await expect(letGo, 'on a phone').toBeInViewport({ ratio: 1 });
});

test('a pattern with its values keeps to the page', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const print = 'job " i % 7 " of user-with-a-long-name-" i % 9 " at host-with-a-long-name-" i % 11';
  await docker.run('mined', `awk 'BEGIN { for (i = 1; i <= 500; i++) print "${print} }'; sleep 600`);
  await dashboard.open('/c/mined/patterns');
  await page.getByRole('button', { name: 'Example', exact: true }).first().click();
  await expect(page.getByText(/first seen/)).toBeVisible();
  const view = page.locator('.patterns-view');
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await view.evaluate((it) => it.scrollWidth - it.clientWidth), `at ${width}`).toBe(0);
  }
});

test('on a phone the list is a drawer, and nothing sticks out', async ({ docker, sidekick, browser }) => {
  await docker.run('handy', `echo "${'a long line '.repeat(40)}"; sleep 600`);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const dashboard = new Dashboard(await context.newPage(), sidekick.url);
  await dashboard.open('/c/handy/logs');
  await dashboard.live();
  await expect(dashboard.log).toContainText('a long line');
  expect(await dashboard.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expect(dashboard.container('handy')).not.toBeInViewport();
  await dashboard.page.getByRole('button', { name: 'Containers', exact: true }).first().click();
  await expect(dashboard.container('handy')).toBeInViewport();
  await context.close();
});
