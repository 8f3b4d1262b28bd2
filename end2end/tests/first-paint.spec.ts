// What arrives before any script runs, and what the page is made of.

import { request as httpRequest } from 'node:http';
import { expect, needsDocker, test } from '../harness/fixtures.ts';

needsDocker();

/** Answers of the server as they came over the wire, without decompression. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on('error', reject);
    request.end();
  });
}

test('the first paint names every container without any script', async ({ docker, sidekick, browser }) => {
  const long = `a-container-with-a-name-so-long-that-a-list-could-cut-it-${'x'.repeat(40)}`;
  await docker.run('plain', 'sleep 600');
  await docker.run('shop-api-1', 'sleep 600', { compose: { project: 'shop', service: 'api' } });
  await docker.create(long, 'true');

  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await expect(async () => {
    await page.goto(sidekick.url);
    const list = page.getByRole('listbox', { name: 'Containers' });
    for (const name of ['plain', 'shop-api-1', long]) {
      await expect(list.getByRole('option', { name, exact: true })).toContainText(name, { timeout: 500 });
    }
  }).toPass({ timeout: 10_000 });
  await context.close();
});

test('the address of a view renders on the server, and an unknown name is a clear page with 404', async ({ docker, sidekick }) => {
  await docker.run('addressed', 'sleep 600', { compose: { project: 'shop', service: 'api' } });
  for (const path of ['/c/addressed/logs', '/c/addressed', '/c/addressed/details', '/p/shop/logs', '/p/shop/s/api/stats']) {
    await expect(async () => expect((await get(sidekick.url + path)).status, path).toBe(200)).toPass({ timeout: 5000 });
  }
  const named = (await get(`${sidekick.url}/c/addressed/logs`)).body.toString();
  expect(named).toContain('<title>addressed · Logs · Sidekick</title>');
  expect((await get(`${sidekick.url}/p/${encodeURIComponent('<b>&')}/logs`)).body.toString()).not.toContain('<b>');
  for (const path of ['/c/nobody/logs', '/p/nothing/logs', '/no/such/page', '/c/addressed/nonsense']) {
    const answer = await get(sidekick.url + path);
    expect(answer.status, path).toBe(404);
    expect(answer.headers['content-type'], path).toContain('text/html');
    expect(answer.body.toString(), path).toContain('addressed');
    expect(answer.body.toString(), path).toContain('<title>Not found · Sidekick</title>');
  }
});

test('the title of an unknown name says so until there is one', async ({ docker, dashboard }) => {
  await dashboard.open('/c/later/logs');
  await dashboard.live();
  await expect(dashboard.page).toHaveTitle('Not found · Sidekick');
  await docker.run('later', 'sleep 600');
  await expect(dashboard.page).toHaveTitle('later · Logs · Sidekick');
});

test('the WebAssembly is named by its absolute path, served in brotli, and small', async ({ sidekick }) => {
  const html = (await get(`${sidekick.url}/c/any/logs`)).body.toString();
  const path = /["'](\/[^"']+\.wasm)["']/.exec(html)?.[1];
  expect(path, 'an absolute path to a .wasm in the HTML').toBeTruthy();

  const plain = await get(sidekick.url + path);
  expect(plain.status).toBe(200);
  expect(plain.headers['content-type']).toBe('application/wasm');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.body.subarray(0, 4).toString('latin1')).toBe('\0asm');

  // Of a split page this is the first load; what comes behind it is not in the HTML.
  expect(html).not.toContain('split_later');
  const small = await get(sidekick.url + path, { 'accept-encoding': 'br' });
  test.skip(!process.env.CI && !small.headers['content-encoding'], 'a debug build is not compressed');
  expect(small.headers['content-encoding']).toBe('br');
  expect(small.body.length).toBeLessThanOrEqual(300_000);
});
