/** Step 2: a copy of the notebook templates for the day, without `_master` in the name. */
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OaError } from '../schemas/errors.js';
import { packageFile } from './package-root.js';

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

/**
 * Copies the templates. A notebook that is there and differs has an analyst's work in it, and stays unless `fresh`.
 * @returns the notebooks that were kept
 */
export async function copyNotebooks(copies: readonly NotebookCopy[], { fresh = false } = {}): Promise<string[]> {
  const kept: string[] = [];
  for (const { from, to } of copies) {
    try {
      const there = await readFile(to).catch(() => null);
      if (there !== null && !fresh) {
        if (!there.equals(await readFile(from))) kept.push(to);
        continue;
      }
      await mkdir(join(to, '..'), { recursive: true });
      await copyFile(from, to);
    } catch (error) {
      throw new OaError('NOTEBOOKS_FAILED', `copying ${from} to ${to}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  return kept;
}
