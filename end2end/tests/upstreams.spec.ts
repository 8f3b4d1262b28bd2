// Streams run only for what somebody looks at, once however many look.

import { Dashboard } from '../harness/dashboard.ts';
import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const TALKER = (word: string) => `i=0; while :; do i=$((i+1)); echo "${word} $i"; sleep 0.05; done`;

test('leaving a tab closes its stream within a second, and so does leaving the page', async ({ docker, sidekick, dashboard }) => {
  await docker.run('talker', TALKER('talk'));
  await dashboard.open('/c/talker/logs');
  await expect(dashboard.log).toContainText('talk');
  await sidekick.expectUpstreams('logs', 1);
  await sidekick.expectUpstreams('stats', 0);
  await sidekick.expectUpstreams('events', 1);

  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('stats', 1);
  await sidekick.expectUpstreams('logs', 0, 1500);

  await dashboard.tab('Details').click();
  await sidekick.expectUpstreams('stats', 0, 1500);

  await dashboard.tab('Logs').click();
  await sidekick.expectUpstreams('logs', 1);
  await dashboard.page.close();
  await sidekick.expectUpstreams('logs', 0, 1500);
});

test('two pages on one container share one stream and see the same lines', async ({ docker, sidekick, dashboard, context }) => {
  await docker.run('shared', TALKER('word'));
  await dashboard.open('/c/shared/logs');
  await expect(dashboard.log).toContainText('word 20');
  const second = new Dashboard(await context.newPage(), sidekick.url);
  await second.open('/c/shared/logs');
  await expect(second.log).toContainText('word');
  await sidekick.expectUpstreams('logs', 1);

  await docker.docker('stop', 'shared');
  await expect.poll(async () => (await dashboard.allLines()).at(-1)).toMatch(/word \d+/);
  await expect.poll(async () => (await second.allLines()).at(-1)).toBe((await dashboard.allLines()).at(-1));
  expect(await second.allLines()).toEqual(await dashboard.allLines());
});

test('A, B and A again in quick succession shows only the lines of A, each once', async ({ docker, sidekick, dashboard }) => {
  await docker.run('aa', TALKER('alpha'));
  await docker.run('bb', TALKER('beta'));
  await dashboard.open('/c/aa/logs');
  await expect(dashboard.log).toContainText('alpha');
  for (let round = 0; round < 5; round++) {
    await dashboard.container('bb').click();
    await dashboard.container('aa').click();
  }
  await expect(dashboard.log).toContainText('alpha');
  await docker.docker('stop', 'aa');
  await sidekick.expectUpstreams('logs', 0, 15_000);
  const lines = await dashboard.allLines();
  const numbers = lines.map((line) => Number(/^alpha (\d+)$/.exec(line)?.[1]));
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
});

test('a look at the stats keeps the lines, and those printed meanwhile follow', async ({ docker, sidekick, dashboard }) => {
  const lines = async () => Number((await dashboard.page.locator('.filter-count').textContent())?.replace(/\D/g, ''));
  const printed = async () => Number(/(\d+)\n$/.exec(await docker.docker('logs', '--tail', '1', 'kept'))?.[1]);
  // More lines than a page is given that joins anew.
  const go = 'while [ ! -e /go ]; do sleep 0.1; done';
  await docker.run('kept', `for i in $(seq 1 950); do echo "word $i"; done; ${go}; while :; do i=$((i+1)); echo "word $i"; sleep 0.02; done`);
  await dashboard.open('/c/kept/logs');
  await expect.poll(lines).toBe(950);
  await docker.docker('exec', 'kept', 'sh', '-c', ': > /go');
  await expect.poll(lines).toBeGreaterThan(950);
  const [held, seen] = [await lines(), await printed()];
  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('logs', 0, 1500);
  await expect.poll(printed, { timeout: 20_000 }).toBeGreaterThan(Math.max(seen, 1000) + 100);
  await dashboard.tab('Logs').click();
  await docker.docker('stop', 'kept');
  await sidekick.expectUpstreams('logs', 0, 15_000);
  const last = await printed();
  await expect(dashboard.log).toContainText(`word ${last}`);
  const numbers = (await dashboard.allLines()).map((line) => Number(/^word (\d+)$/.exec(line)?.[1]));
  expect(numbers).toEqual(numbers.map((_, i) => last + 1 + i - numbers.length));
  expect(numbers.length, 'none was let go').toBeGreaterThan(held + 100);

  await docker.run('other', 'echo here; sleep 600');
  await dashboard.container('other').click();
  await expect(dashboard.log).toContainText('here');
  await dashboard.container('kept').click();
  await expect.poll(lines, 'another selection begins anew').toBe(1000);
});
