import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyNotebooks, keptText, notebookCopies, notebooksToCopy } from '../../lib/notebooks.js';
import { localStorage } from '../../lib/storage/local.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const failed = (message: RegExp): Error =>
  expect.objectContaining({ code: 'NOTEBOOKS_FAILED', message: expect.stringMatching(message) as string }) as Error;

interface Cell {
  cell_type: string;
  source: string | string[];
  [more: string]: unknown;
}
interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
}

const folder = temporaryFolder();
const day = () => `${folder.path}/ipynb/dns/20160708`;
const notebook = () => `${day()}/Advanced_Mode.ipynb`;
const read = (path: string) => readFileSync(path, 'utf8');
const template = read(new URL('../../notebooks-templates/Advanced_Mode_master.ipynb', import.meta.url).pathname);
const copyAll = async ({ templates, fresh }: { templates?: string; fresh?: boolean } = {}) => {
  const found = await notebooksToCopy(await notebookCopies(day(), templates), { fresh });
  await copyNotebooks(localStorage(), found.copies);
  return found;
};
/** The notebook as it would be saved after a change. */
const save = (change: (notebook: Notebook) => void, path = notebook()) => {
  const there = JSON.parse(read(path)) as Notebook;
  change(there);
  writeFileSync(path, JSON.stringify(there));
};
const edit = (text: string, path = notebook()) =>
  save(({ cells }) => cells.push({ cell_type: 'code', source: text }), path);

describe('notebooks', () => {
  it('are copied without _master in the name', async () => {
    await copyAll();
    expect(readdirSync(day()).sort()).toEqual(['Advanced_Mode.ipynb', 'Threat_Investigation.ipynb']);
    expect(read(notebook())).toBe(template);
  });

  it('that were only run are no edits: outputs, counts, metadata and an empty last cell do not matter', async () => {
    await copyAll();
    save((there) => {
      for (const cell of there.cells) {
        cell.source = [cell.source].flat().join('');
        cell.metadata = { scrolled: true };
        if (cell.cell_type === 'code')
          Object.assign(cell, { execution_count: 7, outputs: [{ output_type: 'stream', text: 'x' }] });
      }
      there.metadata.language_info = { name: 'typescript', version: '9' };
      there.cells.push({ cell_type: 'code', source: [], outputs: [], execution_count: null, metadata: {} });
    });
    const executed = read(notebook());
    expect(await copyAll()).toEqual({ copies: [], kept: [] });
    expect(await copyAll({ fresh: true })).toEqual({ copies: [], kept: [] });
    expect(read(notebook())).toBe(executed);
  });

  const EDITS: [what: string, edit: (there: Notebook) => void][] = [
    ['another source', ({ cells }) => (cells[1]!.source = 'mine')],
    ['a cell more', ({ cells }) => cells.unshift({ cell_type: 'markdown', source: '' })],
    ['a cell less', ({ cells }) => cells.pop()],
    ['cells in another order', ({ cells }) => cells.reverse()],
    ['a cell of another type', ({ cells }) => (cells[1]!.cell_type = 'raw')],
    ['a form that is not known', (there) => (there.nbformat = 3)],
  ];
  it.each(EDITS)('with %s are edited: kept, and the template put beside them', async (_what, change) => {
    await copyAll();
    save(change);
    const mine = read(notebook());
    const beside = `${day()}/Advanced_Mode.new.ipynb`;
    for (const copies of [[expect.objectContaining({ to: beside })], []]) {
      expect(await copyAll()).toEqual({ copies, kept: [{ path: notebook(), template: beside }] });
      expect([read(notebook()), read(beside)]).toEqual([mine, template]);
    }
  });

  it.each(['mine', '', '[]', '{"cells": {}}', '{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}'])(
    'that are no notebooks (%j) are kept as well',
    async (text) => {
      await copyAll();
      writeFileSync(notebook(), text);
      expect((await copyAll()).kept).toHaveLength(1);
      expect(read(notebook())).toBe(text);
    },
  );

  it('edited beside an edited one: the template goes to the next free name', async () => {
    await copyAll();
    edit('one');
    await copyAll();
    for (const name of ['new', 'new-2']) {
      edit('more', `${day()}/Advanced_Mode.${name}.ipynb`);
      await copyAll();
    }
    expect(readdirSync(day()).sort()).toEqual([
      'Advanced_Mode.ipynb',
      'Advanced_Mode.new-2.ipynb',
      'Advanced_Mode.new-3.ipynb',
      'Advanced_Mode.new.ipynb',
      'Threat_Investigation.ipynb',
    ]);
    const names = ['', '.new', '.new-2', '.new-3'];
    const isTemplate = names.map((name) => read(`${day()}/Advanced_Mode${name}.ipynb`) === template);
    expect(isTemplate).toEqual([false, false, false, true]);
    // A name that became free is taken again only when the template lies nowhere before.
    rmSync(`${day()}/Advanced_Mode.new.ipynb`);
    expect((await copyAll()).kept).toEqual([{ path: notebook(), template: `${day()}/Advanced_Mode.new.ipynb` }]);
  });

  it('edited are replaced when fresh ones are asked for, and nothing is put beside', async () => {
    await copyAll();
    edit('mine');
    expect((await copyAll({ fresh: true })).kept).toEqual([]);
    expect(read(notebook())).toBe(template);
    expect(readdirSync(day())).toHaveLength(2);
  });

  it('kept are named in the warning with the template beside them', () => {
    const text = keptText({ path: '/d/A.ipynb', template: '/d/A.new-2.ipynb' });
    expect(text).toMatch(/^\/d\/A\.ipynb was edited and is kept.* A\.new-2\.ipynb; --fresh-notebooks replaces/);
  });

  it('name the folder that is missing, and the target that cannot be written', async () => {
    await expect(notebookCopies(day(), `${folder.path}/none`)).rejects.toThrow(failed(/none/));
    writeFileSync(`${folder.path}/ipynb`, 'a file where a folder should be');
    await expect(copyAll()).rejects.toThrow(failed(/Advanced_Mode/));
  });
});

