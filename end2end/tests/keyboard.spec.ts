// Everything within reach of the keyboard.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('j, k, Enter, [ and ], / and g and G do what they say', async ({ docker, dashboard }) => {
  await docker.run('one', 'seq -f "one %g" 1 500; sleep 600');
  await docker.run('two', 'seq -f "two %g" 1 500; sleep 600');
  await dashboard.open('/');
  await dashboard.live();
  const { keyboard } = dashboard.page;

  await keyboard.press('1');
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(dashboard.page).toHaveURL(/\/c\/(one|two)/);
  const first = dashboard.page.url();
  await keyboard.press('1');
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(dashboard.page).not.toHaveURL(first);
  await keyboard.press('1');
  await keyboard.press('k');
  await keyboard.press('Enter');
  await expect(dashboard.page).toHaveURL(first);

  await keyboard.press(']');
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'false');
  await keyboard.press('[');
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');

  await expect(dashboard.log).toContainText(/(one|two) 500/);
  await keyboard.press('2');
  await keyboard.press('g');
  await expect(dashboard.log).toContainText(/(one|two) 1\b/);
  await keyboard.press('Shift+G');
  await expect(dashboard.log).toContainText(/(one|two) 500/);

  await keyboard.press('/');
  await expect(dashboard.filter).toBeFocused();
});

test('? opens the list of keys, and Escape closes it', async ({ docker, dashboard }) => {
  await docker.run('some', 'sleep 600');
  await dashboard.open('/');
  await dashboard.live();
  await dashboard.page.keyboard.press('?');
  await expect(dashboard.page.getByRole('dialog')).toBeVisible();
  await dashboard.page.keyboard.press('Escape');
  await expect(dashboard.page.getByRole('dialog')).toBeHidden();
});

test('the back button and reload keep the selection', async ({ docker, dashboard }) => {
  await docker.run('one', 'echo from one; sleep 600');
  await docker.run('two', 'echo from two; sleep 600');
  await dashboard.open('/c/one/logs');
  await expect(dashboard.log).toContainText('from one');
  await dashboard.choose('two');
  await expect(dashboard.log).toContainText('from two');
  await expect(dashboard.page).toHaveURL(/\/c\/two\/logs$/);
  await dashboard.page.goBack();
  await expect(dashboard.log).toContainText('from one');
  await dashboard.page.reload();
  await expect(dashboard.log).toContainText('from one');
  await expect(dashboard.container('one')).toHaveAttribute('aria-selected', 'true');
});
