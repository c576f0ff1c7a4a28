/**
 * The last good copy of a list. A feed that is suddenly empty, much smaller, broken or gone says that its download failed,
 * not that the domains became good: then the copy counts.
 */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { asOaError } from '../../../schemas/errors.js';
import { localStorage } from '../../storage/local.js';
import { readText, writeText } from '../../storage/text.js';
import { fileName } from '../engine/answer-file.js';
import { DomainSet } from './domain-set.js';
import { readList, type ReadListOptions } from './read-list.js';

export interface LastGoodOptions extends ReadListOptions {
  /** Where copies are; without it nothing is compared and whatever is wrong with the list is thrown. */
  readonly folder?: string;
  /** Share of the names that a new list may lack. @default 0.5 */
  readonly maxShrink?: number;
  readonly warn: (code: string, message: string) => void;
}

export function copyPath(folder: string, file: string): string {
  const digest = createHash('sha256').update(file).digest('hex').slice(0, 8);
  return join(folder, `${fileName(basename(file))}-${digest}.list`);
}

/** @throws {OaError} as `readList`, where there is no copy */
export async function readGoodList(file: string, options: LastGoodOptions): Promise<DomainSet> {
  const { folder, maxShrink = 0.5, warn } = options;
  if (folder === undefined) return readList(file, options);
  const copy = copyPath(folder, file);
  const last = await readCopy(copy);
  try {
    const found = await readList(file, options);
    if (last === null || found.size >= last.size * (1 - maxShrink)) {
      if (found.size > 0) await keep(copy, found);
      return found;
    }
    warn('REPUTATION_LIST_REFUSED', refusal(`${found.size} names, ${last.size} before`));
  } catch (error) {
    if (last === null) throw error;
    warn('REPUTATION_LIST_REFUSED', refusal(asOaError(error).message));
  }
  return last;

  function refusal(problem: string): string {
    return `${file}: ${problem}; the last good copy counts (remove ${copy} to take the list as it is)`;
  }
}

const HEAD = 'spot-dns-oa domain set 1';

/** Null: there is none, or none that can be read. */
async function readCopy(path: string): Promise<DomainSet | null> {
  const text = await readText(localStorage(), path).catch(() => null);
  const [head, body] = [text?.slice(0, HEAD.length), text?.slice(HEAD.length + 1)];
  return head === HEAD && body !== undefined ? DomainSet.fromText(body) : null;
}

/** Not kept is no reason to fail: the next run has nothing to compare with. */
async function keep(path: string, set: DomainSet): Promise<void> {
  const text = `${HEAD}\n${set.toText()}`;
  await writeText(localStorage(), path, text).catch(() => undefined);
}
