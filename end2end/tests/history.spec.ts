// Lines from before those that the page begins with: down to a container's first one.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import type { Dashboard } from '../harness/dashboard.ts';
import type { PrivateDocker } from '../harness/docker.ts';
import { eventually } from '../harness/process.ts';

needsDocker();

/** Prints numbered lines at once. */
const count = (from: number, to: number) => `awk 'BEGIN { for (i = ${from}; i <= ${to}; i++) print "line " i }'`;

/** Waits until a container has printed its last line of these, so that a page begins with the newest thousand. */
const printed = (docker: PrivateDocker, name: string, last: string) =>
  eventually(`${last} of ${name}`, async () => (await docker.docker('logs', '--tail', '1', name)).trim() === last);

const strip = (dashboard: Dashboard) => dashboard.page.locator('.log-past');

/** Every line that the page holds, by way of the clipboard. */
async function held(dashboard: Dashboard): Promise<string[]> {
  await dashboard.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dashboard.page.getByRole('button', { name: 'Copy', exact: true }).click();
  const text = await dashboard.page.evaluate(() => navigator.clipboard.readText());
  return text.split('\n').slice(0, -1);
}

/** Scrolls to the top, again and again, until the log's beginning is there. */
async function toTheBeginning(dashboard: Dashboard): Promise<void> {
  await expect(async () => {
    await dashboard.log.evaluate((log) => log.scrollTo({ top: 0 }));
    await expect(strip(dashboard)).toHaveText(/Beginning of the log/, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  // The last of them came in front of what was at the top.
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 0 }));
  await expect(strip(dashboard)).toBeVisible();
}

