/**
 * Files of another storage, fetched to this machine for the embedded engine: only those that a query names, each once
 * while it is the same file. Of a file whose columns alone are asked for, only the footer comes.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { asOaError, OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';
import { changed, type LocalFiles, type Snapshot } from './snapshot.js';
import { identityOf, type TableFile } from './table-files.js';

/** Files that are fetched at the same time. */
const CONCURRENCY = 3;
/** What no query has read for so long is removed, milliseconds: a process may live for months. */
const UNUSED_AFTER = 10 * 60 * 1000;
/** The end of a Parquet file: its footer's length, then `PAR1`. */
const END = 8;
/** Footers are rarely longer, bytes. */
const TAIL = 64 * 1024;

interface Copy {
  readonly file: TableFile;
  readonly path: string;
  readonly done: Promise<void>;
  readonly ending: AbortController;
  complete: boolean;
  holders: number;
  usedAt: number;
}

/** What is about to be fetched for a query. */
export interface Fetch {
  readonly files: number;
  readonly bytes: number;
  /** Of the storage. */
  readonly from: string;
}

export interface FetchedFilesOptions {
  /** Of the tables in the storage. */
  readonly root: string;
  /** Of this machine: takes the copies at the same places below it, so that they name their partitions. */
  readonly folder: string;
  readonly onFetch?: (fetch: Fetch) => void;
}

export class FetchedFiles implements LocalFiles {
  readonly #storage: Storage;
  readonly #root: string;
  readonly #folder: string;
  readonly #onFetch: FetchedFilesOptions['onFetch'];
  readonly #fetches = pLimit(CONCURRENCY);
  /** The newest copy of each file, by its path. */
  readonly #copies = new Map<string, Copy>();
  readonly #footers = new Map<string, { identity: string; path: Promise<string> }>();
  #made = 0;

  constructor(storage: Storage, { root, folder, onFetch }: FetchedFilesOptions) {
    this.#storage = storage;
    this.#root = root;
    this.#folder = folder;
    this.#onFetch = onFetch;
  }

  /** @throws {OaError} `PARTITION_CHANGED` when a file is another one by now; `STORAGE_FAILED` */
  async hold(files: readonly TableFile[], { signal }: { signal?: AbortSignal } = {}): Promise<Snapshot> {
    await this.#removeUnused();
    const missing = files.filter((file) => !this.#has(file));
    if (missing.length > 0) {
      const bytes = missing.reduce((sum, { size }) => sum + size, 0);
      this.#onFetch?.({ files: missing.length, bytes, from: this.#storage.name });
    }
    const copies = files.map((file) => this.#take(file));
    let released: Promise<void> | undefined;
    const release = () => (released ??= this.#leave(copies));
    const abort = () => void release();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await Promise.all(copies.map(({ done }) => done));
      signal?.throwIfAborted();
      return { paths: copies.map(({ path }) => path), check: () => Promise.resolve(), release };
    } catch (error) {
      await release();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async columnsOf(file: TableFile): Promise<string> {
    const copy = this.#has(file);
    if (copy?.complete) return copy.path;
    const known = this.#footers.get(file.path);
    if (known?.identity === file.identity) return known.path;
    const path = this.#fetchFooter(file);
    this.#footers.set(file.path, { identity: file.identity, path });
    path.catch(() => this.#footers.delete(file.path));
    return path;
  }

  /** Ends what is under way. The folder is its owner's to remove. */
  async close(): Promise<void> {
    const copies = [...this.#copies.values()];
    this.#copies.clear();
    for (const { ending } of copies) ending.abort();
    await Promise.allSettled(copies.map(({ done }) => done));
  }

  #has(file: TableFile): Copy | undefined {
    const known = this.#copies.get(file.path);
    return known?.file.identity === file.identity ? known : undefined;
  }

  #take(file: TableFile): Copy {
    const copy = this.#has(file) ?? this.#fetch(file);
    this.#copies.set(file.path, copy);
    copy.holders += 1;
    copy.usedAt = Date.now();
    return copy;
  }

  #fetch(file: TableFile): Copy {
    const ending = new AbortController();
    const path = this.#placeOf(file);
    const done = this.#fetches(() => this.#download(file, path, ending.signal)).then(() => {
      copy.complete = true;
    });
    // Whoever holds the copy is told; nobody may.
    done.catch(() => undefined);
    const copy: Copy = { file, path, done, ending, complete: false, holders: 0, usedAt: 0 };
    return copy;
  }

  async #download(file: TableFile, path: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    try {
      await mkdir(dirname(path), { recursive: true });
      await pipeline(this.#storage.open(file.path, { signal }), createWriteStream(path), { signal });
    } catch (error) {
      if (!(error instanceof OaError)) throw this.#failure(file, error);
      throw error.code === 'FILE_NOT_FOUND' ? changed(file.path) : error;
    }
    // A file of the same identity before and after was that file all the time.
    await this.#checkSame(file);
  }

  /** A file of the same size with its footer at the end and nothing before it: the disk keeps the footer alone. */
  async #fetchFooter(file: TableFile): Promise<string> {
    let tail = await this.#tail(file, TAIL);
    const length = tail.length >= END ? tail.readUInt32LE(tail.length - END) + END : 0;
    if (length > tail.length) tail = await this.#tail(file, length);
    await this.#checkSame(file);
    const path = this.#placeOf(file);
    try {
      await mkdir(dirname(path), { recursive: true });
      const copy = await open(path, 'w');
      try {
        await copy.write(tail, 0, tail.length, file.size - tail.length);
      } finally {
        await copy.close();
      }
    } catch (error) {
      throw this.#failure(file, error);
    }
    return path;
  }

  #tail(file: TableFile, length: number): Promise<Buffer> {
    return buffer(this.#storage.open(file.path, { start: Math.max(0, file.size - length) }));
  }

  async #checkSame(file: TableFile): Promise<void> {
    const now = await this.#storage.stat(file.path);
    if (now === null || identityOf(now) !== file.identity) throw changed(file.path);
  }

  async #leave(copies: readonly Copy[]): Promise<void> {
    for (const copy of copies) {
      copy.holders -= 1;
      copy.usedAt = Date.now();
      if (copy.holders > 0) continue;
      const isNewest = this.#copies.get(copy.file.path) === copy;
      if (copy.complete && isNewest) continue;
      copy.ending.abort();
      if (isNewest) this.#copies.delete(copy.file.path);
      await copy.done.catch(() => undefined);
      await rm(copy.path, { force: true });
    }
  }

  async #removeUnused(): Promise<void> {
    const before = Date.now() - UNUSED_AFTER;
    for (const [path, copy] of this.#copies) {
      if (copy.holders > 0 || copy.usedAt > before) continue;
      this.#copies.delete(path);
      await rm(copy.path, { force: true });
    }
  }

  /** A place of its own for each fetch: the one before it may still be read. */
  #placeOf({ path }: TableFile): string {
    return join(this.#folder, String(++this.#made), posix.relative(this.#root, path));
  }

  #failure({ path }: TableFile, error: unknown): OaError {
    const { code } = error as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EDQUOT' ? '; engine.tempDirectory sets another disk' : '';
    return asOaError(error, 'STORAGE_FAILED', `${path}: cannot be fetched to ${this.#folder}${full}`);
  }
}
