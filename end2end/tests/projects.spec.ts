// A Compose project: its services, and the merged log of its containers in the order of time.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('a project shows its services and their merged log, ordered by time', async ({ docker, sidekick, dashboard }) => {
  const ticker = (word: string) => `i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo "${word} $i at $(date +%s)"; sleep 0.05; done; sleep 600`;
  await docker.run('shop-api-1', ticker('api'), { compose: { project: 'shop', service: 'api' } });
  await docker.run('shop-web-1', ticker('web'), { compose: { project: 'shop', service: 'web' } });
  await docker.run('shop-web-2', ticker('web'), { compose: { project: 'shop', service: 'web', number: 2 } });
  await docker.run('alone', 'echo not in a project; sleep 600');
  await dashboard.open('/p/shop/logs');
  await expect(dashboard.page.getByRole('link', { name: 'api 1/1' })).toBeVisible();
  await expect(dashboard.page.getByRole('link', { name: 'web 2/2' })).toBeVisible();
  await sidekick.expectUpstreams('logs', 3);
  await expect.poll(async () => (await dashboard.allLines()).length, { timeout: 20_000 }).toBe(300);

  const lines = await dashboard.allLines();
  const times = lines.map((line) => Number(/at (\d+)$/.exec(line)?.[1]));
  // `date` runs just before the line is written: across a second's border, two containers may
  // swap by one.
  expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0) - 1)).toBe(true);
  expect(lines.filter((line) => line.startsWith('api')).map((line) => Number(line.split(' ')[1]))).toEqual(
    Array.from({ length: 100 }, (_, i) => i + 1),
  );
  await expect(dashboard.log).not.toContainText('not in a project');
});

test('a service shows only the log of its replicas', async ({ docker, dashboard }) => {
  await docker.run('shop-api-1', 'echo from api; sleep 600', { compose: { project: 'shop', service: 'api' } });
  await docker.run('shop-web-1', 'echo from web one; sleep 600', { compose: { project: 'shop', service: 'web' } });
  await docker.run('shop-web-2', 'echo from web two; sleep 600', { compose: { project: 'shop', service: 'web', number: 2 } });
  await dashboard.open('/p/shop/s/web/logs');
  await expect(dashboard.log).toContainText('from web one');
  await expect(dashboard.log).toContainText('from web two');
  await expect(dashboard.log).not.toContainText('from api');
});

test('containers stand under their projects, running ones first', async ({ docker, dashboard }) => {
  await docker.run('zz-running', 'sleep 600');
  await docker.run('aa-ended', 'true');
  await docker.run('blog-db-1', 'sleep 600', { compose: { project: 'blog', service: 'db' } });
  await docker.docker('wait', 'aa-ended');
  await dashboard.open('/');
  await expect(dashboard.container('aa-ended')).toHaveAccessibleDescription(/^exited, code 0, \d+ s ago$/);
  const names = await dashboard.containers.getByRole('option').evaluateAll((options) => options.map((it) => it.textContent ?? ''));
  const place = (name: string) => names.findIndex((it) => it.includes(name));
  expect(place('blog-db-1')).toBeLessThan(place('zz-running'));
  expect(place('zz-running')).toBeLessThan(place('aa-ended'));
  const project = dashboard.containers.getByRole('group', { name: 'blog' });
  await expect(project.getByRole('option', { name: 'blog-db-1' })).toBeVisible();
});

test('lines keep the names of their containers while the stats are looked at', async ({ docker, sidekick, dashboard }) => {
  const options = (service: string) => ({ compose: { project: 'shop', service } });
  await docker.run('shop-api-1', 'echo line of api; sleep 600', options('api'));
  await docker.run('shop-db-1', 'echo line of db; sleep 600', options('db'));
  await docker.run('shop-web-1', 'echo line of web; sleep 600', options('web'));
  await dashboard.open('/p/shop/logs');
  const named = () => dashboard.log.locator('.log-row:not(.note):visible').evaluateAll((rows) =>
    rows.map((row) => `${row.querySelector('.source')?.textContent} ${row.querySelector('.text')?.textContent}`).sort(),
  );
  const expected = ['api-1 line of api', 'db-1 line of db', 'web-1 line of web'];
  await expect.poll(named).toEqual(expected);
  // The containers that are left are numbered anew for the stats.
  await docker.docker('rm', '-f', 'shop-api-1');
  await expect(dashboard.page.getByRole('link', { name: /^api/ })).toHaveCount(0);
  await dashboard.tab('Stats').click();
  await sidekick.expectUpstreams('stats', 2);
  await expect(dashboard.page.getByRole('row', { name: /shop-web-1/ })).toBeVisible();
  await dashboard.tab('Logs').click();
  await sidekick.expectUpstreams('logs', 2);
  await expect.poll(named).toEqual(expected);
});

test('a container that is made anew goes on in the log of its service, with a mark', async ({ docker, dashboard }) => {
  const compose = { project: 'shop', service: 'api' };
  await docker.run('shop-api-1', 'echo from the old one; sleep 600', { compose });
  await docker.run('shop-api-2', 'echo from another; sleep 600', { compose: { ...compose, number: 2 } });
  await dashboard.open('/p/shop/s/api/logs');
  await expect(dashboard.log).toContainText('from the old one');
  await expect(dashboard.log).toContainText('from another');
  await docker.docker('rename', 'shop-api-1', '0123_shop-api-1');
  await docker.docker('rm', '-f', '0123_shop-api-1');
  await docker.run('shop-api-1', 'echo from the new one; sleep 600', { compose });
  await expect(dashboard.log).toContainText('from the new one');
  await expect(dashboard.notes.filter({ hasText: 'a new container of this name begins' })).toHaveCount(1);
  expect((await dashboard.visibleLines()).sort()).toEqual(['from another', 'from the new one', 'from the old one']);

  // Its second version makes the new one first, under another name.
  await docker.create('4567_shop-api-1', 'echo from the newest; sleep 600', { compose });
  await docker.docker('rm', '-f', 'shop-api-1');
  await docker.docker('rename', '4567_shop-api-1', 'shop-api-1');
  await docker.docker('start', 'shop-api-1');
  await expect(dashboard.log).toContainText('from the newest');
  await expect(dashboard.notes.filter({ hasText: 'a new container of this name begins' })).toHaveCount(2);
});
