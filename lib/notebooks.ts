/** Step 2: a copy of the notebook templates for the day, without `_master` in the name. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OaError } from '../schemas/errors.js';
import type { Storage } from '../streams/contracts.js';
import { packageFile } from './package-root.js';
import { writeText } from './storage/text.js';

export interface NotebookCopy {
  readonly from: string;
  readonly to: string;
}

/** What is copied where. @throws {OaError} `NOTEBOOKS_FAILED` */
export async function notebookCopies(
  folder: string,
  templates = packageFile('notebooks-templates'),
): Promise<NotebookCopy[]> {
  const names = await readdir(templates).catch((cause: Error) => {
    throw new OaError('NOTEBOOKS_FAILED', `notebook templates ${templates}: ${cause.message}`, { cause });
  });
  const masters = names.filter((name) => name.endsWith('_master.ipynb')).sort();
  if (masters.length === 0)
    throw new OaError('NOTEBOOKS_FAILED', `${templates}: expected files named *_master.ipynb`);
  return masters.map((name) => ({
    from: join(templates, name),
    to: join(folder, name.replace(/_master\.ipynb$/, '.ipynb')),
  }));
}

export interface NotebooksToCopy {
  readonly missing: readonly NotebookCopy[];
  /** There, and other than the template: an analyst's work is in them. They stay unless `fresh`. */
  readonly kept: readonly string[];
}

/** What is to be done; one that is there and equals its template needs nothing. @throws {OaError} `NOTEBOOKS_FAILED` */
export async function notebooksToCopy(
  copies: readonly NotebookCopy[],
  { fresh = false } = {},
): Promise<NotebooksToCopy> {
  const [missing, kept]: [NotebookCopy[], string[]] = [[], []];
  for (const copy of copies) {
    const template = await readFile(copy.from, 'utf8').catch((error: Error) => failed(copy, error));
    const there = await readFile(copy.to, 'utf8').catch(() => null);
    if (there === null || (fresh && there !== template)) missing.push(copy);
    else if (there !== template) kept.push(copy.to);
  }
  return { missing, kept };
}

/** Each is there whole, or not at all. @throws {OaError} `NOTEBOOKS_FAILED` */
export async function copyNotebooks(storage: Storage, copies: readonly NotebookCopy[]): Promise<void> {
  for (const copy of copies) {
    await readFile(copy.from, 'utf8')
      .then((template) => writeText(storage, copy.to, template))
      .catch((error: Error) => failed(copy, error));
  }
}

function failed({ from, to }: NotebookCopy, cause: Error): never {
  throw new OaError('NOTEBOOKS_FAILED', `copying ${from} to ${to}: ${cause.message}`, { cause });
}
