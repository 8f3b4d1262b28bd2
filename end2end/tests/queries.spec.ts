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
  await dashboard.filter.fill('GET -level:info /st(t+us/');
  await expect(dashboard.page.getByText('Not a regular expression: unclosed group')).toBeVisible();
  await expect(dashboard.filter).toHaveAttribute('aria-invalid', 'true');
  await dashboard.filter.fill('level:odd GET');
  await expect(dashboard.page.getByText('Levels are fatal, error')).toBeVisible();
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 2));
  await dashboard.filter.fill('GET status>');
  await expect(dashboard.filter, 'half typed').toHaveAttribute('aria-invalid', 'false');
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 2));
});

test('a search in many lines goes on in slices and tells how far it is', async ({ docker, dashboard }) => {
  const count = 40_000;
  const line = '"INFO GET /cart user=u" i " status=200 took=12ms shard=" i " region=eu host=web path=/cart/items"';
  // Printed once the page is there, which begins with the newest thousand.
  await docker.run('many', `echo ready; until [ -e /go ]; do sleep 0.1; done; awk 'BEGIN { for (i = 1; i <= ${count}; i++) print ${line} }'; sleep 600`);
  await dashboard.open('/c/many/logs');
  await expect(dashboard.log).toContainText('ready');
  await docker.docker('exec', 'many', 'sh', '-c', 'echo > /go');
  await expect(dashboard.log).toContainText(`user=u${count} `);
  await expect(dashboard.page.getByText(/^40,001 lines$/)).toBeVisible();
  // Half a search is short: a person sees it, the test may come too late.
  const told = dashboard.page.evaluate(
    () =>
      new Promise<string>((done) => {
        new MutationObserver((_, observer) => {
          const text = document.querySelector('.filter-count')?.textContent ?? '';
          if (!/found, \d+ % searched/.test(text)) return;
          observer.disconnect();
          done(text);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  await dashboard.filter.fill('shard<=0 or status!=200');
  expect(await told).toMatch(/^0 found, \d+ % searched$/);
  await expect(dashboard.page.getByText('No line matches the filter.')).toBeVisible();
  await dashboard.filter.fill(`shard=${count}`);
  await expect.poll(() => dashboard.visibleLines()).toHaveLength(1);
});

test('the box offers names, severities, fields and values, by keyboard alone, and the queries of before', async ({ docker, dashboard }) => {
  const { page } = dashboard;
  await docker.run('offered', `${lines.map((line) => `echo '${line}'`).join('; ')}; sleep 600`);
  await dashboard.open('/c/offered/logs');
  await expect(dashboard.log).toContainText('cache miss');
  const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
  await dashboard.filter.focus();
  await expect(async () => {
    await dashboard.filter.fill('');
    await page.keyboard.type('le');
    await expect(options).toHaveCount(2, { timeout: 500 });
  }, 'its code comes behind the first lines').toPass();
  await expect(dashboard.filter).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await expect(dashboard.filter).toHaveAttribute('aria-activedescendant', (await options.first().getAttribute('id'))!);
  await page.keyboard.press('Enter');
  await expect(dashboard.filter).toHaveValue('level:');
  await expect(options).toHaveCount(7);
  await page.keyboard.type('er');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await expect(dashboard.filter).toHaveValue('level:error');
  await expect(dashboard.filter).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.type(' or sta');
  await expect(options.filter({ hasText: 'status=' })).toBeVisible();
  await options.filter({ hasText: 'status=' }).click();
  await options.filter({ hasText: '500' }).click();
  await expect(dashboard.filter).toHaveValue('level:error or status=500');
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[1], lines[2]]);
  // Escape closes the list first, then empties the box.
  await page.keyboard.press('Enter');
  await page.keyboard.type(' ');
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(options.first()).toBeHidden();
  await expect(dashboard.filter).toHaveValue('level:error or status=500 ');
  await page.keyboard.press('Escape');
  await expect(dashboard.filter).toHaveValue('');
  await dashboard.filter.focus();
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toContainText('level:error or status=500');
});
