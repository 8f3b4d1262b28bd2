// A log as a file that a page opens again without a server. Against the demo engine, so that it needs
// no Docker.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

/** Saves what the page holds; returns the path of the file. */
async function save(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Download' }).click();
  const button = page.getByRole('button', { name: 'Save a snapshot' });
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  expect(download.suggestedFilename()).toMatch(/\.sidekick$/);
  return download.path();
}

/** Drops a file on the page. */
async function drop(page: Page, bytes: Buffer, name: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([base64, name]) => {
      const bytes = Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name));
      return data;
    },
    [bytes.toString('base64'), name] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await expect(page.getByText('Drop a snapshot to open it')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

test('a snapshot has the lines, marks, filter and stats, and opens where there is no server', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  // It ended, so that its log holds still.
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  const lines = await dashboard.allLines();
  await dashboard.filter.fill('level>=error');
  await expect(page).toHaveURL(/q=level/);
  await expect.poll(() => dashboard.visibleLines()).not.toHaveLength(lines.length);
  // All of it was searched.
  await expect(page.locator('.filter-count')).toHaveText(/^\d+ of \d+ lines$/);
  const few = await dashboard.visibleLines();
  const file = await save(page);

  await sidekick.down();
  await drop(page, readFileSync(file), 'of-a-colleague.sidekick');
  await expect(page).toHaveURL(/\/snapshot\/logs\?q=level/);
  await expect(page.getByRole('heading', { name: 'import-2024' })).toBeVisible();
  await expect(dashboard.filter).toHaveValue('level>=error');
  await expect.poll(() => dashboard.visibleLines()).toEqual(few);
  await expect(dashboard.rows.first().locator('.source'), 'there is but one').toBeHidden();
  await dashboard.filter.fill('');
  await expect.poll(() => dashboard.allLines()).toEqual(lines);
  await expect(dashboard.notes.filter({ hasText: 'exit 1' })).toHaveCount(1);

  // Its other views, and the way back from another page.
  await dashboard.tab('Patterns').click();
  await expect(dashboard.patterns.nth(1)).toBeVisible();
  await dashboard.tab('Details').click();
  await expect(page.getByText('of-a-colleague.sidekick')).toBeVisible();
  await page.getByRole('link', { name: 'Sidekick', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await page.goBack();
  await dashboard.tab('Logs').click();
  await expect.poll(() => dashboard.allLines()).toEqual(lines);
});

test('a project of containers is saved with its readings, while lines come', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/p/shop/stats');
  await expect(page.locator('canvas').first()).toBeVisible();
  await expect(dashboard.reading('CPU')).toContainText('%', { timeout: 15_000 });
  await dashboard.tab('Logs').click();
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(5);
  const file = await save(page);
  await dashboard.open('/snapshot');
  await expect(page.getByRole('heading', { name: 'No snapshot is open' })).toBeVisible();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Open a snapshot' }).click()]);
  await chooser.setFiles({ name: 'shop.sidekick', mimeType: 'application/octet-stream', buffer: readFileSync(file) });
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
  await expect(page.getByText('snapshot', { exact: true })).toBeVisible();
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(5);
  // Each line says whose it is.
  await expect(dashboard.rows.locator('.source').filter({ hasText: /^shop-/ }).first()).toBeVisible();
  await dashboard.tab('Stats').click();
  await expect(dashboard.reading('CPU')).toContainText('%');
  // Nothing of it goes on, while another page gets the project's new lines.
  await dashboard.tab('Details').click();
  const count = page.getByText(/^[\d,]+ lines$/);
  const before = await count.textContent();
  await sidekick.expectUpstreams('logs', 0);
  const live = new Dashboard(await page.context().newPage(), sidekick.url);
  await live.open('/p/shop/logs');
  await expect.poll(async () => (await live.visibleLines()).length).toBeGreaterThan(5);
  const newest = async () => (await live.visibleLines()).at(-1);
  const first = await newest();
  await expect.poll(newest).not.toBe(first);
  expect(await count.textContent()).toBe(before);
});

test('what is no snapshot, or only a part of one, is told', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  const file = readFileSync(await save(page));
  await drop(page, Buffer.from('INFO a log\n'), 'a.log');
  await expect(page.getByRole('alert').filter({ hasText: 'a.log: This file is no snapshot' })).toBeVisible();
  await expect(page).toHaveURL(/\/c\/import-2024\/logs/);
  await drop(page, file.subarray(0, file.length - 200), 'half.sidekick');
  await expect(page).toHaveURL(/\/snapshot\/logs/);
  await expect(page.getByRole('alert').filter({ hasText: 'cut off' })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'no snapshot' })).toBeHidden();
});