const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}`);

test('scrolling up brings every older line once, in order, to the first one', async ({ docker, dashboard }) => {
  test.setTimeout(120_000);
  await docker.run('past', `${count(1, 20_000)}; sleep 600`);
  await printed(docker, 'past', 'line 20000');
  await dashboard.open('/c/past/logs');
  await expect(dashboard.log).toContainText('line 20000');
  await expect(strip(dashboard)).toBeHidden();

  // The line that is read stays where it is while others come before it.
  const height = await dashboard.log.evaluate((log) => log.scrollHeight);
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 1 }));
  const read = dashboard.rows.filter({ hasText: /line 19010$/ });
  await expect(read).toBeVisible();
  const place = await read.boundingBox();
  await expect.poll(() => dashboard.log.evaluate((log) => log.scrollHeight)).toBeGreaterThan(height);
  await expect(read).toBeVisible();
  const after = await read.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (place?.y ?? 0))).toBeLessThanOrEqual(1);

  await toTheBeginning(dashboard);
  expect(await held(dashboard)).toEqual(numbered(1, 20_000));
  await expect(dashboard.page.locator('.log-toolbar')).toContainText('20,000');
});

test('older lines and those that come join without a seam', async ({ docker, dashboard }) => {
  await docker.run('both', `${count(1, 4_000)}; while [ ! -e /go ]; do sleep 0.1; done; ${count(4_001, 4_500)}; sleep 600`);
  await printed(docker, 'both', 'line 4000');
  await dashboard.open('/c/both/logs');
  await expect(dashboard.log).toContainText('line 4000');
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 0 }));
  await docker.docker('exec', 'both', 'sh', '-c', ': > /go');
  await toTheBeginning(dashboard);
  await dashboard.log.evaluate((log) => log.scrollTo({ top: log.scrollHeight }));
  await expect(dashboard.log).toContainText('line 4500');
  expect(await held(dashboard)).toEqual(numbered(1, 4_500));
});

test('who reads back beyond what the page holds keeps his lines, and can go to the newest again', async ({ docker, dashboard }) => {
  test.setTimeout(120_000);
  await docker.run('deep', `${count(1, 70_000)}; sleep 600`);
  await printed(docker, 'deep', 'line 70000');
  await dashboard.open('/c/deep/logs');
  await expect(dashboard.log).toContainText('line 70000');
  await toTheBeginning(dashboard);
  await expect(dashboard.rows.filter({ hasText: /^.*line 1$/ })).toBeVisible();
  const newest = dashboard.page.getByRole('button', { name: 'load the newest' });
  await newest.click();
  await expect(dashboard.log).toContainText('line 70000');
  await expect(newest).toBeHidden();
});

test('who comes back from another tab finds his lines and his place, and can go to the newest', async ({ docker, dashboard }) => {
  test.setTimeout(120_000);
  await docker.run('left', `${count(1, 5_000)}; while [ ! -e /go ]; do sleep 0.1; done; ${count(5_001, 60_000)}; sleep 600`);
  await printed(docker, 'left', 'line 5000');
  await dashboard.open('/c/left/logs');
  await expect(dashboard.log).toContainText('line 5000');
  await toTheBeginning(dashboard);
  await dashboard.log.evaluate((log) => log.scrollTo({ top: 1_000 * 18 + 7 }));
  const read = dashboard.rows.filter({ hasText: /line 1010$/ });
  const place = await read.boundingBox();
  for (const tab of ['Patterns', 'Stats', 'Details'] as const) {
    await dashboard.tab(tab).click();
    await expect(dashboard.log).toBeHidden();
    await dashboard.tab('Logs').click();
    await expect(read).toBeVisible();
    expect(Math.abs(((await read.boundingBox())?.y ?? 0) - (place?.y ?? 0))).toBeLessThanOrEqual(1);
  }
  // More than the page holds comes behind what is read.
  await docker.docker('exec', 'left', 'sh', '-c', ': > /go');
  const newest = dashboard.page.getByRole('button', { name: 'load the newest' });
  await expect(newest).toBeVisible({ timeout: 30_000 });
  await dashboard.tab('Stats').click();
  await dashboard.tab('Logs').click();
  await expect(read).toBeVisible();
  await newest.click();
  await expect(dashboard.log).toContainText('line 60000', { timeout: 30_000 });
  await expect(newest).toBeHidden();
});

test('a time behind the lines that were let go leads to its line too', async ({ docker, dashboard }) => {
  test.setTimeout(120_000);
  await docker.run('late', `${count(1, 60_000)}; sleep 2; echo the very last; sleep 600`);
  await dashboard.open('/c/late/logs');
  await expect(dashboard.log).toContainText('the very last');
  await toTheBeginning(dashboard);
  const newest = dashboard.page.getByRole('button', { name: 'load the newest' });
  await expect(newest).toBeVisible();
  const printed = (await docker.docker('logs', '--timestamps', '--tail', '1', 'late')).slice(0, 19);
  await dashboard.page.getByLabel('UTC').check();
  const box = dashboard.page.getByRole('textbox', { name: 'Go to time' });
  await box.fill('soon');
  await box.press('Enter');
  await expect(dashboard.page.getByText('Write 10:15, 10:15:30 or 2026-01-31 10:15')).toBeVisible();
  await box.fill(printed.replace('T', ' '));
  await box.press('Enter');
  await expect(dashboard.rows.filter({ hasText: 'the very last' })).toBeVisible();
  await expect(newest).toBeHidden();
});

test('whoever follows the newest lines calls off a jump to a time', async ({ docker, dashboard }) => {
  await docker.run('called', `${count(1, 40_000)}; sleep 600`);
  await printed(docker, 'called', 'line 40000');
  await dashboard.open('/c/called/logs');
  await expect(dashboard.log).toContainText('line 40000');
  const box = dashboard.page.getByRole('textbox', { name: 'Go to time' });
  // As soon as it says that it reads: a person with a mouse may come too late.
  const called = dashboard.page.evaluate(
    () =>
      new Promise<void>((done) => {
        new MutationObserver((_, observer) => {
          const strip = document.querySelector<HTMLElement>('.log-past');
          const follow = document.querySelector<HTMLElement>('.log-new');
          if (!strip?.textContent?.includes('Loading older lines') || !follow || follow.hidden) return;
          observer.disconnect();
          follow.click();
          done();
        }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
  );
  await box.fill('2020-01-01 00:00');
  await box.press('Enter');
  await called;
  await expect(strip(dashboard)).toBeHidden();
  await expect(dashboard.log).toContainText('line 40000');
  const lines = await held(dashboard);
  expect(lines.length).toBeLessThan(40_000);
  expect(lines).toEqual(numbered(40_001 - lines.length, 40_000));
});

test('a filter that leaves little searches older lines until one matches', async ({ docker, dashboard }) => {
  await docker.run('hay', `echo needle one; ${count(1, 4_000)}; echo needle two; ${count(4_001, 6_000)}; sleep 600`);
  await printed(docker, 'hay', 'line 6000');
  await dashboard.open('/c/hay/logs');
  await expect(dashboard.log).toContainText('line 6000');
  await dashboard.filter.fill('needle');
  await expect(dashboard.page.getByText('No line matches the filter.')).toBeVisible();
  const search = strip(dashboard).getByRole('button', { name: 'Search older lines' });
  await search.click();
  await expect(dashboard.rows).toHaveText([/needle two$/]);
  await search.click();
  await expect(dashboard.rows).toHaveText([/needle one$/, /needle two$/]);
  // The strip leaves the first of them free.
  const [above, first] = await Promise.all([strip(dashboard).boundingBox(), dashboard.rows.first().boundingBox()]);
  if (above) expect(above.y + above.height).toBeLessThanOrEqual(first?.y ?? 0);
  await dashboard.filter.fill('');
  await expect(dashboard.log).toContainText('line 1');
});

test('a time leads to its line, also where that is not loaded yet', async ({ docker, dashboard }) => {
  await docker.run('timed', `echo the very first; sleep 3; ${count(1, 5_000)}; sleep 600`);
  const started = (await docker.docker('logs', '--timestamps', 'timed')).slice(0, 19);
  await dashboard.open('/c/timed/logs');
  await expect(dashboard.log).toContainText('line 5000');
  await dashboard.page.getByLabel('UTC').check();
  const box = dashboard.page.getByRole('textbox', { name: 'Go to time' });
  await box.fill('nonsense');
  await box.press('Enter');
  await expect(box).toHaveAttribute('aria-invalid', 'true');
  await box.fill(started.replace('T', ' '));
  await box.press('Enter');
  await expect(dashboard.rows.filter({ hasText: 'the very first' })).toBeVisible();
  await expect(box).toHaveAttribute('aria-invalid', 'false');
});

test('a long line of which only the end was loaded becomes whole', async ({ docker, dashboard }) => {
  const long = 'abcdefgh'.repeat(12_500);
  const script = `awk 'BEGIN { for (i = 0; i < 12500; i++) printf "abcdefgh"; print "" }'`;
  await docker.run('wordy', `echo before; ${script}; ${count(1, 998)}; sleep 600`);
  await eventually('the last line', async () => (await docker.docker('logs', '--tail', '1', 'wordy')).includes('line 998'));
  await dashboard.open('/c/wordy/logs');
  await expect(dashboard.log).toContainText('line 998');
  const before = await held(dashboard);
  expect(before[0]?.length).toBeLessThan(long.length);
  await toTheBeginning(dashboard);
  expect(await held(dashboard)).toEqual(['before', long, ...numbered(1, 998)]);
});
