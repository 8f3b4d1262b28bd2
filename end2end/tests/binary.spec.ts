// The program itself: its command line, its one line on stdout, its demo socket, its manners.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, plainTest as test } from '../harness/fixtures.ts';
import { eventually, run, stop } from '../harness/process.ts';
import { binary } from '../harness/sidekick.ts';

test('stdout carries exactly one line, the address; SIGTERM ends it with nothing left behind', async ({ start }) => {
  const sidekick = await start.sidekick(['--demo']);
  expect((await fetch(sidekick.url)).status).toBe(200);
  expect(sidekick.leftovers()).toEqual([]);
  await sidekick.down();
  expect(sidekick.stdout).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
});

test('--version and --help answer, and nonsense is refused', async () => {
  expect(await run(binary(), ['--version'])).toMatch(/^sidekick-docker \d+\.\d+\.\d+/);
  const help = await run(binary(), ['serve', '--help']);
  for (const flag of ['--addr', '--docker-host', '--demo', '--allow-host', '--insecure-expose']) expect(help).toContain(flag);
  await expect(run(binary(), ['--nonsense'])).rejects.toThrow();
  await expect(run(binary(), ['serve', '--addr', 'not an address'])).rejects.toThrow();
});

test('LEPTOS_SITE_ADDR gives the address where --addr does not', async () => {
  const child = spawn(binary(), ['serve', '--demo'], {
    env: { ...process.env, LEPTOS_SITE_ADDR: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  await eventually('the address', () => /listening on http:\/\/127\.0\.0\.1:\d+/.test(out));
  expect(out).not.toContain(':3000');
  await stop(child);
});

test('the demo engine alone answers the docker command, until it is interrupted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidekick-demo-'));
  const socket = join(folder, 'docker.sock');
  const child = spawn(binary(), ['demo', '--socket', socket], { stdio: 'ignore' });
  const docker = (...args: string[]) => run('docker', args, { DOCKER_HOST: `unix://${socket}`, DOCKER_CONTEXT: '' });
  await eventually('the socket', () => existsSync(socket));
  const hasDocker = await run('docker', ['--version']).then(() => true, () => false);
  test.skip(!hasDocker, 'needs the docker command');

  const names = (await eventually('docker ps', () => docker('ps', '-a', '--format', '{{.Names}}'))).trim().split('\n');
  expect(names.length).toBeGreaterThanOrEqual(10);
  const running = (await docker('ps', '--format', '{{.Names}}')).trim().split('\n');
  const logs = await Promise.all(running.map((name) => docker('logs', '--tail', '5', name)));
  expect(logs.filter((log) => log.length > 0).length).toBeGreaterThan(3);
  const stats = await docker('stats', '--no-stream', '--format', '{{.Name}} {{.CPUPerc}}');
  expect(stats.trim().split('\n').length).toBe(running.length);
  const events = await docker('events', '--since', '1h', '--until', '0s');
  expect(typeof events).toBe('string');

  await stop(child);
  expect(existsSync(socket)).toBe(false);
  await rm(folder, { recursive: true });
});
