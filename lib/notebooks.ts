/** Step 2: a copy of the notebook templates for the day, without `_master` in the name. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OaError } from '../schemas/errors.js';
import type { Storage } from '../streams/contracts.js';
import { languageOf, sameCells } from './notebook-format.js';
import { packageFile } from './package-root.js';
import { writeText } from './storage/text.js';

export interface NotebookCopy {
  readonly from: string;
  readonly to: string;
}

/** Where the package's own notebooks go when the user's are in another language (Spot's are in Python). */
export const typescriptFolder = (folder: string): string => join(folder, 'typescript');

/**
 * What is copied where.
 * @param folder of the day
 * @param templates a folder of the user's own `*_master.ipynb`. @default the package's
 * @throws {OaError} `NOTEBOOKS_FAILED`
 */
export async function notebookCopies(folder: string, templates?: string): Promise<NotebookCopy[]> {
  const ours = packageFile('notebooks-templates');
  if (templates === undefined) return copiesOf(ours, folder);
  const copies = await copiesOf(templates, folder);
  const languages = await Promise.all(copies.map(async (copy) => languageOf(await templateOf(copy))));
  if (languages.every((language) => language === 'typescript')) return copies;
  return [...copies, ...(await copiesOf(ours, typescriptFolder(folder)))];
}

async function copiesOf(templates: string, folder: string): Promise<NotebookCopy[]> {
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

/** A notebook with an analyst's work in it, and the file beside it that equals the template. */
export interface KeptNotebook {
  readonly path: string;
  readonly template: string;
}

export interface NotebooksToCopy {
  readonly copies: readonly NotebookCopy[];
  readonly kept: readonly KeptNotebook[];
}

/**
 * What is to be done. One that has the cells of its template needs nothing, run or not. One that was edited stays, with the
 * template beside it as `<name>.new.ipynb`; `fresh` replaces it.
 * @throws {OaError} `NOTEBOOKS_FAILED`
 */
export async function notebooksToCopy(
  wanted: readonly NotebookCopy[],
  { fresh = false } = {},
): Promise<NotebooksToCopy> {
  const [copies, kept]: [NotebookCopy[], KeptNotebook[]] = [[], []];
  for (const copy of wanted) {
    const template = await templateOf(copy);
    const state = await stateOf(copy.to, template);
    if (state === 'missing' || (state === 'edited' && fresh)) copies.push(copy);
    else if (state === 'edited') {
      const beside = await placeBeside(copy.to, template);
      kept.push({ path: copy.to, template: beside.path });
      if (beside.state === 'missing') copies.push({ from: copy.from, to: beside.path });
    }
  }
  return { copies, kept };
}

/** For the warning about one that was kept. */
export const keptText = ({ path, template }: KeptNotebook): string =>
  `${path} was edited and is kept; the template lies beside it as ${basename(template)}; --fresh-notebooks replaces what was edited`;

type State = 'missing' | 'same' | 'edited';

/** Nothing is at the path, or a folder, which no file can replace. */
const NO_FILE = new Set<string | undefined>(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** One that cannot be read counts as edited: it may hold anything. */
async function stateOf(path: string, template: string): Promise<State> {
  try {
    return sameCells(await readFile(path, 'utf8'), template) ? 'same' : 'edited';
  } catch (error) {
    return NO_FILE.has((error as NodeJS.ErrnoException).code) ? 'missing' : 'edited';
  }
}

/** The first name beside an edited notebook that is free, or where the template lies already. */
async function placeBeside(path: string, template: string): Promise<{ path: string; state: State }> {
  for (let n = 1; ; n++) {
    const beside = path.replace(/\.ipynb$/, `.new${n === 1 ? '' : `-${n}`}.ipynb`);
    const state = await stateOf(beside, template);
    if (state !== 'edited') return { path: beside, state };
  }
}

/** Each is there whole, or not at all. @throws {OaError} `NOTEBOOKS_FAILED` */
export async function copyNotebooks(storage: Storage, copies: readonly NotebookCopy[]): Promise<void> {
  for (const copy of copies) {
    const template = await templateOf(copy);
    await writeText(storage, copy.to, template).catch((error: Error) => failed(copy, error));
  }
}

const templateOf = (copy: NotebookCopy): Promise<string> =>
  readFile(copy.from, 'utf8').catch((error: Error) => failed(copy, error));

function failed({ from, to }: NotebookCopy, cause: Error): never {
  throw new OaError('NOTEBOOKS_FAILED', `copying ${from} to ${to}: ${cause.message}`, { cause });
}
