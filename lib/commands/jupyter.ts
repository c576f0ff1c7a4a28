/** Jupyter of this machine, in the foreground until it ends. */
import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { OaError } from '../../schemas/errors.js';

export const JUPYTER_ADVICE = 'Jupyter: python3 -m pip install jupyterlab';

/** A program and its first arguments. */
export type Program = readonly [string, ...string[]];

/** As installed by pip; by pipx, which links only `jupyter-lab`; by Debian, which has no JupyterLab. */
const PROGRAMS: readonly Program[] = [['jupyter', 'lab'], ['jupyter-lab'], ['jupyter', 'notebook']];

const run = promisify(execFile);

/** The first one that runs, or `null`. A name on the path says little: `jupyter` finds its parts only when it is run. */
export async function findJupyter(signal: AbortSignal): Promise<Program | null> {
  for (const program of PROGRAMS) {
    const [file, ...args] = program;
    const works = await run(file, [...args, '--version'], { signal }).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (works) return program;
  }
  return null;
}

/**
 * Runs it; its output goes to standard error. A signal that ends us ends it, and it ends its kernels.
 * @returns its exit status, 128 and the number of the signal where one ended it
 */
export function runJupyter(
  [file, ...first]: Program,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, ...args], { cwd, env, stdio: ['inherit', process.stderr.fd, 'inherit'] });
    const end = () => void child.kill('SIGTERM');
    // Ctrl-C on a terminal reaches both. Jupyter asks whether it is meant, and a second one ends it; so it decides.
    const interrupt = () => (isatty(0) ? undefined : end());
    process.on('SIGTERM', end).on('SIGHUP', end).on('SIGINT', interrupt);
    const ended = () => process.off('SIGTERM', end).off('SIGHUP', end).off('SIGINT', interrupt);
    child.once('error', (cause) => {
      ended();
      reject(new OaError('NOTEBOOK_TOOLS_MISSING', `${file}: ${cause.message}`, { cause }));
    });
    child.once('exit', (status, signal) => {
      ended();
      resolve(status ?? 128 + constants.signals[signal!]);
    });
  });
}
