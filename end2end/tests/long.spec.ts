// Minutes instead of seconds: `script/test full` runs these too.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();
test.skip(!process.env.SIDEKICK_LONG_TESTS, 'runs in script/test full');

test('eight crashes of the daemon lose no line and double none', async ({ docker, sidekick, dashboard }) => {
  test.setTimeout(600_000);
  const beats = 900;
  await docker.run('heart', `i=0; while [ $i -lt ${beats} ]; do i=$((i+1)); echo "beat $i"; sleep 0.1; done; sleep 3600`);
  await dashboard.open('/c/heart/logs');
  await expect(dashboard.log).toContainText('beat');
  for (let crash = 0; crash < 8; crash++) {
    await docker.crash();
    await docker.up();
    const seen = (await dashboard.visibleLines()).at(-1);
    await expect.poll(async () => (await dashboard.visibleLines()).at(-1), { timeout: 60_000 }).not.toBe(seen);
  }
  await expect(dashboard.log).toContainText(`beat ${beats}`, { timeout: 180_000 });
  expect(await dashboard.allLines()).toEqual(Array.from({ length: beats }, (_, i) => `beat ${i + 1}`));
  await dashboard.page.close();
  await sidekick.expectUpstreams('logs', 0);
});

test('a flood of a million lines leaves the page alive, holding the newest and saying so', async ({ docker, dashboard }) => {
  test.setTimeout(600_000);
  const lines = 1_000_000;
  await docker.run('flood', `sleep 3; awk 'BEGIN { for (i = 1; i <= ${lines}; i++) print "INFO line " i " of a flood that fills the store of the page to its brim" }'; echo over; sleep 3600`);
  await dashboard.open('/c/flood/logs');
  await expect(dashboard.log).toContainText('over', { timeout: 300_000 });
  const started = Date.now();
  await dashboard.filter.fill(`line ${lines} of`);
  await expect(dashboard.rows).toHaveCount(1);
  expect(Date.now() - started).toBeLessThan(5000);
});
