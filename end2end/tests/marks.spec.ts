// Texts that are marked in a log, and the steps from one marked line, or error, to the next.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import type { Dashboard } from '../harness/dashboard.ts';
import { eventually } from '../harness/process.ts';

needsDocker();

const SCRIPT =
  'for i in $(seq 1 400); do case $i in 50|250) echo "ERROR no money for order $i";; 100|300) echo "retry of order $i";; *) echo "INFO order $i is fine";; esac; done; sleep 600';

/** Rows with this text that are not put away. */
const shown = (dashboard: Dashboard, text: string) => dashboard.rows.filter({ hasText: text, visible: true });

const current = (dashboard: Dashboard) => dashboard.log.locator('[aria-current=true]');

test('keys and buttons lead from error to error, and say where there is none', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('steps', SCRIPT);
  await dashboard.open('/c/steps/logs');
  await expect(dashboard.log).toContainText('order 400');
  const back = page.getByRole('button', { name: 'previous error' });
  await back.click();
  await expect(current(dashboard)).toContainText('no money for order 250');
  await expect(current(dashboard)).toBeInViewport();
  await page.keyboard.press('E');
  await expect(current(dashboard)).toContainText('no money for order 50');
  await page.keyboard.press('E');
  await expect(page.getByText('No previous error among the lines held')).toBeVisible();
  await page.keyboard.press('e');
  await expect(current(dashboard)).toContainText('no money for order 250');
  await expect(page.getByText('No previous error among the lines held')).toBeHidden();
  // Only those that the filter lets through.
  await dashboard.filter.fill('"order 50"');
  await expect(shown(dashboard, 'order 250')).toHaveCount(0);
  await back.click();
  await expect(current(dashboard)).toContainText('no money for order 50');
});

test('a step back beyond the lines held reads older ones, to the line or to the beginning', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const script = `awk 'BEGIN { for (i = 1; i <= 9000; i++) print (i == 70 ? "ERROR no money" : i == 2500 ? "retry" : "INFO fine"), "for order", i ";" }'; sleep 600`;
  await docker.run('back', script);
  await eventually('all lines', async () => (await docker.docker('logs', '--tail', '1', 'back')).includes('order 9000;'));
  await dashboard.open('/c/back/logs?mark=retry');
  await expect(dashboard.log).toContainText('order 9000;');
  const nothing = (what: string) => page.getByText(`No previous ${what} among the lines held`);
  await expect(page.getByRole('button', { name: 'previous mark' })).toBeVisible();
  await page.keyboard.press('N');
  await expect(current(dashboard)).toContainText('retry for order 2500;');
  await expect(current(dashboard)).toBeInViewport();
  await expect(nothing('mark')).toBeHidden();
  await page.keyboard.press('E');
  await expect(current(dashboard)).toContainText('no money for order 70;');
  await page.keyboard.press('N');
  await expect(nothing('mark')).toBeVisible();
  // Whoever has gone nowhere stays where he is.
  await expect(current(dashboard)).toContainText('no money for order 70;');
});