describe("a user's own templates", () => {
  const templates = () => `${folder.path}/templates`;
  beforeEach(() => mkdirSync(templates()));
  const write = (name: string, metadata: object) =>
    writeFileSync(`${templates()}/${name}_master.ipynb`, JSON.stringify({ nbformat: 4, metadata, cells: [] }));
  const targets = async () => (await notebookCopies(day(), templates())).map(({ to }) => to.slice(day().length + 1));

  it('are the masters of the folder', async () => {
    await expect(notebookCopies(day(), templates())).rejects.toThrow(failed(/expected files named \*_master\.ipynb/));
    write('Mine', { kernelspec: { language: 'typescript' } });
    writeFileSync(`${templates()}/notes.txt`, '');
    expect(await notebookCopies(day(), templates())).toEqual([
      { from: `${templates()}/Mine_master.ipynb`, to: `${day()}/Mine.ipynb` },
    ]);
  });

  it.each([
    ["Spot's, in Python", { kernelspec: { display_name: 'Python 2', language: 'python', name: 'python2' } }],
    ['in the language of their last execution', { language_info: { name: 'python' } }],
    ['in no language', {}],
    ['without readable metadata', { kernelspec: 7 }],
  ])('%s, lie where the UI of Spot opens them, ours in a folder beside', async (_what, metadata) => {
    write('Advanced_Mode', metadata);
    write('Mine', { kernelspec: { language: 'TypeScript' } });
    expect(await targets()).toEqual([
      'Advanced_Mode.ipynb',
      'Mine.ipynb',
      'typescript/Advanced_Mode.ipynb',
      'typescript/Threat_Investigation.ipynb',
    ]);
    await copyAll({ templates: templates() });
    expect(read(notebook())).toBe(read(`${templates()}/Advanced_Mode_master.ipynb`));
    const ours = `${day()}/typescript/Advanced_Mode.ipynb`;
    expect(read(ours)).toBe(template);
    edit('mine', ours);
    await copyAll({ templates: templates() });
    expect(read(`${day()}/typescript/Advanced_Mode.new.ipynb`)).toBe(template);
  });

  it('in TypeScript stand alone', async () => {
    write('Mine', { language_info: { name: 'typescript' } });
    expect(await targets()).toEqual(['Mine.ipynb']);
  });
});
