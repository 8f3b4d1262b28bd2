// What somebody does in the moment in which the connection ends. Against the demo engine, so that it needs no Docker.

import { Dashboard } from '../harness/dashboard.ts';
import { expect, plainTest as test } from '../harness/fixtures.ts';

test('what is asked for while the connection ends is asked again by the next one', async ({ page, start }) => {
  const sidekick = await start.sidekick(['--demo']);
  await page.addInitScript(() => {
    const sockets: WebSocket[] = [];
    Object.assign(window, { sockets });
    window.WebSocket = new Proxy(window.WebSocket, {
      construct(target, args) {
        const socket = Reflect.construct(target, args) as WebSocket;
        sockets.push(socket);
        return socket;
      },
    });
  });
  const dashboard = new Dashboard(page, sidekick.url);
  await dashboard.open('/c/shop-api-1/logs');
  await expect.poll(async () => (await dashboard.visibleLines()).length).toBeGreaterThan(5);
  // The end has begun, and nobody has told the page yet. The fixture fails the test for an error on the console.
  await page.evaluate(() => {
    const { sockets } = window as unknown as { sockets: WebSocket[] };
    sockets.at(-1)?.close();
    document.querySelector<HTMLElement>('a[href="/c/import-2024/logs"]')?.click();
  });
  await expect(page).toHaveURL(/import-2024/);
  await expect(dashboard.log).toContainText('exit 1');
  expect(await page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets.length)).toBe(2);
});
