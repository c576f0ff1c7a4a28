/**
 * Replacing a partition of several files. One rename cannot do it, so what is to happen is written down first: the
 * journal, put in place by a rename, is the commit point. From then on readers see the new file only, and whoever opens
 * the warehouse next finishes what a dead owner could not.
 */
import { posix } from 'node:path';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';
import { lock } from '../storage/lock.js';
import { isRunning, parseOwner, type Owner } from '../storage/owner.js';
import { readText, writeText } from '../storage/text.js';
import { journalFile, journalFolder, PART_FILE } from './paths.js';

export interface Journal {
  readonly owner: Owner;
  /** The partition's folder, below the warehouse's root. */
  readonly folder: string;
  /** The new file, below the root; null when the partition becomes empty. */
  readonly from: string | null;
  /** Bytes of the new file. */
  readonly size: number;
  /** Of the new file, wherever it is moved to. */
  readonly identity?: string;
  /** Names in the partition's folder that go. */
  readonly drop: readonly string[];
}

interface Found extends Journal {
  readonly path: string;
  /** Whether nobody else is going to finish it. */
  readonly left: boolean;
}

/**
 * Carries out a replacement; every step may have been done before. The journal is deleted by the caller.
 * @param rename the way of a storage alone: the new file is renamed over the old one, and the others go
 */
export type FinishJournal = (journal: Journal, rename: () => Promise<void>) => Promise<void>;

/** An owner on another host, which nobody can ask, is taken for dead after this time, milliseconds. */
const DEAD_AFTER = 60_000;

/** A warehouse's journals: those below one staging folder, `dns/staging`. */
export class Journals {
  readonly #storage: Storage;
  readonly #root: string;
  readonly #staging: string;
  readonly #carryOut: FinishJournal;

  /** @param finish @default renames */
  constructor(storage: Storage, root: string, staging: string, finish?: FinishJournal) {
    this.#storage = storage;
    this.#root = root;
    this.#staging = staging;
    this.#carryOut = finish ?? ((_journal, rename) => rename());
  }

  /**
   * Decides a replacement and carries it out. When it resolves, the partition is replaced for every reader; an error of
   * the carrying out, which whoever comes next tries again, is the result.
   */
  async replace(journal: Journal): Promise<unknown> {
    const path = await this.decide(journal);
    return this.#finish(path, journal).catch((error: unknown) => error);
  }

  /** Decides a replacement, which is still to be carried out. @returns the journal's path */
  async decide(journal: Journal): Promise<string> {
    const path = this.#path(journalFile(this.#staging, journal.folder));
    const draft = this.#path(`${this.#staging}/${journal.owner.id}/${posix.basename(path)}`);
    await writeText(this.#storage, draft, JSON.stringify(journal, null, 1));
    try {
      await this.#storage.rename(draft, path);
    } catch (error) {
      // It may be in place and only not be durable; then it must not decide anything.
      await this.#storage.delete(path).catch(() => undefined);
      throw error;
    }
    return path;
  }

  /** Unfinished ones, by partition folder. */
  async list(): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    for (const { path, name, modified } of await this.#storage.list(this.#path(journalFolder(this.#staging)))) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const journal = parse(await readText(this.#storage, path), path);
      if (journal === null) continue;
      const running = isRunning(journal.owner);
      const left = running === undefined ? Date.now() - modified > DEAD_AFTER : !running;
      found.set(journal.folder, { ...journal, path, left: left || isOwn(journal.owner) });
    }
    return found;
  }

  /**
   * Finishes what dead owners left; a living one finishes by itself.
   * @param folder a partition that has to be free of journals afterwards
   * @throws {OaError} `LOCKED` when somebody is at work on the partition
   */
  async recover(folder?: string): Promise<void> {
    if (![...(await this.list()).values()].some(({ left }) => left)) return this.#checkFree(folder);
    // Under a lock, for a second finisher that comes late could drop what was written since.
    const held = await lock(this.#storage, this.#path(`${journalFolder(this.#staging)}/.lock`));
    try {
      for (const journal of (await this.list()).values()) {
        if (journal.left) await this.#finish(journal.path, journal);
      }
    } finally {
      await held.release();
    }
    await this.#checkFree(folder);
  }

  async #checkFree(folder: string | undefined): Promise<void> {
    const journal = folder === undefined ? undefined : (await this.list()).get(folder);
    if (journal) throw new OaError('LOCKED', `${folder} is being replaced by process ${journal.owner.pid}`);
  }

  async #finish(path: string, journal: Journal): Promise<void> {
    await this.#carryOut(journal, () => this.#rename(journal));
    await this.#storage.delete(path);
  }

  /** Every step may have been done before, by an owner who died in between. */
  async #rename({ folder, from, size, drop }: Journal): Promise<void> {
    const inPlace = from === null || (await this.#put(from, `${folder}/${PART_FILE}`, size));
    if (inPlace) for (const name of drop) await this.#storage.delete(this.#path(`${folder}/${name}`));
  }

  /** Whether the new file is in its place in the end. */
  async #put(from: string, to: string, size: number): Promise<boolean> {
    try {
      await this.#storage.rename(this.#path(from), this.#path(to));
      return true;
    } catch (error) {
      if (!(error instanceof OaError && error.code === 'FILE_NOT_FOUND')) throw error;
      // Put there before; or somebody removed it by hand, and then the old rows are all there is, and stay.
      return (await this.#storage.stat(this.#path(to)))?.size === size;
    }
  }

  #path(below: string): string {
    return posix.join(this.#root, below);
  }
}

/** This very process came back to a journal that it could not finish. */
const isOwn = (owner: Owner) => owner.pid === process.pid && isRunning(owner) === true;

function parse(text: string | null, path: string): Journal | null {
  if (text === null) return null;
  const plain = (name: unknown) => typeof name === 'string' && !name.split('/').includes('..');
  try {
    const journal = JSON.parse(text) as Journal;
    const names = [journal.folder, journal.from ?? '', ...journal.drop];
    if (parseOwner(JSON.stringify(journal.owner)) && names.every(plain)) return journal;
  } catch {
    // Said below.
  }
  throw new OaError('STORAGE_FAILED', `${path}: expected the journal of a partition replacement`);
}
