// CPU and memory as `docker stats` shows them, under a steady load.

import { expect, needsDocker, test } from '../harness/fixtures.ts';
import type { Dashboard } from '../harness/dashboard.ts';
import { eventually } from '../harness/process.ts';

needsDocker();

/** The number that the page shows for a reading, in percent or bytes. */
async function reading(dashboard: Dashboard, name: 'CPU' | 'Memory'): Promise<number> {
  const text = (await dashboard.reading(name).textContent()) ?? '';
  const match = /([\d.,]+)\s*(%|[KMGT]i?B|B)/.exec(text);
  if (!match) throw new Error(`no ${name} in "${text}"`);
  return Number(match[1]?.replace(',', '')) * unit(match[2] ?? '');
}

function unit(word: string): number {
  const powers = ['B', 'K', 'M', 'G', 'T'];
  return word === '%' ? 1 : 1024 ** powers.indexOf(word.charAt(0));
}

test('CPU within 5 points and memory within 2 % of docker stats under steady load', async ({ docker, dashboard }) => {
  test.setTimeout(90_000);
  // Half a core by quota, and 64 MiB held in the shell's memory.
  await docker.run('worker', 'x=$(yes 0123456789abcde | head -c 67108864); echo ready; while :; do :; done', {
    args: ['--cpus', '0.5'],
  });
  await eventually('the load to be steady', async () => (await docker.docker('logs', 'worker')).includes('ready'), 60_000);
  await dashboard.open('/c/worker/stats');
  await expect(dashboard.page.locator('canvas').first()).toBeVisible();
  await expect(async () => expect(await reading(dashboard, 'CPU')).toBeGreaterThan(20)).toPass({ timeout: 30_000 });

  const ours: { cpu: number; memory: number }[] = [];
  const theirs: { cpu: number; memory: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const [cpu, memory] = (await docker.docker('stats', '--no-stream', '--format', '{{.CPUPerc}} {{.MemUsage}}', 'worker')).split(' ');
    const used = /([\d.]+)(\w+)/.exec(memory ?? '');
    theirs.push({ cpu: Number.parseFloat(cpu ?? ''), memory: Number(used?.[1]) * unit(used?.[2] ?? '') });
    ours.push({ cpu: await reading(dashboard, 'CPU'), memory: await reading(dashboard, 'Memory') });
  }
  const mean = (list: number[]) => list.reduce((sum, it) => sum + it, 0) / list.length;
  expect(Math.abs(mean(ours.map((it) => it.cpu)) - mean(theirs.map((it) => it.cpu)))).toBeLessThanOrEqual(5);
  const memory = mean(theirs.map((it) => it.memory));
  expect(Math.abs(mean(ours.map((it) => it.memory)) - memory)).toBeLessThanOrEqual(memory * 0.02);
});

test('the charts are drawn, and sharp on a screen of high density', async ({ docker, sidekick, browser }) => {
  await docker.run('drawn', 'while :; do :; done', { args: ['--cpus', '0.2'] });
  const context = await browser.newContext({ deviceScaleFactor: 2 });
  const page = await context.newPage();
  await page.goto(`${sidekick.url}/c/drawn/stats`);
  const canvas = page.locator('canvas').first();
  await expect(canvas).toBeVisible();
  await expect
    .poll(() =>
      canvas.evaluate((it: HTMLCanvasElement) => {
        const pixels = it.getContext('2d')?.getImageData(0, 0, it.width, it.height).data ?? new Uint8ClampedArray();
        return it.width === Math.round(it.clientWidth * 2) && new Set(new Uint32Array(pixels.buffer)).size > 2;
      }),
    )
    .toBe(true);
  await context.close();
});
