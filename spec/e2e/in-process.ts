/** A command without a process of its own: the same code, without the second that a start takes. */
import { jest } from '@jest/globals';
import { main } from '../../lib/commands/main.js';
import type { Ended } from './cli.js';

/** One at a time: the current folder and the standard streams are those of the tests. */
export async function inProcess(cwd: string, ...args: string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text: string | Uint8Array, ...rest: unknown[]) => {
      said[name] += String(text);
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
      done?.();
      return true;
    }),
  );
  const before = process.cwd();
  process.chdir(cwd);
  try {
    await main(args);
    return { status: Number(process.exitCode), signal: null, ...said };
  } finally {
    process.exitCode = undefined;
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}
