// The address holds the view of a log: a link shows the same lines, and the back button the view before.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import { Dashboard } from '../harness/dashboard.ts';

needsDocker();

const lines = ['INFO GET /cart status=200', 'ERROR GET /pay status=500', 'ERROR could not connect to db', 'WARN slow'];
const printing = `${lines.map((line) => `echo '${line}'`).join('; ')}; sleep 600`;

test('a link to what is filtered opens the same lines, and Back takes a click back', async ({ docker, sidekick, dashboard, browser }) => {
  await docker.run('linked', printing);
  await docker.run('other', 'echo elsewhere; sleep 600');
  await dashboard.open('/c/linked/logs');
  await expect(dashboard.log).toContainText('slow');
  await dashboard.filter.fill('status>=200 or connect');
  await expect(dashboard.page).toHaveURL(/\/c\/linked\/logs\?q=status%3E%3D200%20or%20connect$/);
  await dashboard.severity('error').click();
  await expect(dashboard.page).toHaveURL(/connect&level=error$/);
  await expect.poll(() => dashboard.visibleLines()).toEqual([lines[1], lines[2]]);

  const context = await browser.newContext();
  const opened = new Dashboard(await context.newPage(), sidekick.url);
  await opened.open(new URL(dashboard.page.url()).pathname + new URL(dashboard.page.url()).search);
  await expect.poll(() => opened.visibleLines()).toEqual([lines[1], lines[2]]);
  await expect(opened.filter).toHaveValue('status>=200 or connect');
  await expect(opened.severity('error')).toHaveAttribute('aria-pressed', 'true');
  await context.close();

  await dashboard.page.goBack();
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 3));
  await expect(dashboard.severity('error')).toHaveAttribute('aria-pressed', 'false');
  await dashboard.container('other').click();
  await expect(dashboard.log).toContainText('elsewhere');
  await expect(dashboard.filter, 'a view is of one log').toHaveValue('');
  await dashboard.page.goBack();
  await expect(dashboard.filter).toHaveValue('status>=200 or connect');
  await expect.poll(() => dashboard.visibleLines()).toEqual(lines.slice(0, 3));
  // The curves hold to its times, so they have the view too; the details have none. The log has it again.
  await dashboard.tab('Stats').click();
  await expect(dashboard.page).toHaveURL(/\/c\/linked\/stats\?q=status/);
  await dashboard.tab('Details').click();
  await expect(dashboard.page).toHaveURL(/\/c\/linked\/details$/);
  await dashboard.tab('Logs').click();
  await expect(dashboard.page).toHaveURL(/\/c\/linked\/logs\?q=status/);
});

test('a link to a pattern opens its lines on a page that numbers patterns in another order', async ({ docker, sidekick, dashboard, browser }) => {
  const two = ['user 7 left', 'user 8 left'];
  await docker.run('patterned', `echo first; ${two.map((line) => `echo '${line}'`).join('; ')}; echo last; sleep 600`);
  await dashboard.open('/c/patterned/patterns');
  await dashboard.patterns.filter({ hasText: 'left' }).getByTitle('Show the lines of this pattern').click();
  await expect.poll(() => dashboard.visibleLines()).toEqual(two);
  await expect(dashboard.page).toHaveURL(/\/c\/patterned\/logs\?q=template/);
  const context = await browser.newContext();
  const opened = new Dashboard(await context.newPage(), sidekick.url);
  await opened.open(new URL(dashboard.page.url()).pathname + new URL(dashboard.page.url()).search);
  await expect.poll(() => opened.visibleLines()).toEqual(two);
  await context.close();
});
