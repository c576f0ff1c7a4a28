/**
 * A folder for what a process keeps on this machine's disk while it runs. Others cannot look into it; what a process
 * left that was killed is removed by the next one.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asOaError } from '../../schemas/errors.js';
import { isRunning, parseOwner, thisOwner } from './owner.js';

const PREFIX = 'spot-dns-oa-run-';
const NOTE = '_owner.json';

/**
 * @param parent made when it is missing
 * @throws {OaError} `STORAGE_FAILED`
 */
export async function makeOwnFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent);
    const folder = await mkdtemp(join(parent, PREFIX));
    await chmod(folder, 0o700);
    await writeFile(join(folder, NOTE), JSON.stringify(thisOwner('')));
    return folder;
  } catch (error) {
    throw asOaError(error, 'STORAGE_FAILED', `${parent}: cannot hold a folder for this run`);
  }
}

export async function removeOwnFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(parent, name);
    // Another user's folder is none of ours, whatever is written in it.
    const found = await stat(folder).catch(() => null);
    if (found === null || found.uid !== process.getuid?.()) continue;
    const owner = parseOwner(await readFile(join(folder, NOTE), 'utf8').catch(() => ''));
    if (owner && isRunning(owner) === false) await removeOwnFolder(folder);
  }
}
