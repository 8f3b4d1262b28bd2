// What people come for, from its beginning to its end, on a real daemon.

import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const CAUSE = 'ERROR cannot reach db-1: connection refused';
/** Quiet for some seconds, then a flood of errors that begins with its cause, then quiet again. */
const SPIKE = `for i in $(seq 1 20); do echo "INFO beat $i"; sleep 0.1; done; echo '${CAUSE}'
  for i in $(seq 1 200); do echo "ERROR order $i failed: no database"; done
  for i in $(seq 1 20); do echo "INFO beat again $i"; sleep 0.1; done; echo quiet; sleep 600`;

const bars = (page: Page): Locator => page.getByRole('img', { name: /^Lines per / });
const inspector = (page: Page): Locator => page.getByRole('region', { name: 'Line', exact: true });

/** Where the bars of errors are highest, in pixels from the left. */
const reddest = (bars: Locator): Promise<number> =>
  bars.evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    const red = Array.from({ length: width }, (_, x) => {
      let count = 0;
      for (let y = 0; y < height; y++) {
        const at = (y * width + x) * 4;
        const [r = 0, g = 0, b = 0] = pixels.slice(at, at + 3);
        if (r > g + 60 && r > b + 60) count++;
      }
      return count;
    });
    // The middle of the bar, not its edge.
    const [first, last] = [red.indexOf(Math.max(...red)), red.lastIndexOf(Math.max(...red))];
    return ((first + last) / 2) * (canvas.clientWidth / width);
  });

async function boxOf(it: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await it.boundingBox();
  if (!box) throw new Error('not to be seen');
  return box;
}

/** Moves the pointer over all bars, and returns where it is over the one with most errors, in pixels of the window. */
async function findSpike(page: Page): Promise<number> {
  const box = await boxOf(bars(page));
  const tip = page.locator('.timeline .chart-tip');
  let best = { x: 0, lines: 0 };
  // No bar of the timeline is narrower.
  for (let x = box.x + 46; x < box.x + box.width - 10; x += 6) {
    await page.mouse.move(x, box.y + box.height / 2);
    const lines = Number(/error ([\d,]+)/.exec((await tip.textContent()) ?? '')?.[1]?.replaceAll(',', '') ?? 0);
    if (lines > best.lines) best = { x, lines };
  }
  return best.x;
}

test('the cause of a spike is found by drag and click', async ({ docker, dashboard }) => {
  // The pointer looks at many places.
  test.slow();
  const { page } = dashboard;
  await docker.run('spiking', SPIKE);
  await dashboard.open('/c/spiking/logs');
  await expect(dashboard.log).toContainText('quiet', { timeout: 30_000 });
  await expect(bars(page)).toHaveAccessibleName(/: [1-9][\d,]* lines/);
  // The newest minutes are at the right edge: a drag over them shows them in short steps.
  const box = await boxOf(bars(page));
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.85, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 10, y, { steps: 4 });
  await page.mouse.up();
  await expect(bars(page)).toHaveAccessibleName(/^Lines per (\d+ ms|\d+ s) by severity/);

  // The spike is seen, and dragged over with what is around it.
  const x = await findSpike(page);
  expect(x, 'errors in the timeline').toBeGreaterThan(0);
  await page.mouse.move(x - 12, y);
  await page.mouse.down();
  await page.mouse.move(x + 12, y, { steps: 4 });
  await page.mouse.up();
  await expect(dashboard.filter).toHaveValue(/^after:\S+Z before:\S+Z$/);
  await dashboard.severity('error').click();
  await page.mouse.move(box.x + box.width / 2, y + 200);
  await dashboard.log.focus();
  await page.keyboard.press('g');

  // Its first line says why; it opens with a click, and with it what stood around it.
  await expect(dashboard.rows.first()).toContainText(CAUSE);
  await dashboard.rows.first().click();
  await expect(inspector(page)).toContainText(CAUSE);
  await inspector(page).getByRole('button', { name: 'Show around' }).click();
  await expect(dashboard.filter).toHaveValue('');
  await expect(dashboard.rows.filter({ hasText: CAUSE })).toBeInViewport();
  await expect(dashboard.rows.filter({ hasText: 'INFO beat 20' })).toBeVisible();
});

test('on a phone a tap on the spike and one on the line lead to the cause', async ({ docker, sidekick, browser }) => {
  await docker.run('spiking-there', SPIKE);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/spiking-there/logs');
  await expect(dashboard.log).toContainText('quiet', { timeout: 30_000 });
  await dashboard.severity('error').tap();
  await expect(page.locator('.filter-count')).toHaveText('201 of 242 lines');
  const box = await boxOf(bars(page));
  await page.touchscreen.tap(box.x + (await reddest(bars(page))), box.y + box.height / 2);
  await expect(dashboard.rows.first()).toContainText(CAUSE);
  await dashboard.rows.first().locator('.text').tap();
  await expect(inspector(page)).toContainText(CAUSE);
  await expect(inspector(page)).toBeInViewport();
  await context.close();
});

