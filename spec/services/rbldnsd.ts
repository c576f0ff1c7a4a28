/** Debian's rbldnsd, a server of DNS block lists, on a free port of the loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Zone {
  readonly name: string;
  /** Type of rbldnsd: `dnset` of names, `ip4set` of addresses. */
  readonly type: 'dnset' | 'ip4set' | 'ip6trie';
  readonly lines: readonly string[];
}

export interface Rbldnsd {
  /** `address:port` */
  readonly server: string;
  stop(): Promise<void>;
}

const PROGRAM = 'rbldnsd';
const READY_MILLISECONDS = 15_000;

/** @throws {Error} that says how to install it, when it is missing */
export async function startRbldnsd(zones: readonly Zone[]): Promise<Rbldnsd> {
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-rbldnsd-'));
  await chmod(folder, 0o755); // started by root it becomes another user, who reads the zones
  const files = zones.map(({ name, type }) => `${name}:${type}:${name}.${type}`);
  for (const { name, type, lines } of zones)
    await writeFile(join(folder, `${name}.${type}`), `${lines.join('\n')}\n`, { mode: 0o644 });
  const port = await freePort();
  const user = userInfo().uid === 0 ? ['-u', 'nobody'] : [];
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;
  const child = spawn(PROGRAM, ['-n', ...user, '-w', folder, '-b', `127.0.0.1/${port}`, ...files], {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (said += text));
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([ready(port, zones[0]!.name, child), missing(child)]);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
  }
  return { server: `127.0.0.1:${port}`, stop };
}

async function missing(child: ChildProcess): Promise<never> {
  const [error] = (await once(child, 'error').catch((thrown: unknown) => [thrown])) as [NodeJS.ErrnoException];
  if (error.code === 'ENOENT') throw new Error(`${PROGRAM} is missing; on Debian: apt-get install rbldnsd`);
  throw error;
}

async function ready(port: number, zone: string, child: ChildProcess): Promise<void> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  for (const until = Date.now() + READY_MILLISECONDS; Date.now() < until; await wait(100)) {
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with status ${child.exitCode}`);
    const code = await resolver.resolve4(`ready.${zone}`).then(
      () => 'found',
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (code === 'found' || code === 'ENOTFOUND' || code === 'ENODATA') return;
  }
  throw new Error(`${PROGRAM} does not answer`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
