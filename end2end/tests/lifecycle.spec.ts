// What happens to containers elsewhere shows here within a second.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

const WITHIN = { timeout: 1000 };

test('start, stop, rename and removal elsewhere show within a second', async ({ docker, dashboard }) => {
  await docker.run('anchor', 'sleep 600');
  await dashboard.open('/c/anchor/logs');
  await dashboard.live();

  await docker.create('newcomer', 'sleep 600');
  await expect(dashboard.container('newcomer')).toBeVisible(WITHIN);
  await docker.docker('start', 'newcomer');
  await expect(dashboard.container('newcomer')).toHaveAccessibleDescription(/running/, WITHIN);
  await docker.docker('stop', 'newcomer');
  await expect(dashboard.container('newcomer')).toHaveAccessibleDescription(/exited/, WITHIN);
  await docker.docker('rename', 'newcomer', 'renamed');
  await expect(dashboard.container('renamed')).toBeVisible(WITHIN);
  await expect(dashboard.container('newcomer')).toBeHidden(WITHIN);
  await docker.docker('rm', '-f', 'renamed');
  await expect(dashboard.container('renamed')).toBeHidden(WITHIN);
});

test('a container that dies right after its start is called so at once', async ({ docker, dashboard }) => {
  await docker.run('crasher', 'echo no; exit 3');
  await docker.docker('wait', 'crasher');
  await dashboard.open('/c/crasher/logs');
  await dashboard.live();
  // dockerd's list calls it running for a while after it has told that it died.
  for (let round = 0; round < 3; round++) {
    await docker.docker('start', 'crasher');
    await expect(dashboard.log.locator('.log-row:not(.note):visible')).toHaveCount(round + 2);
    await expect(dashboard.container('crasher')).toHaveAccessibleDescription(/^exited, code 3/, WITHIN);
    await dashboard.page.waitForTimeout(1500);
    await expect(dashboard.container('crasher')).toHaveAccessibleDescription(/^exited, code 3/);
  }
  await expect(dashboard.notes).toHaveText([0, 1, 2, 3].flatMap((round) => [...(round ? [/started again$/] : []), /ended, exit 3$/]));
});

test('a removed container keeps its lines on the page, and a new one of its name is offered', async ({ docker, dashboard }) => {
  await docker.run('phoenix', 'echo "from the first life"; sleep 600');
  await dashboard.open('/c/phoenix/logs');
  await expect(dashboard.log).toContainText('from the first life');
  await docker.docker('rm', '-f', 'phoenix');
  await expect(dashboard.page.getByText('This container was removed.')).toBeVisible();
  await expect(dashboard.log).toContainText('from the first life');
  await docker.run('phoenix', 'echo "from the second life"; sleep 600');
  await expect(dashboard.page.getByRole('button', { name: 'Show the new phoenix' })).toBeVisible();
  // A look at another tab does not leave the container.
  await dashboard.tab('Stats').click();
  await expect(dashboard.tab('Stats')).toHaveAttribute('aria-selected', 'true');
  await dashboard.tab('Logs').click();
  await expect(dashboard.log).toContainText('from the first life');
  await expect(dashboard.log).not.toContainText('from the second life');
  await expect(dashboard.log.locator('.log-row.gap:visible')).toHaveCount(0);
  await dashboard.page.getByRole('button', { name: 'Show the new phoenix' }).click();
  await expect(dashboard.log).toContainText('from the second life');
});
