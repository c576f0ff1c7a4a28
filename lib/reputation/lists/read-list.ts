/** A list from its file, or from the files of a MISP feed's folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asOaError, OaError } from '../../../schemas/errors.js';
import type { ListFormat } from '../reputation-settings.js';
import { DomainSet } from './domain-set.js';
import { addList } from './formats.js';

export interface ReadListOptions {
  /** @default by the content */
  readonly format?: ListFormat;
  readonly column?: string | number;
  /** Milliseconds since 1970. */
  readonly now?: number;
}

/** @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line */
export async function readList(file: string, options: ReadListOptions = {}): Promise<DomainSet> {
  const { format, column, now = Date.now() } = options;
  const set = new DomainSet();
  for (const path of await filesOf(file)) {
    const bytes = await readFile(path).catch((error: unknown) => unreadable(error, path));
    await addList(set, { file: path, bytes, column, now }, format);
  }
  set.trim();
  return set;
}

/** Of a feed's folder the events; the manifest and the hashes only tell which there are. */
async function filesOf(file: string): Promise<string[]> {
  const found = await stat(file).catch((error: unknown) => unreadable(error, file));
  if (!found.isDirectory()) return [file];
  const names = (await readdir(file)).filter((name) => name.endsWith('.json') && name !== 'manifest.json');
  if (names.length === 0) throw new OaError('LOOKUP_FILE_INVALID', `${file}: expected a MISP feed with events`);
  return names.sort().map((name) => join(file, name));
}

function unreadable(error: unknown, file: string): never {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  if (isMissing) throw new OaError('FILE_NOT_FOUND', `${file}: no such file`, { cause: error });
  throw asOaError(error, 'STORAGE_FAILED', `${file}: cannot be read`);
}