test('marked texts have colours, counts and keys, and stand in the address', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('marks', SCRIPT);
  await dashboard.open('/c/marks/logs');
  await expect(dashboard.log).toContainText('order 400');
  const mark = async (text: string) => {
    await page.getByRole('button', { name: 'Mark', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Mark' });
    // All that it says stands in it.
    expect(await dialog.evaluate((it) => it.scrollHeight <= it.clientHeight)).toBe(true);
    await dialog.getByRole('textbox').fill(text);
    await dialog.getByRole('button', { name: 'Mark' }).click();
    await expect(dialog).toBeHidden();
  };
  const marked = page.getByRole('group', { name: 'Marked texts' }).getByRole('button');
  await mark('RETRY');
  await mark('/order \\d00 is/');
  await expect(marked).toHaveText([/RETRY\s*2/, /order .d00 is\/\s*2/]);
  await page.getByRole('button', { name: 'previous mark' }).click();
  await expect(current(dashboard).locator('.hl-1')).toHaveText('order 400 is');
  await page.keyboard.press('N');
  await expect(current(dashboard).locator('.hl-0')).toHaveText('retry');
  await expect(current(dashboard)).toContainText('order 300');
  await page.keyboard.press('n');
  await expect(current(dashboard)).toContainText('order 400');
  await expect(page).toHaveURL(/mark=RETRY&mark=/);
  await page.reload();
  await expect(marked).toHaveText([/RETRY\s*2/, /order .d00 is\/\s*2/]);
  await marked.first().click();
  await expect(marked).toHaveCount(1);
  await expect(page).not.toHaveURL(/RETRY/);
  // The other one keeps its colour, here and for whoever opens the address.
  await expect(marked).toHaveClass(/hl-1/);
  await page.reload();
  await expect(marked).toHaveClass(/hl-1/);
  for (const text of ['money', 'fine', 'INFO', 'ERROR', 'for order']) await mark(text);
  await expect(marked).toHaveCount(6);
  await dashboard.rows.filter({ hasText: 'order 399 is fine' }).locator('.text').dblclick({ position: { x: 12, y: 8 } });
  const tools = page.getByRole('toolbar', { name: 'Selected text' });
  await expect(tools.getByRole('button', { name: 'Mark' })).toBeDisabled();
});

test('a selected piece of a line is marked, or its lines are shown alone or hidden', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('piece', SCRIPT);
  await dashboard.open('/c/piece/logs');
  await expect(dashboard.log).toContainText('order 400');
  const tools = page.getByRole('toolbar', { name: 'Selected text' });
  const select = async (line: string) => {
    await dashboard.rows.filter({ hasText: line }).locator('.text').dblclick({ position: { x: 12, y: 8 } });
    await expect(tools).toBeVisible();
  };
  await select('order 380 is fine');
  await tools.getByRole('button', { name: 'Mark' }).click();
  await expect(tools).toBeHidden();
  await expect(page.getByRole('group', { name: 'Marked texts' })).toContainText('INFO');
  await select('order 381 is fine');
  await tools.getByRole('button', { name: 'Hide' }).click();
  await expect(dashboard.filter).toHaveValue('-INFO');
  await expect(dashboard.log).toContainText('retry of order 300');
  await expect(shown(dashboard, 'is fine')).toHaveCount(0);
  await select('retry of order 100');
  await tools.getByRole('button', { name: 'Only' }).click();
  await expect(dashboard.filter).toHaveValue('-INFO retry');
  await expect(shown(dashboard, 'no money')).toHaveCount(0);
});

test('a word of any line in sight is selected by two clicks, and one click shows the line', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('word', SCRIPT);
  await dashboard.open('/c/word/logs');
  await expect(dashboard.log).toContainText('order 400');
  const tools = page.getByRole('toolbar', { name: 'Selected text' });
  const inspector = page.locator('.inspector');
  const selected = () => page.evaluate(() => getSelection()?.toString());
  const text = (order: number) => dashboard.rows.filter({ hasText: `order ${order} is` }).locator('.text');
  // The lowest line, then one that is cut by the upper edge.
  await text(400).dblclick({ position: { x: 12, y: 8 } });
  await expect(tools).toBeVisible();
  expect(await selected()).toBe('INFO');
  await expect(inspector).toHaveCount(0);
  await page.mouse.click(2, 2);
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 200 * 18 + 9 }));
  await expect(text(201)).toBeInViewport();
  const cut = await text(201).boundingBox();
  await page.mouse.dblclick((cut?.x ?? 0) + 12, (cut?.y ?? 0) + 14);
  await expect(tools).toBeVisible();
  expect(await selected()).toBe('INFO');
  await expect(inspector).toHaveCount(0);
  await page.mouse.click(2, 2);

  await dashboard.log.evaluate((log) => log.scrollTo({ top: log.scrollHeight }));
  await text(400).click();
  await expect(inspector).toContainText('order 400 is fine');
  await expect(text(400)).toBeInViewport();
  // What begins anew within the time of two clicks ends the first one.
  await page.keyboard.press('Escape');
  await expect(inspector).toHaveCount(0);
  await text(399).click();
  await text(398).click();
  await expect(inspector).toContainText('order 398 is fine');
  await expect(current(dashboard)).toContainText('order 398');
});

test('what can be done with a piece of the newest line is within the window', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('lowest', 'for i in $(seq 1 200); do echo "line $i"; done; echo the very last words; sleep 600');
  await dashboard.open('/c/lowest/logs');
  const last = dashboard.rows.filter({ hasText: 'the very last words' }).locator('.text');
  await expect(last).toBeVisible();
  await expect(page.getByRole('button', { name: 'Mark', exact: true })).toBeVisible();
  const box = await last.boundingBox();
  if (!box) throw new Error('no last line');
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('toolbar', { name: 'Selected text' })).toBeInViewport({ ratio: 1 });
});
