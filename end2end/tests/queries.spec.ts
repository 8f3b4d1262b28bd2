// Queries in the filter's box.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const lines = [
  'INFO GET /cart status=200 took=12ms',
  'INFO GET /pay status=500 took=1.5s',
  'ERROR could not connect to db',
  'DEBUG cache miss',
];

test('a query narrows the log by level, fields, and what is excluded', async ({ docker, dashboard }) => {
  await docker.run('shop', `${lines.map((line) => `echo '${line}'`).join('; ')}; echo to-stderr >&2; sleep 600`);
  await dashboard.open('/c/shop/logs');
  await expect(dashboard.log).toContainText('to-stderr');
  for (const [query, found] of [
    ['level>=error', [lines[2]]],
    ['status=500 or level:debug', [lines[1], lines[3]]],
    ['took>1s', [lines[1]]],
    ['-pay GET', [lines[0]]],
    ['GET -"pay"', [lines[0]]],
    ['stream:stderr', ['to-stderr']],
    ['source:sho* stream:stdout', lines],
    ['source:nobody', []],
    ['could not connect', [lines[2]]],
  ] as const) {
    await dashboard.filter.fill(query);
    await expect.poll(() => dashboard.visibleLines(), query).toEqual(found);
  }
});

test('what cannot be read of a query is said, and the rest of it holds', async ({ docker, dashboard }) => {
  await docker.run('shop', `${lines.map((line) => `echo '${line}'`).join('; ')}; sleep 600`);
  await dashboard.open('/c/shop/logs');
  await expect(dashboard.log).toContainText('cache miss');
  await dashboard.filter.fill('GET -level:info /st.t+us/');
  await expect(dashboard.page.getByText('Regular expressions cannot be searched for here')).toBeVisible();
  await expect(dashboard.filter).toHaveAttribute('aria-invalid', 'true');
  await dashboard.filter.fill('level:odd GET');
  await expect(dashboard.page.getByText('Levels are fatal, error')).toBeVisible();
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 2));
  await dashboard.filter.fill('GET status>');
  await expect(dashboard.filter, 'half typed').toHaveAttribute('aria-invalid', 'false');
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 2));
});
