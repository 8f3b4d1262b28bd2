// What the page counts is what the container printed.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

/** Printed by the container, with how often: the severities and templates are known exactly. */
const PRINTED = [
  { severity: 'error', count: 17, line: 'ERROR connection to 10.0.0.$i refused after $i ms', template: /ERROR connection to .* refused after .* ms/ },
  { severity: 'warn', count: 40, line: 'WARN queue length is $i', template: /WARN queue length is <.*>/ },
  { severity: 'info', count: 230, line: 'INFO request $i served', template: /INFO request <.*> served/ },
  { severity: 'debug', count: 65, line: 'DEBUG cache has $i entries', template: /DEBUG cache has <.*> entries/ },
  { severity: 'fatal', count: 2, line: 'FATAL giving up attempt $i', template: /FATAL giving up attempt <.*>/ },
];
const TOTAL = PRINTED.reduce((sum, { count }) => sum + count, 0);
const SCRIPT = `${PRINTED.map(({ count, line }) => `for i in $(seq 1 ${count}); do echo "${line}"; done`).join('; ')}; echo done; sleep 600`;

test('severity counts equal what the container printed', async ({ docker, dashboard }) => {
  await docker.run('counted', SCRIPT);
  await dashboard.open('/c/counted/logs');
  await expect(dashboard.log).toContainText('done');
  for (const { severity, count } of PRINTED) {
    await expect(dashboard.severity(severity), severity).toHaveText(new RegExp(`\\b${count}\\b`));
  }
});

test('template counts equal what the container printed, and a click filters the log by one', async ({ docker, dashboard }) => {
  await docker.run('mined', SCRIPT);
  await dashboard.open('/c/mined/patterns');
  for (const { count, template } of PRINTED) {
    const pattern = dashboard.patterns.filter({ hasText: template });
    await expect(pattern, String(template)).toHaveCount(1);
    await expect(pattern.getByRole('cell').first()).toHaveText(String(count));
  }
  await dashboard.page.getByRole('button', { name: /WARN queue length is/ }).click();
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');
  await expect(dashboard.log).toContainText('WARN queue length is 40');
  const lines = await dashboard.allLines();
  expect(lines).toEqual(Array.from({ length: 40 }, (_, i) => `WARN queue length is ${i + 1}`));
});

test('a click on a severity shows only its lines, and another click all', async ({ docker, dashboard }) => {
  await docker.run('switched', SCRIPT);
  await dashboard.open('/c/switched/logs');
  await expect(dashboard.log).toContainText('done');
  expect(await dashboard.allLines()).toHaveLength(TOTAL + 1);
  await dashboard.severity('error').click();
  await expect.poll(async () => (await dashboard.allLines()).length).toBe(17);
  const errors = await dashboard.allLines();
  expect(errors.every((line) => line.startsWith('ERROR'))).toBe(true);
  await dashboard.severity('error').click();
  await expect.poll(async () => (await dashboard.allLines()).length).toBe(TOTAL + 1);
});
