// The main job: what a container prints is on the page, complete, in order, soon, and once.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('lines arrive complete and in order', async ({ docker, dashboard }) => {
  const lines = 3000;
  await docker.run('counter', `awk 'BEGIN { for (i = 1; i <= ${lines}; i++) printf "line %05d of the count\\n", i }'; sleep 600`);
  await dashboard.open('/c/counter/logs');
  await expect(dashboard.log).toContainText(`line ${String(lines).padStart(5, '0')} of the count`);
  const wanted = Array.from({ length: lines }, (_, i) => `line ${String(i + 1).padStart(5, '0')} of the count`);
  // A page that joins sees the newest lines: at least 1000 of them, and no hole among them.
  const got = await dashboard.allLines();
  expect(got.length).toBeGreaterThanOrEqual(1000);
  expect(got).toEqual(wanted.slice(-got.length));
});

test('a line shows within two seconds of being printed', async ({ docker, dashboard }) => {
  await docker.run('clock', 'while :; do echo "now $(date +%s)"; sleep 0.2; done');
  await dashboard.open('/c/clock/logs');
  await expect(dashboard.rows.last()).toContainText(/now \d+/);
  for (let i = 0; i < 5; i++) {
    const printed = Number(/now (\d+)/.exec((await dashboard.visibleLines()).at(-1) ?? '')?.[1]);
    // `date` counts whole seconds, which adds up to one to the age.
    expect(Date.now() / 1000 - printed).toBeLessThan(3);
    await dashboard.page.waitForTimeout(300);
  }
  // The mark in the top bar tells the same on hover.
  const health = dashboard.page.locator('.link');
  await expect(health).toHaveAttribute('title', /^\d+ lines came, none is missing; the newest \d+ ms after it was printed$/m);
});

test('stdout, stderr and terminal output keep their text, colours and empty lines', async ({ docker, dashboard }) => {
  const script = String.raw`printf 'first\n\n\033[31mred\033[0m text\r\nno newline at the end'; sleep 600`;
  await docker.run('pipes', `${script} & echo 'to stderr' >&2; wait`);
  await docker.run('terminal', script.replace(String.raw`\r`, ''), { tty: true });
  await dashboard.open('/c/terminal/logs');
  await expect(dashboard.log).toContainText('red text');
  expect((await dashboard.allLines()).slice(0, 3)).toEqual(['first', '', 'red text']);
  await dashboard.choose('pipes');
  await expect(dashboard.log).toContainText('to stderr');
  await expect(dashboard.log).toContainText('red text');
  await expect(dashboard.log).not.toContainText('\u001b');
});

test('a stopped container shows its log once, and goes on when it starts again', async ({ docker, dashboard }) => {
  await docker.run('again', 'echo "run of $(cat /proc/uptime)"; sleep 0.3');
  await docker.docker('wait', 'again');
  await dashboard.open('/c/again/logs');
  await expect(dashboard.log).toContainText('run of');
  const first = await dashboard.allLines();
  expect(first).toHaveLength(1);
  await expect(dashboard.notes).toHaveText([/ended, exit 0$/]);
  await docker.docker('start', 'again');
  await expect(async () => expect(await dashboard.allLines()).toHaveLength(2)).toPass();
  expect((await dashboard.allLines())[0]).toBe(first[0]);
  await expect(dashboard.notes).toHaveText([/ended, exit 0$/, /started again$/, /ended, exit 0$/]);
});

test('a container that is restarted says so in its log', async ({ docker, dashboard }) => {
  await docker.run('reborn', 'trap exit TERM; echo "run of $(cat /proc/uptime)"; while :; do sleep 0.1; done');
  await dashboard.open('/c/reborn/logs');
  await expect(dashboard.log).toContainText('run of');
  await docker.docker('restart', 'reborn');
  await expect(async () => expect(await dashboard.allLines()).toHaveLength(2)).toPass();
  await expect(dashboard.notes).toHaveText([/ended, exit \d+$/, /started again$/]);
});

test('the filter narrows the log to the lines that hold a text', async ({ docker, dashboard }) => {
  await docker.run('mixed', `for i in $(seq 1 200); do echo "apple $i"; echo "Pear $i"; done; sleep 600`);
  await dashboard.open('/c/mixed/logs');
  await expect(dashboard.log).toContainText('Pear 200');
  await dashboard.filter.fill('pear 1');
  await expect.poll(async () => (await dashboard.visibleLines()).some((line) => line.startsWith('apple'))).toBe(false);
  const lines = await dashboard.allLines();
  expect(lines).toEqual(Array.from({ length: 200 }, (_, i) => `Pear ${i + 1}`).filter((line) => line.startsWith('Pear 1')));
  await dashboard.filter.fill('');
  await expect(dashboard.log).toContainText('apple');
});

test('scrolling up pauses the log, and the new lines are counted', async ({ docker, dashboard }) => {
  await docker.run('steady', 'seq 1 300; i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.1; done');
  await dashboard.open('/c/steady/logs');
  await expect(dashboard.log).toContainText('tick');
  await dashboard.log.hover();
  await dashboard.page.mouse.wheel(0, -2000);
  const news = dashboard.page.getByRole('button', { name: /\d+ new lines?/ });
  await expect(news).toBeVisible();
  const before = await dashboard.visibleLines();
  await dashboard.page.waitForTimeout(500);
  expect(await dashboard.visibleLines()).toEqual(before);
  await news.click();
  await expect(news).toBeHidden();
  await expect(dashboard.rows.last()).toContainText('tick');
});

test('who follows the log goes on following when there is more room or less', async ({ docker, dashboard }) => {
  await docker.run('steady', 'seq 1 300; i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.05; done');
  await dashboard.open('/c/steady/logs');
  await expect(dashboard.log).toContainText('tick');
  const news = dashboard.page.getByRole('button', { name: /\d+ new lines?/ });
  // The browser moves the rows itself where the list grows, before anybody is told of its new height.
  for (const height of [420, 900, 500, 1000, 420, 700, 900]) {
    await dashboard.page.setViewportSize({ width: 1280, height });
    await dashboard.page.waitForTimeout(300);
    await expect(news).toBeHidden();
  }
  await expect(dashboard.rows.last()).toContainText('tick');
});

test('minutes of which lines are not loaded are not called quiet', async ({ docker, dashboard }) => {
  const timeline = dashboard.page.getByRole('img', { name: /^Lines per minute/ });
  await docker.run('short', 'seq 1 20; sleep 600');
  // Long lines, so that the backlog comes in several pieces.
  await docker.run('deep', `awk 'BEGIN { for (i = 1; i <= 1500; i++) printf "%0200d\\n", i }'; sleep 600`);
  await dashboard.open('/c/short/logs');
  await expect(timeline).toHaveAccessibleName(/: 20 lines/);
  await dashboard.choose('deep');
  await expect(timeline).toHaveAccessibleName(/: 1,000 lines.*before \d\d:\d\d.* not all loaded$/);
  await dashboard.choose('short');
  await expect(timeline).toHaveAccessibleName(/: 20 lines, unknown 20$/);
});
