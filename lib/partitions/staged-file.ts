/** Where a staged file has got to when a server that was to load it gave no answer. */
import { posix } from 'node:path';
import type { Storage } from '../../streams/contracts.js';
import { identityOf } from './table-files.js';

export type Whereabouts =
  | { readonly is: 'staged' | 'in place' | 'gone' }
  /** Impala moves a file into a hidden folder of the partition first, then deletes the old ones. */
  | { readonly is: 'hidden'; readonly path: string };

/**
 * @param staged where the file was
 * @param folder the partition's
 * @param identity of the file: a rename keeps it
 */
export async function whereIs(
  storage: Storage,
  { staged, folder, identity }: { staged: string; folder: string; identity: string | undefined },
): Promise<Whereabouts> {
  if ((await storage.stat(staged)) !== null) return { is: 'staged' };
  if (identity === undefined) return { is: 'gone' };
  const entries = await storage.list(folder);
  if (entries.some((entry) => !entry.isFolder && identityOf(entry) === identity)) return { is: 'in place' };
  for (const { path, name, isFolder } of entries) {
    if (!isFolder || !/^[._]/.test(name)) continue;
    const found = (await storage.list(path)).find((entry) => identityOf(entry) === identity);
    if (found) return { is: 'hidden', path: posix.join(path, found.name) };
  }
  return { is: 'gone' };
}
