// The server under test, started as a user would start it.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, Hopeless, stop } from './process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Streams that the server keeps open to the daemon, by kind. */
export type UpstreamKind = 'logs' | 'stats' | 'events';

/** SIDEKICK_BIN, else the newest of what script/dist and cargo leptos build. */
export function binary(): string {
  if (process.env.SIDEKICK_BIN) return resolve(ROOT, process.env.SIDEKICK_BIN);
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
  const built = ['dist', join(target, 'release'), join(target, 'debug')]
    .map((folder) => resolve(ROOT, folder, 'sidekick-docker'))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!built[0]) throw new Error('nothing to test: run script/dist or cargo leptos build first');
  return built[0];
}

/** True for the binary with the page inside, which must run without the repository's files. */
export function isStandalone(): boolean {
  return binary().startsWith(join(ROOT, 'dist'));
}

export class Sidekick {
  /** Everything the server printed to stderr. */
  stderr = '';
  /** Everything the server printed to stdout. */
  stdout = '';
  private child!: ChildProcess;
  private readonly folder: string | undefined;

  private constructor(
    private readonly args: string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {
    // The standalone binary runs in an empty folder; the others read target/site.
    this.folder = isStandalone() ? mkdtempSync(join(tmpdir(), 'sidekick-empty-')) : undefined;
  }

  /** `sidekick-docker serve` on a free port, with further arguments and environment. */
  static async start(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Sidekick> {
    const sidekick = new Sidekick(args, env);
    await sidekick.up();
    return sidekick;
  }

  private async up(): Promise<void> {
    const env: NodeJS.ProcessEnv = { LEPTOS_SITE_ROOT: join(ROOT, 'target/site'), ...process.env, ...this.env };
    if (this.folder) delete env.LEPTOS_SITE_ROOT;
    const address = this.args.includes('--addr') ? [] : ['--addr', '127.0.0.1:0'];
    this.child = spawn(binary(), ['serve', ...address, ...this.args], {
      cwd: this.folder ?? ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (text) => (this.stdout += text));
    this.child.stderr?.on('data', (text) => (this.stderr += text));
    await eventually('the server to say where it listens', () => {
      if (this.child.exitCode !== null) throw new Hopeless(`it ended with ${this.child.exitCode}: ${this.stderr}`);
      return this.stdout.includes('\n');
    });
    if (!this.url) throw new Error(`unexpected first line: ${this.stdout}`);
  }

  /** The address without a slash at the end. */
  get url(): string {
    return /^listening on (http:\/\/\S+)\n/.exec(this.stdout)?.[1] ?? '';
  }

  /** Its port. */
  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** How many streams of a kind it keeps open to the daemon, from its metrics. */
  async upstreams(kind: UpstreamKind): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = new RegExp(`^sidekick_upstreams_open\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text);
    if (!line) throw new Error(`no gauge of ${kind} in:\n${text}`);
    return Number(line[1]);
  }

  /** Waits until the gauge has this value. */
  async expectUpstreams(kind: UpstreamKind, wanted: number, timeoutMs = 10_000): Promise<void> {
    let last = -1;
    await eventually(
      `${wanted} open ${kind} streams`,
      async () => {
        last = await this.upstreams(kind);
        if (last !== wanted) throw new Error(`${last} open`);
        return true;
      },
      timeoutMs,
    );
  }

  /** What the empty folder holds after the run; nothing, if all is well. */
  leftovers(): string[] {
    return this.folder ? readdirSync(this.folder) : [];
  }

  async down(): Promise<void> {
    await stop(this.child);
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }
}
