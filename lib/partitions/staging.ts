/**
 * The folder of a run, `dns/staging/<runId>`, with a note of who runs. It is there while something in it is in use;
 * what a dead run left is swept by whoever opens the warehouse next.
 */
import { posix } from 'node:path';
import type { Storage } from '../../streams/contracts.js';
import { isRunning, parseOwner, thisOwner } from '../storage/owner.js';
import { readText, writeText } from '../storage/text.js';
import { OWNER_FILE, SPILL_FOLDER } from './paths.js';

/** A run on another host, which nobody can ask, is taken for dead after this time, milliseconds. */
const DEAD_AFTER = 24 * 60 * 60 * 1000;

export class Staging {
  readonly #storage: Storage;
  readonly #folder: string;
  readonly #runId: string;
  #users = 0;
  /** Entering and leaving follow one another, so that a folder is never removed under someone who comes in. */
  #turn: Promise<void> = Promise.resolve();

  /** @param staging path of `dns/staging` in the storage */
  constructor(storage: Storage, staging: string, runId: string) {
    this.#storage = storage;
    this.#folder = posix.join(staging, runId);
    this.#runId = runId;
  }

  /** From here on the folder is there, and known to be this run's. */
  enter(): Promise<void> {
    return this.#next(async () => {
      const note = posix.join(this.#folder, OWNER_FILE);
      if (this.#users === 0) await writeText(this.#storage, note, JSON.stringify(thisOwner(this.#runId)));
      this.#users += 1;
    });
  }

  /** Removes what was used, and the folder with the last of its users. */
  leave(path?: string): Promise<void> {
    return this.#next(async () => {
      this.#users -= 1;
      if (path !== undefined) await this.#storage.delete(path);
      if (this.#users > 0) return;
      const spilled = (await this.#storage.list(this.#folder)).some(({ name }) => name === SPILL_FOLDER);
      if (!spilled) await this.#storage.delete(this.#folder);
    });
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      await this.leave();
    }
  }

  /** At the end of the run. What somebody still needs stays for the next one to sweep. */
  close(): Promise<void> {
    return this.#next(async () => {
      if (this.#users === 0) await this.#storage.delete(this.#folder);
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Removes the folders of dead runs below `dns/staging`. Unfinished journals come first: they need what lies here. */
export async function sweepStaging(storage: Storage, staging: string): Promise<void> {
  for (const { path, name, isFolder, modified } of await storage.list(staging)) {
    if (!isFolder || name.startsWith('_')) continue;
    const owner = parseOwner((await readText(storage, posix.join(path, OWNER_FILE))) ?? '');
    const running = owner ? isRunning(owner) : undefined;
    if (running === false || (running === undefined && Date.now() - modified > DEAD_AFTER))
      await storage.delete(path);
  }
}
