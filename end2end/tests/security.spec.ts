// Who may talk to the server: DNS rebinding and foreign pages are refused, native clients pass.

import { request as httpRequest } from 'node:http';
import { expect, needsDocker, test } from '../harness/fixtures.ts';
import type { Sidekick } from '../harness/sidekick.ts';

needsDocker();

/** The status that a raw request gets; 101 where a websocket opens. */
function status(sidekick: Sidekick, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: sidekick.port, path, headers, setHost: !('Host' in headers) });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

/** The websocket's subprotocol, which names the version of the live protocol. */
const SUBPROTOCOL = 'sidekick.v4';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': SUBPROTOCOL,
};

test('a foreign Host is refused on every path', async ({ sidekick }) => {
  for (const path of ['/', '/metrics', '/api/live', '/pkg/sidekick.css']) {
    const answer = await status(sidekick, path, { Host: 'evil.example' });
    expect([400, 403, 421], path).toContain(answer);
  }
  for (const host of [`127.0.0.1:${sidekick.port}`, `localhost:${sidekick.port}`, `[::1]:${sidekick.port}`]) {
    expect(await status(sidekick, '/', { Host: host }), host).toBe(200);
  }
});

test('a websocket with a foreign Origin gets 403, the page and native clients get in', async ({ sidekick }) => {
  expect(await status(sidekick, '/api/live', { ...UPGRADE, Origin: 'http://evil.example' })).toBe(403);
  expect(await status(sidekick, '/api/live', { ...UPGRADE, Origin: 'null' })).toBe(403);
  expect(await status(sidekick, '/api/live', { Origin: 'http://evil.example' })).toBe(403);
  expect(await status(sidekick, '/api/live', { ...UPGRADE, Origin: sidekick.url })).toBe(101);
  expect(await status(sidekick, '/api/live', UPGRADE)).toBe(101);
});

test('another host name has to be allowed, and another address needs --insecure-expose', async ({ docker, start }) => {
  const allowed = await start.sidekick(['--docker-host', docker.host, '--allow-host', 'dash.example']);
  expect(await status(allowed, '/', { Host: 'dash.example' })).toBe(200);
  expect(await status(allowed, '/', { Host: 'other.example' })).not.toBe(200);
  await expect(start.sidekick(['--docker-host', docker.host, '--addr', '0.0.0.0:0'])).rejects.toThrow(/insecure-expose/);
});

test('secret-looking environment values leave the server only on request', async ({ docker, sidekick, dashboard }) => {
  await docker.run('secretive', 'sleep 600', { args: ['-e', 'DB_PASSWORD=correct-horse', '-e', 'COLOUR=green'] });
  const seen: string[] = [];
  dashboard.page.on('response', async (response) => {
    seen.push(await response.text().catch(() => ''));
  });
  await dashboard.open('/c/secretive/details');
  const panel = dashboard.page.getByRole('tabpanel');
  await expect(panel).toContainText('COLOUR');
  await expect(panel).toContainText('green');
  await expect(panel).toContainText('DB_PASSWORD');
  expect(seen.join('\n')).not.toContain('correct-horse');
  await panel.getByRole('button', { name: 'Reveal DB_PASSWORD' }).click();
  await expect(panel).toContainText('correct-horse');
  expect(sidekick.stderr).not.toContain('correct-horse');

  // It stays in sight, and the focus on its button, when times are told in UTC and when the
  // container's state changes.
  const hide = panel.getByRole('button', { name: 'Hide DB_PASSWORD' });
  await expect(hide).toBeFocused();
  await dashboard.page.keyboard.press('u');
  await docker.docker('pause', 'secretive');
  await expect(panel).toContainText('paused');
  await expect(panel).toContainText('correct-horse');
  await expect(hide).toBeFocused();
  await hide.click();
  await expect(panel).not.toContainText('correct-horse');
});
