import { text } from 'node:stream/consumers';
import { lock } from '../../../lib/storage/lock.js';
import { webHdfsStorage } from '../../../lib/storage/webhdfs.js';
import { codeOf, storageConformance } from '../../conformance/storage.js';
import { FAST, fakeHdfs } from '../../fakes/hdfs-fixture.js';

const hdfs = fakeHdfs({ nameNodes: 2, dataNodes: 2 });
const storage = () => webHdfsStorage({ nameNodes: hdfs.fake.nameNodes, user: 'spot', retry: FAST });

async function opened() {
  await storage().makeDirectories('/folder');
  return { storage: storage(), folder: '/folder' };
}

storageConformance('WebHDFS', opened);

storageConformance('WebHDFS with the standby first', async () => {
  Object.assign(hdfs.fake.state, { nn1: 'standby', nn2: 'active' });
  return opened();
});

storageConformance('HDFS that redirects as old servers do', async () => {
  hdfs.fake.redirects = true;
  return opened();
});

storageConformance('HttpFS', async () => {
  hdfs.fake.httpFs = true;
  const options = { nameNodes: hdfs.fake.nameNodes.slice(0, 1), httpFs: true, user: 'spot', retry: FAST };
  await webHdfsStorage(options).makeDirectories('/folder');
  return { storage: webHdfsStorage(options), folder: '/folder' };
});

describe('webHdfsStorage', () => {
  it('is named for its first NameNode', () => {
    expect(webHdfsStorage({ nameNodes: ['http://nn1:9870', 'http://nn2:9870'] }).name).toBe('webhdfs://nn1:9870');
    expect(webHdfsStorage({ nameNodes: ['https://nn1:9871'] }).name).toBe('swebhdfs://nn1:9871');
  });

  it('lists folders of many pages, whatever the server’s order', async () => {
    const names = ['ä', '10', '9', 'A', 'B', '_', 'a', 'b', ...Array.from({ length: 14 }, (_, i) => `f${i}`), '数'];
    for (const name of names) await hdfs.put(`/many/${name}`, '');
    expect((await storage().list('/many')).map(({ name }) => name)).toEqual([...names].sort());
    expect(hdfs.fake.operations().filter((operation) => operation === 'LISTSTATUS_BATCH')).toHaveLength(5);
  });

  it('goes on after a page that ends with a name that looks encoded', async () => {
    hdfs.fake.pageSize = 1;
    for (const name of ['%20', ' ', '%41', 'A']) await hdfs.put(`/odd/${name}`, '');
    expect((await storage().list('/odd')).map(({ name }) => name)).toEqual([' ', '%20', '%41', 'A']);
  });

  it('cannot list a file', async () => {
    await hdfs.put('/file', 'x');
    expect(await codeOf(storage().list('/file'))).toBe('STORAGE_FAILED');
  });

  it('holds a lock', async () => {
    const held = await lock(storage(), '/staging/_lock-20160708');
    expect(await codeOf(lock(storage(), '/staging/_lock-20160708'))).toBe('LOCKED');
    await held.release();
    expect(await storage().list('/staging')).toEqual([]);
  });

  it('makes a file only once though the answer is lost', async () => {
    hdfs.fake.fail('RENAME', { reset: true, done: true });
    await storage().createExclusive('/once', 'mine');
    expect(await text(storage().open('/once'))).toBe('mine');
    expect(await codeOf(storage().createExclusive('/once', 'other'))).toBe('FILE_EXISTS');
    expect((await storage().list('/')).map(({ name }) => name)).toEqual(['once']);
  });

  it('gives the client, for what only HDFS has', async () => {
    const { client } = storage();
    await client.mkdirs('/staging', { permission: '750' });
    await client.setPermission('/staging', '1770');
    await client.modifyAclEntries('/staging', ['user:impala:rwx', 'default:user:impala:rwx']);
    expect(await client.stat('/staging')).toMatchObject({ permission: '1770', type: 'DIRECTORY' });
    expect((await client.aclStatus('/staging')).entries).toEqual(['user:impala:rwx', 'default:user:impala:rwx']);
  });

  describe('that has an end', () => {
    it('ends what reads, and every wait in it', async () => {
      await hdfs.put('/file', 'x'.repeat(1000));
      const end = new AbortController();
      const patient = { ...FAST, base: 60_000, cap: 60_000, total: 600_000 };
      const ending = webHdfsStorage({ nameNodes: hdfs.fake.nameNodes, user: 'spot', retry: patient }, end.signal);
      Object.assign(hdfs.fake.state, { nn1: 'standby', nn2: 'standby' });
      const asked = [ending.list('/'), ending.stat('/file'), text(ending.open('/file'))];
      setTimeout(() => end.abort(new Error('enough')), 50);
      for (const one of asked) await expect(one).rejects.toThrow();
    });

    it('goes on with what changes something, and can be asked afterwards', async () => {
      const end = new AbortController();
      const ending = webHdfsStorage({ nameNodes: hdfs.fake.nameNodes, user: 'spot', retry: FAST }, end.signal);
      end.abort(new Error('enough'));
      await ending.createExclusive('/file', 'x');
      await ending.rename('/file', '/other');
      expect((await ending.list('/')).map(({ name }) => name)).toEqual(['other']);
      expect(await text(ending.open('/other'))).toBe('x');
      await ending.delete('/other');
      expect(await ending.stat('/other')).toBeNull();
    });
  });
});
