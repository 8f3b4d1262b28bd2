// A Docker daemon of the tests' own, beside any other on the machine, which may be killed at will.
//
// It has its own data folder, socket and network namespace (so its own docker0 bridge), and one
// image made from busybox: no registry is needed.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, eventually, Hopeless, run, stop } from './process.ts';

const IMAGE = 'sidekick-test:latest';
const APPLETS = ['sh', 'sleep', 'echo', 'printf', 'seq', 'date', 'cat', 'yes', 'awk', 'dd', 'kill', 'true', 'false'];

/** What a container gets besides its name and script. */
export interface RunOptions {
  /** Compose project, service and replica number; replica defaults to 1. */
  compose?: { project: string; service: string; number?: number };
  tty?: boolean;
  /** Further arguments of `docker run`, for instance `['--memory', '64m']`. */
  args?: string[];
}

/** Why there can be no private daemon here, or nothing where there can. */
export function whyNoDocker(): string | undefined {
  if (process.platform !== 'linux') return 'a private Docker daemon needs Linux';
  if (process.getuid?.() !== 0) return 'a private Docker daemon needs root';
  const folders = (process.env.PATH ?? '').split(':');
  for (const program of ['dockerd', 'docker', 'unshare', 'busybox']) {
    if (!folders.some((folder) => existsSync(join(folder, program)))) {
      return `a private Docker daemon needs ${program} (script/setup tests)`;
    }
  }
  return undefined;
}

export class PrivateDocker {
  private child: ChildProcess | undefined;

  private constructor(private readonly folder: string) {}

  static async start(): Promise<PrivateDocker> {
    const docker = new PrivateDocker(await mkdtemp(join(tmpdir(), 'sidekick-docker-')));
    try {
      await docker.up();
      await docker.makeImage();
      return docker;
    } catch (error) {
      await docker.end();
      throw error;
    }
  }

  /** The daemon's address for DOCKER_HOST and --docker-host. */
  get host(): string {
    return `unix://${join(this.folder, 'docker.sock')}`;
  }

  /** Starts the daemon and waits until it answers. Its containers survive it (live restore). */
  async up(): Promise<void> {
    const log = await open(join(this.folder, 'dockerd.log'), 'a');
    await rm(join(this.folder, 'pid'), { force: true });
    this.child = spawn(
      'unshare',
      [
        ...['--net', '--', 'dockerd', '--live-restore'],
        ...['--data-root', join(this.folder, 'data'), '--exec-root', join(this.folder, 'exec')],
        ...['--pidfile', join(this.folder, 'pid'), '-H', this.host],
      ],
      { stdio: ['ignore', log.fd, log.fd] },
    );
    await log.close();
    const { child } = this;
    await eventually(
      `dockerd to answer (its log: ${this.folder}/dockerd.log)`,
      () => {
        if (child.exitCode !== null) throw new Hopeless(`dockerd ended with ${child.exitCode}`);
        return this.docker('version');
      },
      60_000,
    );
  }

  /** Kills the daemon as a crash would: at once, and without a word to anybody. */
  async crash(): Promise<void> {
    if (!this.child) return;
    const containerd = Number(await readFile(join(this.folder, 'exec/containerd/containerd.pid'), 'utf8'));
    this.child.kill('SIGKILL');
    await ended(this.child);
    this.child = undefined;
    // Its containerd follows by itself, but a new daemon that meets the dying one waits for it in vain.
    await eventually('containerd to end', () => !existsSync(`/proc/${containerd}`));
  }

  /** Removes every container and the daemon with all its files. */
  async down(): Promise<void> {
    if (!this.child) await this.up();
    await this.removeAll();
    await this.end();
  }

  /** Ends the daemon and removes its files. */
  private async end(): Promise<void> {
    if (this.child) await stop(this.child);
    // dockerd mounts its data folder on itself and leaves that behind.
    const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((it) => it.startsWith(this.folder)).sort().reverse()) {
      await run('umount', ['-l', mount]).catch(() => undefined);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async removeAll(): Promise<void> {
    const ids = (await this.docker('ps', '-aq')).split('\n').filter(Boolean);
    if (ids.length) await this.docker('rm', '-f', ...ids);
  }

  /** Runs the docker command against this daemon and returns its stdout. */
  docker(...args: string[]): Promise<string> {
    return run('docker', args, { DOCKER_HOST: this.host, DOCKER_CONTEXT: '' });
  }

  /** Starts a container that runs a shell script; returns its id. */
  async run(name: string, script: string, options: RunOptions = {}): Promise<string> {
    return (await this.docker('run', '-d', ...this.arguments(name, script, options))).trim();
  }

  /** Makes a container without starting it; returns its id. */
  async create(name: string, script: string, options: RunOptions = {}): Promise<string> {
    return (await this.docker('create', ...this.arguments(name, script, options))).trim();
  }

  private arguments(name: string, script: string, { compose, tty, args = [] }: RunOptions): string[] {
    const labels = compose
      ? [
          `com.docker.compose.project=${compose.project}`,
          `com.docker.compose.service=${compose.service}`,
          `com.docker.compose.container-number=${compose.number ?? 1}`,
          'com.docker.compose.oneoff=False',
        ]
      : [];
    return [
      ...['--name', name, '--stop-timeout', '0', ...(tty ? ['-t'] : [])],
      ...labels.flatMap((label) => ['--label', label]),
      ...[...args, IMAGE, 'sh', '-c', script],
    ];
  }

  private async makeImage(): Promise<void> {
    const root = join(this.folder, 'image');
    await mkdir(join(root, 'bin'), { recursive: true });
    await mkdir(join(root, 'tmp'));
    const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
    if (!busybox) throw new Error('no busybox (script/setup tests)');
    await copyFile(busybox, join(root, 'bin/busybox'));
    for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet));
    const archive = join(this.folder, 'image.tar');
    await run('tar', ['-C', root, '-cf', archive, '.']);
    await this.docker('import', archive, IMAGE);
  }
}
