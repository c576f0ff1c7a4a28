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

export interface StagingOptions {
  /** Name of the folder in the pipeline's own (`dns/`). @default 'staging' */
  readonly folder?: string;
  /** Grants rights on a folder that was made: new folders do not inherit those of the warehouse. */
  readonly permit?: (folder: string) => Promise<void>;
}

export class Staging {
  readonly #storage: Storage;
  readonly #folder: string;
  readonly #runId: string;
  readonly #permit: StagingOptions['permit'];
  #users = 0;
  /** Entering and leaving follow one another, so that a folder is never removed under someone who comes in. */
  #turn: Promise<void> = Promise.resolve();

  /** @param staging path of `dns/staging` in the storage */
  constructor(storage: Storage, staging: string, runId: string, permit?: StagingOptions['permit']) {
    this.#storage = storage;
    this.#folder = posix.join(staging, runId);
    this.#runId = runId;
    this.#permit = permit;
  }

  /** From here on the folder is there, and known to be this run's. */
  enter(): Promise<void> {
    return this.#next(async () => {
      if (this.#users === 0) {
        await this.makeFolder(this.#folder);
        await writeText(this.#storage, posix.join(this.#folder, OWNER_FILE), JSON.stringify(thisOwner(this.#runId)));
      }
      this.#users += 1;
    });
  }

  /**
   * Makes a folder in `dns/staging`, with those between, each with the rights of the settings.
   * @param folder @default `dns/staging` itself
   */
  async makeFolder(folder = posix.dirname(this.#folder)): Promise<void> {
    const permit = this.#permit;
    // Nothing to grant: folders come with their first file.
    if (permit === undefined) return;
    const staging = posix.dirname(this.#folder);
    const names = posix.relative(staging, folder).split('/').filter(Boolean);
    for (const path of [staging, ...names.map((_, i) => posix.join(staging, ...names.slice(0, i + 1)))]) {
      if ((await this.#storage.stat(path)) !== null) continue;
      await this.#storage.makeDirectories(path);
      await permit(path);
    }
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
      if (this.#users > 0 || (await this.#storage.stat(this.#folder)) === null) return;
      await this.#storage.delete(this.#folder);
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
