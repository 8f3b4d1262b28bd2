// Everything within reach of the keyboard.

import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

test('j, k, Enter, [ and ], / and g and G do what they say', async ({ docker, dashboard }) => {
  await docker.run('one', 'for i in $(seq 1 500); do echo "one $i"; done; sleep 600');
  await docker.run('two', 'for i in $(seq 1 500); do echo "two $i"; done; sleep 600');
  await dashboard.open('/');
  await dashboard.live();
  const { keyboard } = dashboard.page;

  await keyboard.press('j');
  await expect(dashboard.page).toHaveURL(/\/c\/one\/logs$/);
  await keyboard.press('j');
  await expect(dashboard.page).toHaveURL(/\/c\/two\/logs$/);
  await keyboard.press('k');
  await expect(dashboard.page).toHaveURL(/\/c\/one\/logs$/);
  await keyboard.press('G');
  await expect(dashboard.page).toHaveURL(/\/c\/two\/logs$/);

  await keyboard.press(']');
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'false');
  await keyboard.press('[');
  await expect(dashboard.tab('Logs')).toHaveAttribute('aria-selected', 'true');

  await expect(dashboard.log).toContainText('two 500');
  await keyboard.press('Enter');
  await expect(dashboard.log).toBeFocused();
  await keyboard.press('/');
  await expect(dashboard.page.getByRole('combobox', { name: 'Filter' })).toBeFocused();
  await keyboard.press('Escape');
  await expect(dashboard.log, 'so that j and k scroll it').toBeFocused();
  await keyboard.press('g');
  await expect.poll(() => dashboard.visibleLines()).toContain('two 1');
  await keyboard.press('G');
  await expect.poll(() => dashboard.visibleLines()).toContain('two 500');

  await keyboard.press('/');
  await expect(dashboard.filter).toBeFocused();
  await keyboard.press('Escape');
  await keyboard.press('2');
  await expect(dashboard.page.getByRole('button', { name: 'Services' })).toHaveAttribute('aria-pressed', 'true');
  await keyboard.press('1');
  await expect(dashboard.containers).toBeVisible();
});

test('Enter goes from the list into every view, which the keys then scroll', async ({ docker, dashboard }) => {
  await docker.run('one', 'for i in $(seq 1 500); do echo "one $i"; done; sleep 600');
  const { page } = dashboard;
  await page.setViewportSize({ width: 900, height: 400 });
  for (const tab of ['stats', 'patterns', 'groups', 'details']) {
    await dashboard.open(`/c/one/${tab}`);
    await dashboard.live();
    const view = page.locator('#view [tabindex="0"]').first();
    await expect(view).toBeVisible();
    await dashboard.container('one').focus();
    await page.keyboard.press('Enter');
    await expect(view).toBeFocused();
  }
  await page.keyboard.press('G');
  await expect.poll(() => page.locator('#view [tabindex="0"]').evaluate((view) => view.scrollTop)).toBeGreaterThan(0);
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
