/**
 * The files of a query, held as they are while it runs. DuckDB opens a file when a thread of its gets there, with what
 * it read of it before: a file that was replaced or deleted in between gives too few rows, without any error. So a
 * query reads hard links of its own. Where links cannot be made (a read-only folder, another disk) it reads the files
 * themselves, and has to ask at the end whether they are still the same.
 */
import { link, mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { OaError } from '../../schemas/errors.js';
import { localStorage } from '../storage/local.js';
import type { TableFile } from './table-files.js';

export interface Snapshot {
  /** Where each file is read, in the order of the files. */
  readonly paths: readonly string[];
  /** @throws {OaError} `PARTITION_CHANGED` when a file is not the one that was to be read */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Where the engine, which reads this machine's disk only, finds the files of tables. */
export interface LocalFiles {
  /** The files, as they are, for one query. */
  hold(files: readonly TableFile[], options?: { signal?: AbortSignal }): Promise<Snapshot>;
  /** Path of a file that has the same columns, and maybe nothing else. */
  columnsOf(file: TableFile): Promise<string>;
}

const local = localStorage();

/** The files themselves. */
export function unpinned(files: readonly TableFile[]): Snapshot {
  return {
    paths: files.map(({ path }) => path),
    check: async () => {
      for (const { path, identity } of files) {
        if ((await local.stat(path))?.identity !== identity) throw changed(path);
      }
    },
    release: () => Promise.resolve(),
  };
}

export const filesInPlace: LocalFiles = {
  hold: (files) => Promise.resolve(unpinned(files)),
  columnsOf: ({ path }) => Promise.resolve(path),
};

/**
 * Links below a folder, at the same places as the files below the root, so that they name their partitions.
 * @throws {OaError} `PARTITION_CHANGED` when a file went between its listing and now
 */
export async function pinned(
  files: readonly TableFile[],
  { root, folder, release }: { root: string; folder: string; release: () => Promise<void> },
): Promise<Snapshot> {
  const paths = files.map(({ path }) => join(folder, relative(root, path)));
  try {
    for (const parent of new Set(paths.map((path) => dirname(path)))) await mkdir(parent, { recursive: true });
    const made = await Promise.allSettled(files.map(({ path }, i) => link(path, paths[i]!)));
    for (const one of made) if (one.status === 'rejected') throw one.reason as Error;
    const links = paths.map((path, i) => ({ ...files[i]!, path }));
    await unpinned(links).check();
    return { paths, check: () => Promise.resolve(), release };
  } catch (error) {
    await release();
    if (error instanceof OaError) throw error;
    return unpinned(files);
  }
}

export const changed = (path: string) =>
  new OaError('PARTITION_CHANGED', `${path} was replaced while it was read; run the query again`);
