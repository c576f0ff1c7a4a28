import { text } from 'node:stream/consumers';
import { codeOf } from '../../../conformance/storage.js';
import { fakeHdfs } from '../../../fakes/hdfs-fixture.js';

describe('HttpFS, which ignores renameoptions,', () => {
  const hdfs = fakeHdfs();
  const client = () => hdfs.client({ httpFs: true });
  const names = async (path = '/d') => (await client().list(path)).map(({ name }) => name);

  beforeEach(async () => {
    hdfs.fake.httpFs = true;
    for (const name of ['new', 'old', 'folder/file']) await hdfs.put(`/d/${name}`, name, client());
    await client().mkdirs('/d/empty');
  });

  it('replaces a file', async () => {
    await client().rename('/d/new', '/d/old', { overwrite: true });
    expect(await text(client().open('/d/old'))).toBe('new');
    expect(await names()).toEqual(['empty', 'folder', 'old']);
  });

  it('replaces a file by an upload', async () => {
    await hdfs.put('/d/old', 'uploaded', client());
    expect(await text(client().open('/d/old'))).toBe('uploaded');
    expect(await names()).toEqual(['empty', 'folder', 'new', 'old']);
  });

  it('replaces an empty folder, and does not put into it what takes its place', async () => {
    await client().rename('/d/folder', '/d/empty', { overwrite: true });
    expect(await names('/d/empty')).toEqual(['file']);
    expect(await names()).toEqual(['empty', 'new', 'old']);
  });

  it.each([
    ['a file, unless it is told to', '/d/new', '/d/old', false, 'FILE_EXISTS'],
    ['a folder, unless it is told to', '/d/folder', '/d/empty', false, 'FILE_EXISTS'],
    ['a folder by a file', '/d/new', '/d/empty', true, 'FILE_EXISTS'],
    ['a file by a folder', '/d/empty', '/d/old', true, 'FILE_EXISTS'],
    ['a folder that holds something', '/d/empty', '/d/folder', true, 'STORAGE_FAILED'],
    ['a file by one that is missing', '/d/none', '/d/old', true, 'FILE_NOT_FOUND'],
  ])('does not replace %s', async (_what, from, to, overwrite, code) => {
    expect(await codeOf(client().rename(from, to, { overwrite }))).toBe(code);
    expect(await names()).toEqual(['empty', 'folder', 'new', 'old']);
    expect(await names('/d/folder')).toEqual(['file']);
    expect(await text(client().open('/d/old'))).toBe('old');
  });

  it('gives the old file back where the new one cannot come', async () => {
    // Nothing happens to the first RENAME, which moves the old file aside.
    hdfs.fake.fail('RENAME', { after: 0, then: 'end' });
    hdfs.fake.fail('RENAME', { exception: 'AccessControlException', message: 'no' });
    expect(await codeOf(client().rename('/d/new', '/d/old', { overwrite: true }))).toBe('PERMISSION_DENIED');
    expect(await text(client().open('/d/old'))).toBe('old');
    expect(await names()).toEqual(['empty', 'folder', 'new', 'old']);
  });
});
