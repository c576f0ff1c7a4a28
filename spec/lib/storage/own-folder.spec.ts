import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnFolder, removeOwnFolder } from '../../../lib/storage/own-folder.js';
import { codeOf } from '../../conformance/storage.js';
import { deadOwner } from '../../fakes/owners.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

describe('the folder of a process', () => {
  const temporary = temporaryFolder();

  it('is closed to others, and goes', async () => {
    const folder = await makeOwnFolder(join(temporary.path, 'deep/er'));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await removeOwnFolder(folder);
    expect(await readdir(join(temporary.path, 'deep/er'))).toEqual([]);
  });

  it('takes those of dead processes with it, and leaves everything else', async () => {
    const [dead, unknown, other] = ['spot-dns-oa-run-dead', 'spot-dns-oa-run-what', 'other'];
    for (const name of [dead, unknown, other]) await mkdir(join(temporary.path, name));
    await writeFile(join(temporary.path, dead, '_owner.json'), JSON.stringify(deadOwner('x')));
    const living = await makeOwnFolder(temporary.path);
    const next = await makeOwnFolder(temporary.path);
    expect((await readdir(temporary.path)).map((name) => join(temporary.path, name)).sort()).toEqual(
      [living, next, join(temporary.path, unknown), join(temporary.path, other)].sort(),
    );
  });

  it('that cannot be made says where', async () => {
    await writeFile(join(temporary.path, 'file'), '');
    expect(await codeOf(makeOwnFolder(join(temporary.path, 'file')))).toBe('STORAGE_FAILED');
  });
});
