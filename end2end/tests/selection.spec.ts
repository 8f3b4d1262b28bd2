// Lines are selected by drag, Shift and keys, and copied also where they are not in the document.

import type { Locator } from '@playwright/test';
import { expect, needsDocker, test } from '../harness/fixtures.ts';
import { violations } from '../harness/axe.ts';
import type { Dashboard } from '../harness/dashboard.ts';

needsDocker();

const LINES = 400;
const line = (n: number) => `line ${String(n).padStart(3, '0')} of the stretch`;
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${line(from + i)}\n`).join('');
const SCRIPT = `awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) printf "line %03d of the stretch\\n", i }'; sleep 600`;

const row = (dashboard: Dashboard, n: number): Locator => dashboard.rows.filter({ hasText: line(n) });
const bar = (dashboard: Dashboard) => dashboard.page.getByRole('toolbar', { name: 'Selected lines' });
const clipboard = (dashboard: Dashboard) => dashboard.page.evaluate(() => navigator.clipboard.readText());

/** The middle of an element, in pixels of the window. */
async function middle(it: Locator): Promise<[number, number]> {
  const box = await it.boundingBox();
  if (!box) throw new Error('not to be seen');
  return [box.x + box.width / 2, box.y + box.height / 2];
}

test('lines are selected by a drag that scrolls, and all of them are copied', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await docker.run('stretched', SCRIPT);
  await dashboard.open('/c/stretched/logs');
  await expect(dashboard.log).toContainText(line(LINES));

  // From the last line but one up, until the first is in sight.
  await page.mouse.move(...(await middle(row(dashboard, LINES - 1).locator('.stamp'))));
  await page.mouse.down();
  await page.mouse.move(...(await middle(row(dashboard, LINES - 4).locator('.stamp'))));
  await expect(bar(dashboard)).toContainText('4 lines selected');
  const top = (await dashboard.log.boundingBox())?.y ?? 0;
  await page.mouse.move(400, top - 60);
  await expect(row(dashboard, 1)).toBeVisible();
  await page.mouse.up();
  await expect(bar(dashboard)).toContainText(`${LINES - 1} lines selected`);
  expect(await page.evaluate(() => getSelection()?.isCollapsed)).toBe(true);
  // No line was opened by it.
  await expect(page.locator('.inspector')).toHaveCount(0);
  await page.keyboard.press('Control+c');
  expect(await clipboard(dashboard)).toBe(lines(1, LINES - 1));

  expect(await violations(page)).toEqual([]);

  // As JSON, and what the filter leaves out is not in it.
  await dashboard.filter.fill('/line \\d\\d7 of/');
  await expect(bar(dashboard)).toContainText('40 lines selected');
  await bar(dashboard).getByRole('button', { name: 'As NDJSON' }).click();
  await expect(bar(dashboard)).toContainText('Copied 40 lines');
  const objects = (await clipboard(dashboard)).trimEnd().split('\n').map((it) => JSON.parse(it));
  expect(objects.map((it) => it.line)).toEqual(Array.from({ length: 40 }, (_, i) => line(i * 10 + 7)));
  await bar(dashboard).getByRole('button', { name: 'Clear' }).click();
  await expect(bar(dashboard)).toHaveCount(0);
  await expect(dashboard.log.locator('[data-selected]')).toHaveCount(0);
});

test('lines are selected with Shift, by clicks and by the arrows, and a click alone opens one', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await docker.run('shifted', SCRIPT);
  await dashboard.open('/c/shifted/logs');
  await expect(dashboard.log).toContainText(line(LINES));
  await row(dashboard, LINES - 9).locator('.text').click({ modifiers: ['Shift'] });
  await expect(bar(dashboard)).toContainText('1 line selected');
  await row(dashboard, LINES - 5).locator('.text').click({ modifiers: ['Shift'] });
  await expect(bar(dashboard)).toContainText('5 lines selected');
  await expect(dashboard.log.locator('[data-selected]')).toHaveCount(5);
  expect(await page.evaluate(() => getSelection()?.isCollapsed)).toBe(true);
  await bar(dashboard).getByRole('button', { name: 'Copy lines' }).click();
  await expect(bar(dashboard)).toContainText('Copied 5 lines');
  expect(await clipboard(dashboard)).toBe(lines(LINES - 9, LINES - 5));

  // By keys from there: down, and up past where it began.
  await dashboard.log.focus();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar(dashboard)).toContainText('6 lines selected');
  for (let i = 0; i < 7; i++) await page.keyboard.press('Shift+ArrowUp');
  await expect(bar(dashboard)).toContainText('3 lines selected');
  await page.keyboard.press('Control+c');
  await expect.poll(() => clipboard(dashboard)).toBe(lines(LINES - 11, LINES - 9));
  await page.keyboard.press('Escape');
  await expect(bar(dashboard)).toHaveCount(0);

  // A click beside the text opens the line, as one on the text does; Shift goes on from there.
  await row(dashboard, LINES - 8).locator('.stamp').click();
  await expect(page.locator('.inspector')).toContainText(line(LINES - 8));
  await row(dashboard, LINES - 10).locator('.stamp').click({ modifiers: ['Shift'] });
  await expect(bar(dashboard)).toContainText('3 lines selected');
  // A press that ends elsewhere selects nothing when the pointer comes back.
  await page.keyboard.press('Escape');
  const [x, y] = await middle(row(dashboard, LINES - 11).locator('.gutter'));
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(20, y);
  await page.mouse.up();
  await page.mouse.move(x + 20, y);
  await page.mouse.move(...(await middle(row(dashboard, LINES - 14).locator('.stamp'))));
  await expect(bar(dashboard)).toHaveCount(0);
  // Text is selected as ever, and copied alone.
  await row(dashboard, LINES - 12).locator('.text').dblclick({ position: { x: 10, y: 8 } });
  await page.keyboard.press('Control+c');
  await expect.poll(() => clipboard(dashboard)).toBe('line');
});
