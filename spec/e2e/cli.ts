/** The program as a user starts it. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
export const PROGRAM = fileURLToPath(new URL('../../dist/lib/cli.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a program and keeps what it says. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Started {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal, ...said }));
  });
  return { child, ended };
}

/** Starts `spot-dns-oa` in a folder. */
export const startCli = (cwd: string, args: readonly string[], options: SpawnOptions = {}): Started =>
  start(process.execPath, [PROGRAM, ...args], { cwd, ...options });

/** Runs `spot-dns-oa` in a folder to its end. */
export const cli = (cwd: string, ...args: string[]): Promise<Ended> => startCli(cwd, args).ended;
