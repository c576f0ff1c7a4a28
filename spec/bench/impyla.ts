/** A Python with impyla, the client that ours is measured against, in a cache folder outside the tree. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = '0.24.0';
const ADVICE = 'on Debian or Ubuntu: apt-get install python3-venv';

/** Path of its interpreter. The first call on a machine installs it; the folder appears when it is complete. */
export async function pythonWithImpyla(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spot-dns-oa');
  const folder = join(cache, `impyla-${VERSION}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const unfinished = await mkdtemp(`${folder}.`);
    try {
      await run('python3', ['-m', 'venv', unfinished], { env });
      // Not by its own pip program, whose first line holds the folder's present name.
      await run(join(unfinished, 'bin/python'), ['-m', 'pip', 'install', '-q', `impyla==${VERSION}`], { env });
      await rename(unfinished, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } catch (error) {
      throw new Error(`The bench needs Python 3 with venv and pip (${ADVICE})`, { cause: error });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin/python');
}
