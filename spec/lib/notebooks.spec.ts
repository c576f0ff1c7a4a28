import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyNotebooks, notebookCopies, notebooksToCopy } from '../../lib/notebooks.js';
import { localStorage } from '../../lib/storage/local.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const failed = (message: RegExp): Error =>
  expect.objectContaining({ code: 'NOTEBOOKS_FAILED', message: expect.stringMatching(message) as string }) as Error;

describe('notebooks', () => {
  const folder = temporaryFolder();
  const day = () => `${folder.path}/ipynb/dns/20160708`;
  const copyAll = async (options?: { fresh?: boolean }) => {
    const found = await notebooksToCopy(await notebookCopies(day()), options);
    await copyNotebooks(localStorage(), found.missing);
    return found;
  };

  it('are copied without _master in the name', async () => {
    await copyAll();
    expect(readdirSync(day()).sort()).toEqual(['Advanced_Mode.ipynb', 'Threat_Investigation.ipynb']);
    const template = new URL('../../notebooks-templates/Advanced_Mode_master.ipynb', import.meta.url);
    expect(readFileSync(`${day()}/Advanced_Mode.ipynb`)).toEqual(readFileSync(template));
  });

  it('that an analyst has edited stay, unless fresh ones are asked for', async () => {
    await copyAll();
    const edited = `${day()}/Advanced_Mode.ipynb`;
    writeFileSync(edited, 'mine');
    expect((await copyAll()).kept).toEqual([edited]);
    expect(readFileSync(edited, 'utf8')).toBe('mine');
    expect((await copyAll({ fresh: true })).kept).toEqual([]);
    expect(readFileSync(edited, 'utf8')).not.toBe('mine');
  });

  it('come from a folder of the user, where only masters count', async () => {
    const templates = `${folder.path}/templates`;
    mkdirSync(templates);
    await expect(notebookCopies(day(), templates)).rejects.toThrow(failed(/expected files named \*_master\.ipynb/));
    writeFileSync(`${templates}/Mine_master.ipynb`, '{}');
    writeFileSync(`${templates}/notes.txt`, '');
    expect(await notebookCopies(day(), templates)).toEqual([
      { from: `${templates}/Mine_master.ipynb`, to: `${day()}/Mine.ipynb` },
    ]);
  });

  it('name the folder that is missing, and the target that cannot be written', async () => {
    await expect(notebookCopies(day(), `${folder.path}/none`)).rejects.toThrow(failed(/none/));
    writeFileSync(`${folder.path}/ipynb`, 'a file where a folder should be');
    await expect(copyAll()).rejects.toThrow(failed(/Advanced_Mode/));
  });
});
