// The log as a file. Against the demo engine, so that it needs no Docker.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Download, Page } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

async function saved(page: Page): Promise<[Download, Buffer]> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save', exact: true }).click()]);
  return [download, readFileSync(await download.path())];
}

test('what is filtered or all that is held is saved as text, NDJSON or compressed, its size told before', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  // It ended, so that its log holds still.
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  const button = page.getByRole('button', { name: 'Download' });
  await button.click();
  const size = page.locator('.download-size');
  await page.getByLabel('NDJSON').check();
  await expect(size).toHaveText(/^[\d,]+ lines?, /);
  const lines = Number((await size.textContent())?.match(/^[\d,]+/)?.[0].replaceAll(',', ''));
  const [ndjson, text] = await saved(page);
  expect(ndjson.suggestedFilename()).toMatch(/^import-2024-.*\.ndjson$/);
  const rows = text.toString().trim().split('\n').map((it) => JSON.parse(it));
  expect(rows.filter((it) => 'line' in it)).toHaveLength(lines);
  expect(rows.filter((it) => 'note' in it).map((it) => it.note)).toContain('ended, exit 1');
  expect(rows[0]).toMatchObject({ source: 'import-2024', stream: expect.stringMatching(/^std(out|err)$/), time: expect.stringMatching(/Z$/) });

  const word = String(rows.find((it) => 'line' in it).line).split(' ').at(-1) ?? '';
  await dashboard.filter.fill(`"${word.replaceAll('"', '')}"`);
  await button.click();
  await page.getByLabel('Compressed (gzip)').check();
  await expect(size).toHaveText(/ before compression$/);
  const [gz, packed] = await saved(page);
  expect(gz.suggestedFilename()).toMatch(/\.log\.gz$/);
  const filtered = gunzipSync(packed).toString().trim().split('\n');
  const wanted = rows.filter((it) => String(it.line ?? '').toLowerCase().includes(word.toLowerCase()));
  expect(filtered.filter((it) => !it.startsWith('---'))).toHaveLength(wanted.length);
});

test('the size of a snapshot is told before it is saved', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/import-2024/logs');
  await expect(dashboard.log).toContainText('exit 1');
  await page.getByRole('button', { name: 'Download' }).click();
  const size = page.locator('.snapshot-size');
  await expect(size).toHaveText(/^[\d.]+ KiB before compression$/);
  const told = Number.parseFloat((await size.textContent()) ?? '') * 1024;
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save a snapshot' }).click()]);
  const bytes = gunzipSync(readFileSync(await download.path())).length;
  expect(Math.abs(told - bytes)).toBeLessThan(told / 20);
});
