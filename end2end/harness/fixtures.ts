// What a test asks for by name: `docker` (the private daemon), `sidekick` (the server on it) and
// `dashboard` (its page).

import { test as base, expect } from '@playwright/test';
import { Dashboard } from './dashboard.ts';
import { PrivateDocker, whyNoDocker } from './docker.ts';
import { Sidekick } from './sidekick.ts';

interface Shared {
  daemon: PrivateDocker;
  server: Sidekick;
}

interface PerTest {
  /** The private daemon, without containers at the start of each test. */
  docker: PrivateDocker;
  /** A server that watches it, shared by the tests of a file. */
  sidekick: Sidekick;
  /** The page of that server, not yet opened. */
  dashboard: Dashboard;
}

/** Starts what a test wants for itself; all of it ends with the test, however that goes. */
export interface Starter {
  docker(): Promise<PrivateDocker>;
  sidekick(args: string[], env?: NodeJS.ProcessEnv): Promise<Sidekick>;
}

/** For tests that need no daemon, or start their own server. A page that panics fails its test. */
export const plainTest = base.extend<{ start: Starter }>({
  // biome-ignore lint: Playwright reads the names of the fixtures from this pattern.
  start: async ({}, use) => {
    const started: { down(): Promise<void> }[] = [];
    const keep = <T extends { down(): Promise<void> }>(it: T): T => {
      started.push(it);
      return it;
    };
    await use({
      docker: async () => keep(await PrivateDocker.start()),
      sidekick: async (args, env) => keep(await Sidekick.start(args, env)),
    });
    for (const it of started.reverse()) await it.down();
  },
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      // Refused requests and lost connections are told here too; tests look at those themselves.
      const network = /^(Failed to load resource|WebSocket connection|TypeError: Failed to fetch)/.test(message.text());
      if (message.type() === 'error' && !network) errors.push(message.text());
    });
    await use(page);
    expect(errors, 'errors in the page').toEqual([]);
  },
});

export const test = plainTest.extend<PerTest, Shared>({
  daemon: [
    // biome-ignore lint: Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const daemon = await PrivateDocker.start();
      await use(daemon);
      await daemon.down();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  server: [
    async ({ daemon }, use) => {
      const server = await Sidekick.start(['--docker-host', daemon.host]);
      await use(server);
      await server.down();
    },
    { scope: 'worker' },
  ],
  docker: async ({ daemon }, use, info) => {
    await use(daemon);
    if (info.status !== info.expectedStatus) info.annotations.push({ type: 'docker', description: await daemon.docker('ps', '-a') });
    await daemon.removeAll();
  },
  sidekick: async ({ server }, use, info) => {
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.stderr });
  },
  dashboard: async ({ page, sidekick }, use) => {
    // So little is held that tests can have lines let go.
    await page.addInitScript(() => {
      if (location.protocol.startsWith('http')) localStorage.setItem('held', '50000 32');
    });
    await use(new Dashboard(page, sidekick.url));
  },
});

/** Skips the file's tests where no private daemon can run; on CI that is a failure. */
export function needsDocker(): void {
  const reason = whyNoDocker();
  if (!reason) return;
  if (process.env.CI) throw new Error(reason);
  test.skip(true, reason);
}

export { expect };
