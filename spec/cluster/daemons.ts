/** The processes of a cluster: started with a log each, and ended by their ids, also when this process dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const STOP_MILLISECONDS = 15_000;
const TAIL_LINES = 40;

/**
 * A shell that reads the ids of the living processes, one line each time they change. At the end of its input, which
 * comes when its parent is gone, however that happened, it ends them and removes their folder.
 */
const GUARD = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids 2>/dev/null; rm -rf "$1"';

export class Daemons {
  readonly #folder: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #guard: ChildProcess;

  /** @param folder holds the logs; it goes with the processes */
  constructor(folder: string) {
    this.#folder = folder;
    // Detached: Ctrl-C in a terminal reaches this process only, which then stops the others in order.
    this.#guard = spawn('sh', ['-c', GUARD, 'guard', folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#guard.unref();
  }

  start(name: string, program: string, options: readonly string[], env: NodeJS.ProcessEnv): void {
    if (this.#running.has(name)) throw new Error(`${name} is running already`);
    const log = openSync(this.#log(name), 'a');
    // Tez leaves copies of its jars in the current folder.
    const child = spawn(program, options, { cwd: this.#folder, detached: true, stdio: ['ignore', log, log], env });
    closeSync(log);
    child.once('error', () => this.#forget(name, child));
    child.once('exit', () => this.#forget(name, child));
    this.#running.set(name, child);
    this.#tellGuard();
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  /** Resolves when the process is gone; at once when it was not running. */
  async end(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const tooLong = new AbortController();
    const late = wait(STOP_MILLISECONDS, undefined, { signal: tooLong.signal }).then(
      () => child.kill('SIGKILL'),
      () => false,
    );
    await gone;
    tooLong.abort();
    await late;
  }

  /** Ends all, and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.end(name, 'SIGKILL')));
    if (this.#guard.exitCode !== null) return;
    this.#guard.ref();
    const gone = once(this.#guard, 'exit');
    this.#guard.stdin!.end();
    await gone;
  }

  /** Last lines of a process's log. */
  async tail(name: string): Promise<string> {
    const log = await readFile(this.#log(name), 'utf8').catch(() => '');
    return `${name}:\n${log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`;
  }

  #log(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  #forget(name: string, child: ChildProcess): void {
    if (this.#running.get(name) !== child) return;
    this.#running.delete(name);
    this.#tellGuard();
  }

  #tellGuard(): void {
    const ids = [...this.#running.values()].map(({ pid }) => pid);
    this.#guard.stdin!.write(`${ids.join(' ')}\n`);
  }
}