test('a pattern that a restart brought is found and isolated', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const broken = 'for i in 1 2 3; do echo "ERROR cache file $i is corrupt"; done';
  await docker.run('restarted', `if [ -e /ran ]; then ${broken}; fi; : > /ran; for i in $(seq 1 20); do echo "INFO beat $i"; done; exec sleep 600`);
  await dashboard.open('/c/restarted/patterns');
  const rows = page.locator('.patterns-table tbody');
  await expect(rows).toHaveText([/INFO beat/]);
  await docker.docker('restart', '-t', '0', 'restarted');
  await expect(rows).toHaveCount(2);
  await page.locator('.patterns-bar select').nth(1).selectOption('container started');
  await page.getByLabel('Only new').check();
  await expect(rows).toHaveText([/cache file .* is corrupt/]);
  await rows.locator('.pattern').click();
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => dashboard.visibleLines()).toEqual([1, 2, 3].map((i) => `ERROR cache file ${i} is corrupt`));
});

test('a link to a kept view shows the same to somebody else', async ({ docker, dashboard, browser }) => {
  const { page } = dashboard;
  await docker.run('linked', 'for i in $(seq 1 50); do echo "GET /cart status=$((i % 5 * 100 + 100)) user=u$i"; done; echo ready; sleep 600');
  await dashboard.open('/c/linked/logs');
  await expect(dashboard.log).toContainText('ready');
  await dashboard.filter.fill('status>=500 -user=u4');
  const shown = Array.from({ length: 10 }, (_, i) => `GET /cart status=500 user=u${i * 5 + 4}`).filter((it) => !it.endsWith('=u4'));
  await expect.poll(() => dashboard.visibleLines()).toEqual(shown);
  await page.getByRole('button', { name: 'Views', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name of this view' }).fill('failures');
  await page.keyboard.press('Enter');
  await dashboard.filter.fill('');
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(20);
  await page.getByRole('button', { name: 'failures', exact: true }).click();
  await expect.poll(() => dashboard.visibleLines()).toEqual(shown);
  await expect(page).toHaveURL(/q=/);
  const context = await browser.newContext();
  const other = new Dashboard(await context.newPage(), dashboard.url);
  await other.page.goto(page.url());
  await expect.poll(() => other.visibleLines()).toEqual(shown);
  await expect(other.filter).toHaveValue('status>=500 -user=u4');
  await context.close();
});

test('by keys alone: from the list to an error, its line, its copy, and back', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  const { keyboard } = page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await docker.run('aside', 'sleep 600');
  await docker.run('keyed', `for i in $(seq 1 300); do echo "INFO beat $i"; done; echo '${CAUSE}'; for i in $(seq 1 300); do echo "INFO beat again $i"; done; sleep 600`);
  await dashboard.open('/');
  await dashboard.live();
  await keyboard.press('/');
  await keyboard.type('keyed');
  await keyboard.press('Enter');
  await expect(page).toHaveURL(/\/c\/keyed\/logs$/);
  await expect(dashboard.log).toContainText('INFO beat again 300');
  await keyboard.press('Enter');
  await expect(dashboard.log).toBeFocused();
  await expect(page.locator('#previous-error')).toBeAttached();
  await keyboard.press('E');
  const error = dashboard.rows.filter({ hasText: CAUSE });
  await expect(error).toBeInViewport();
  await keyboard.press('Enter');
  await expect(inspector(page)).toContainText(CAUSE);
  await expect(error).toBeInViewport();
  await keyboard.press('Escape');
  await expect(inspector(page)).toHaveCount(0);
  await dashboard.log.focus();
  await keyboard.press('Shift+ArrowUp');
  await keyboard.press('Shift+ArrowUp');
  await expect(page.getByRole('toolbar', { name: 'Selected lines' })).toContainText('2 lines selected');
  await keyboard.press('Control+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^.*\n.*\n$/);
  await keyboard.press('Escape');
  await keyboard.press('G');
  await expect.poll(() => dashboard.visibleLines()).toContain('INFO beat again 300');
});

test('a snapshot shows a colleague the lines, what happened, and the readings, without a server', async ({ docker, start, page }) => {
  const sidekick = await start.sidekick(['--docker-host', docker.host]);
  const dashboard = new Dashboard(page, sidekick.url);
  await docker.run('broken', `for i in $(seq 1 300); do echo "INFO beat $i"; done; echo '${CAUSE}'; sleep 4; exit 3`);
  await dashboard.open('/c/broken/stats');
  await expect(dashboard.reading('CPU')).toContainText('%');
  await dashboard.tab('Logs').click();
  await expect(dashboard.notes.filter({ hasText: 'exit 3' })).toHaveCount(1, { timeout: 30_000 });
  const lines = await dashboard.allLines();
  expect(lines).toHaveLength(301);
  await page.getByRole('button', { name: 'Download' }).click();
  const save = page.getByRole('button', { name: 'Save a snapshot' });
  const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
  const path = await file.path();

  await sidekick.down();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Sidekick', exact: true }).click();
  await page.locator('input[type=file]').first().setInputFiles({ name: 'broken.sidekick', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await expect(page).toHaveURL(/\/snapshot\/logs/);
  await expect.poll(() => dashboard.allLines()).toEqual(lines);
  await expect(dashboard.notes.filter({ hasText: 'exit 3' })).toHaveCount(1);
  await dashboard.severity('error').click();
  await expect.poll(() => dashboard.visibleLines()).toEqual([CAUSE]);
  await dashboard.tab('Stats').click();
  await expect(dashboard.reading('CPU')).toContainText('%');
});
