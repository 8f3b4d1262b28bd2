// Fields of structured lines as columns.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import { violations } from '../harness/axe.ts';

needsDocker();

test('fields that somebody chose stand in columns before the message, also after a reload', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const json = (status: number, user: string) => `{"level":"info","msg":"paid by ${user}","status":${status},"http":{"path":"/pay"}}`;
  await docker.run('columned', `echo '${json(200, 'zoe')}'; echo '${json(500, 'ann')}'; echo plain words; sleep 600`);
  await dashboard.open('/c/columned/logs');
  await expect(dashboard.log).toContainText('plain words');
  await page.getByRole('button', { name: 'Columns' }).click();
  const fields = page.getByRole('dialog', { name: 'Columns' });
  await fields.getByLabel('status').check();
  await fields.getByLabel('http.path').check();
  const shown = async () => {
    await expect(dashboard.rows.nth(1).locator('.cell')).toHaveText(['500', '/pay']);
    await expect(dashboard.rows.nth(1).locator('.text')).toHaveText('paid by ann');
    await expect(dashboard.rows.nth(2).locator('.text')).toHaveText('plain words');
    // The messages begin below each other, and below their name.
    const left = async (row: number) => Math.round((await dashboard.rows.nth(row).locator('.text').boundingBox())?.x ?? 0);
    expect(await left(0)).toBe(await left(1));
    expect(await left(2)).toBe(await left(1));
    const head = page.locator('.log-head');
    await expect(head.locator('.cell')).toHaveText(['status', 'http.path']);
    expect(Math.round((await head.locator('.text').boundingBox())?.x ?? 0)).toBe(await left(1));
  };
  await shown();
  await page.reload();
  await shown();
  // A phone has no room for columns.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator('.log-head')).toBeHidden();
  await expect(dashboard.rows.nth(1)).toContainText('paid by ann');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Columns' }).click();
  await fields.getByLabel('status').uncheck();
  await fields.getByLabel('http.path').uncheck();
  await expect(page.locator('.log-head')).toBeHidden();
  // Without columns a line begins with its message, unless somebody wants it as it is.
  const text = dashboard.rows.nth(1).locator('.text');
  await expect(text).toHaveText('paid by ann {"level":"info","status":500,"http":{"path":"/pay"}}');
  await fields.getByLabel('JSON as it was printed').check();
  await expect(text).toHaveText(json(500, 'ann'));
  await page.reload();
  await expect(text).toHaveText(json(500, 'ann'));
  await page.getByRole('button', { name: 'Columns' }).click();
  await fields.getByLabel('JSON as it was printed').uncheck();
  // What is looked for is seen also where it would be left out.
  await dashboard.filter.fill('"msg":"paid by ann');
  await expect(dashboard.rows.first().locator('.text')).toHaveText(json(500, 'ann'));
  await expect(dashboard.log.locator('.match')).toHaveText('"msg":"paid by ann');
  await dashboard.filter.fill('"by ann"');
  await expect(dashboard.rows.first().locator('.text')).toHaveText('paid by ann {"level":"info","status":500,"http":{"path":"/pay"}}');
});

test('side by side the chosen fields stand in the lines, and the lines in their columns', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const json = (status: number, user: string) => `{"msg":"paid by ${user}, ${'and so on '.repeat(20)}","status":${status},"path":"/${'deep/'.repeat(30)}"}`;
  await docker.run('one', `echo '${json(200, 'zoe')}'; sleep 600`);
  await docker.run('two', `echo '${json(500, 'ann')}'; echo plain; sleep 600`);
  await dashboard.open('/compare/one,two/logs');
  const row = (text: string) => dashboard.rows.filter({ hasText: text });
  await expect(row('paid by zoe')).toHaveCount(1);
  await expect(row('plain')).toHaveCount(1);
  await page.getByRole('checkbox', { name: 'Side by side' }).check();
  await expect(row('paid by zoe')).toHaveClass(/\blane-0\b/);
  await page.getByRole('button', { name: 'Columns' }).click();
  const fields = page.getByRole('dialog', { name: 'Columns' });
  await expect(fields).toContainText('each field stands in the line');
  await fields.getByLabel('status').check();
  await fields.getByLabel('path').check();
  await page.keyboard.press('Escape');
  await expect(page.locator('.log-head')).toBeHidden();
  await expect(row('paid by ann').locator('.cell').first()).toHaveText('500');
  const name = row('paid by ann').locator('.cell').first();
  expect(await name.evaluate((it) => getComputedStyle(it, '::before').content)).toBe('"status="');
  // However long its fields are, a line stays in its column, and its message is seen.
  const edges = async (text: string, what: string) => {
    const box = await row(text).locator(what).boundingBox();
    return { left: box?.x ?? Number.NaN, right: (box?.x ?? Number.NaN) + (box?.width ?? Number.NaN) };
  };
  const second = await edges('plain', '.gutter');
  expect((await edges('paid by zoe', '.text')).right).toBeLessThanOrEqual(second.left + 1);
  expect((await edges('paid by ann', '.gutter')).left).toBe(second.left);
  for (const line of ['paid by zoe', 'paid by ann']) {
    const [cells, text] = [await edges(line, '.cells'), await edges(line, '.text')];
    expect(cells.right).toBeLessThanOrEqual(text.left + 1);
    expect(text.right - text.left).toBeGreaterThan(100);
  }
  expect(await violations(page)).toEqual([]);
});
