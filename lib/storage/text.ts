/** Small texts in a storage: locks, journals, the columns of a table. */
import { finished } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';

/** Whole, or not at all; a file that is there is replaced. */
export async function writeText(storage: Storage, path: string, content: string): Promise<void> {
  const file = storage.create(path);
  file.end(content);
  await finished(file);
}

/** `null` when there is no such file. */
export async function readText(storage: Storage, path: string): Promise<string | null> {
  try {
    return await text(storage.open(path));
  } catch (error) {
    if (error instanceof OaError && error.code === 'FILE_NOT_FOUND') return null;
    throw error;
  }
}
