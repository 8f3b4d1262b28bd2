// Every view in light and dark, wide and on a phone: it keeps the accessibility rules, sticks out
// nowhere, and is drawn into a PNG file. With SCREENSHOTS=1 these become docs/screenshots.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { violations } from '../harness/axe.ts';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

const FOLDER = fileURLToPath(new URL(process.env.SCREENSHOTS ? '../../docs/screenshots' : '../test-results/screenshots', import.meta.url));

/** A view: its name, its address, and what is done until it is to be seen. */
const VIEWS: [string, string, (dashboard: Dashboard, page: Page) => Promise<void>][] = [
  ['overview', '/', async (_, page) => expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()],
  ['log', '/c/shop-api-1/logs', lines],
  ['project', '/p/shop/logs', lines],
  ['compare', '/compare/shop-api-1,shop-web-1/logs?beside=1', lines],
  [
    'entry',
    '/c/shop-api-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      await dashboard.filter.fill('level>=warn');
      await lines(dashboard);
      await dashboard.log.press('Enter');
      await expect(page.getByRole('region', { name: 'Line', exact: true })).toBeVisible();
      const facts = page.locator('.inspector-facts');
      expect(await facts.evaluate((it) => it.scrollWidth <= it.clientWidth), 'its time is told in whole').toBe(true);
    },
  ],
  [
    'selected',
    '/c/shop-worker-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      // The newest line moves no row while two are clicked.
      await dashboard.log.evaluate((log) => log.scrollTo({ top: 1800 }));
      await expect(page.locator('.log-new')).toBeVisible();
      // By places: rows that are in sight are of many heights on a phone.
      const read = () => dashboard.log.evaluate(async (log) => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const edge = log.getBoundingClientRect().top;
        const rows = [...log.querySelectorAll('.log-row:not([hidden]) > .gutter')].map((it) => it.getBoundingClientRect());
        return rows.filter((it) => it.top > edge).sort((a, b) => a.top - b.top).map((it) => ({ x: it.left + 8, y: it.top + 8 }));
      });
      // Rows of many heights come to rest once they are measured.
      let places = await read();
      await expect(async () => {
        const before = places;
        places = await read();
        expect(places).toEqual(before);
      }).toPass();
      await page.keyboard.down('Shift');
      for (const at of [places[0], places[2]]) if (at) await page.mouse.click(at.x, at.y);
      await page.keyboard.up('Shift');
      await expect(page.getByRole('toolbar', { name: 'Selected lines' })).toContainText('3 lines selected');
    },
  ],
  [
    'columns',
    '/c/shop-api-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      await page.getByRole('button', { name: 'Columns' }).click();
      const fields = page.getByRole('dialog', { name: 'Columns' });
      for (const name of ['level', 'pid']) await fields.getByLabel(name, { exact: true }).check();
      await page.getByRole('button', { name: 'Columns' }).click();
      await expect(fields).toHaveCount(0);
      await expect(dashboard.log.locator('.cell').first()).toBeAttached();
    },
  ],
  [
    'patterns-compared',
    '/compare/shop-api-1,shop-web-1/patterns',
    async (_, page) => {
      await page.locator('.patterns-bar').getByLabel('Compare').selectOption('two containers');
      await expect(page.locator('.change').filter({ hasText: 'only in' }).first()).toBeVisible();
    },
  ],
  ['patterns', '/p/shop/patterns', async (dashboard) => expect.poll(() => dashboard.patterns.count()).toBeGreaterThan(5)],
  ['groups', '/p/shop/groups', async (_, page) => expect(page.getByRole('table').getByRole('row').nth(3)).toBeVisible()],
  ['stats', '/c/shop-api-1/stats', async (dashboard) => expect(dashboard.reading('CPU')).toContainText(/\d\.\d %/)],
  ['details', '/c/shop-api-1/details', async (_, page) => expect(page.getByText('Image', { exact: true }).first()).toBeVisible()],
  ['no-snapshot', '/snapshot', async (_, page) => expect(page.getByRole('heading', { name: 'No snapshot is open' })).toBeVisible()],
  ['merged', '/compare/shop-api-1,shop-web-1/logs', lines],
  [
    'events',
    // It is unhealthy at times.
    '/c/telemetry-collector-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      await expect(page.getByRole('img', { name: /^Lines per / })).toHaveAccessibleName(/: [1-9][\d,]* lines/);
    },
  ],
  ['marks', '/c/shop-worker-1/logs?mark=queue&mark=job', (dashboard, page) => menu(dashboard, page, 'Mark')],
  ['download', '/c/shop-api-1/logs', (dashboard, page) => menu(dashboard, page, 'Download')],
  ['memory', '/c/shop-api-1/logs', (dashboard, page) => menu(dashboard, page, 'Memory')],
  ['views', '/c/shop-api-1/logs?q=level>=warn', (dashboard, page) => menu(dashboard, page, 'Views')],
  [
    'help',
    '/c/shop-api-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
    },
  ],
  [
    'list',
    '/c/shop-api-1/logs',
    async (dashboard, page) => {
      await lines(dashboard);
      const drawer = page.getByRole('button', { name: 'Containers', exact: true }).first();
      if ((page.viewportSize()?.width ?? 0) < 720) await drawer.click();
      await expect(dashboard.container('shop-api-1')).toBeInViewport();
    },
  ],
  [
    'snapshot',
    '/c/import-2024/logs',
    async (dashboard, page) => {
      await menu(dashboard, page, 'Download');
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save a snapshot' }).click()]);
      const path = await file.path();
      await page.getByRole('link', { name: 'Sidekick', exact: true }).click();
      await page.locator('input[type=file]').first().setInputFiles({ name: 'import.sidekick', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
      await expect(page).toHaveURL(/\/snapshot\/logs/);
      await lines(dashboard);
    },
  ],
  [
    'stats-strip',
    '/c/shop-api-1/logs',
    // The last one, for the browser keeps the choice.
    async (dashboard, page) => {
      await lines(dashboard);
      const strip = page.getByRole('button', { name: 'Stats', exact: true });
      await page.locator('.timeline-place').hover();
      await strip.click();
      await expect(page.getByRole('img', { name: /^CPU: \d/ })).toBeVisible();
    },
  ],
];

async function lines(dashboard: Dashboard): Promise<void> {
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(3);
}

/** Opens a menu above the log. */
async function menu(dashboard: Dashboard, page: Page, name: string): Promise<void> {
  await lines(dashboard);
  // What opens may have a button of the same name.
  const button = page.getByRole('button', { name, exact: true }).first();
  await button.click();
  await expect(button).toHaveAttribute('aria-expanded', 'true');
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [form, viewport] of [
    ['wide', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    test(`every view in ${colorScheme}, ${form}, keeps the rules and to the page`, async ({ browser, start }) => {
      test.setTimeout(180_000);
      const sidekick = await start.sidekick(['--demo']);
      const phone = form === 'phone';
      const context = await browser.newContext({ colorScheme, viewport, hasTouch: phone, isMobile: phone });
      const page = await context.newPage();
      const dashboard = new Dashboard(page, sidekick.url);
      for (const [name, path, show] of VIEWS) {
        await test.step(name, async () => {
          await dashboard.open(path);
          await dashboard.live();
          await show(dashboard, page);
          expect(await violations(page), name).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(viewport.width);
          await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${form}.png`) });
        });
      }
      await context.close();
    });
  }
}
