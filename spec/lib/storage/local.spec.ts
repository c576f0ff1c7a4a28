import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { localStorage } from '../../../lib/storage/local.js';
import { OaError } from '../../../schemas/errors.js';
import { codeOf, storageConformance } from '../../conformance/storage.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const temporary = temporaryFolder();

storageConformance('a local folder', () => Promise.resolve({ storage: localStorage(), folder: temporary.path }));

describe('localStorage', () => {
  const storage = localStorage();

  it('takes a name of 255 bytes, hidden name included', async () => {
    const name = 'ä'.repeat(127);
    const file = storage.create(`${temporary.path}/${name}`);
    file.end('x');
    await finished(file);
    expect(await readdir(temporary.path)).toEqual([name]);
  });

  it('writes under a hidden name beside the target', async () => {
    const file = storage.create(`${temporary.path}/f`);
    await new Promise((resolve) => file.write('x', resolve));
    expect(await readdir(temporary.path)).toEqual([expect.stringMatching(/^\.f\.[0-9a-f]+\.tmp$/)]);
    file.end();
    await finished(file);
  });

  it('follows links, and leaves out one that leads nowhere', async () => {
    await mkdir(`${temporary.path}/real`);
    await symlink(`${temporary.path}/real`, `${temporary.path}/link`);
    await symlink(`${temporary.path}/nowhere`, `${temporary.path}/broken`);
    const listed = await storage.list(temporary.path);
    expect(listed.map(({ name, isFolder }) => [name, isFolder])).toEqual([
      ['link', true],
      ['real', true],
    ]);
  });

  it('keeps the cause, and says what it means with the path and the system’s code', async () => {
    await writeFile(`${temporary.path}/file`, '');
    const failure = await storage.list(`${temporary.path}/file`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OaError);
    expect(failure).toMatchObject({ code: 'STORAGE_FAILED', cause: { code: 'ENOTDIR' } });
    expect((failure as OaError).message).toMatch(/\/file: cannot list: .*expected a folder \(ENOTDIR\)$/);
  });

  it('names a missing permission', async () => {
    await mkdir(`${temporary.path}/closed`);
    await chmod(`${temporary.path}/closed`, 0o500);
    // The superuser may write everywhere.
    const expected = process.getuid?.() === 0 ? 'no error' : 'STORAGE_FAILED';
    expect(await codeOf(storage.createExclusive(`${temporary.path}/closed/f`, 'x'))).toBe(expected);
  });
});
