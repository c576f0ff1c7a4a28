import { finished, pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { codeOf } from '../conformance/storage.js';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';
import type { Cluster } from './cluster.js';
import { numberedStream } from './numbered.js';

async function put(storage: Storage, path: string, content = 'content'): Promise<void> {
  const file = storage.create(path);
  file.end(content);
  await finished(file);
}

async function failureOf(work: Promise<unknown>): Promise<OaError> {
  const failure = await work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
  if (!(failure instanceof OaError)) throw new Error('Expected an OaError', { cause: failure });
  return failure;
}

export function rights(hdfs: Cluster): void {
  const client = (options: Parameters<Cluster['storage']>[0] = {}) => hdfs.storage(options).client;

  describe('permissions', () => {
    let folder: string;
    beforeEach(async () => {
      folder = hdfs.newFolder();
      await put(hdfs.storage(), `${folder}/f`);
      await client().setPermission(folder, '700');
    });

    const operations: [string, (storage: Storage) => Promise<unknown>][] = [
      ['open', (storage) => text(storage.open(`${folder}/f`))],
      ['create', (storage) => put(storage, `${folder}/g`)],
      ['createExclusive', (storage) => storage.createExclusive(`${folder}/g`, 'x')],
      ['rename', (storage) => storage.rename(`${folder}/f`, `${folder}/g`)],
      ['delete', (storage) => storage.delete(`${folder}/f`)],
      ['list', (storage) => storage.list(folder)],
      ['stat', (storage) => storage.stat(`${folder}/f`)],
      ['makeDirectories', (storage) => storage.makeDirectories(`${folder}/sub`)],
    ];

    it.each(operations)(
      '%s is denied to another user, with path and NameNode, and changes nothing',
      async (_, work) => {
        const failure = await failureOf(work(hdfs.storage({ user: 'other' })));
        expect(failure.code).toBe('PERMISSION_DENIED');
        expect(failure.message).toContain(folder);
        expect(failure.message).toContain(new URL(hdfs.hdfs.nameNodes[0]!).host);
        expect(failure.message).not.toContain('\n');
        expect(failure.retriable).toBe(false);
        expect((await hdfs.storage().list(folder)).map(({ name }) => name)).toEqual(['f']);
      },
    );

    it('of new files are those of the settings', async () => {
      await put(hdfs.storage({ permission: '640' }), `${folder}/g`);
      expect(await client().stat(`${folder}/g`)).toMatchObject({ permission: '640', owner: hdfs.hdfs.user });
    });
  });

  describe('a staging folder', () => {
    it('gets its mode and ACL entries, which new files inherit and which let one more user in', async () => {
      const folder = hdfs.newFolder();
      await client().mkdirs(folder, { permission: '750' });
      await client().setPermission(folder, '770');
      await client().modifyAclEntries(folder, ['user:impala:rwx', 'default:user:impala:rw-']);
      const { entries } = await client().aclStatus(folder);
      expect(entries).toEqual(expect.arrayContaining(['user:impala:rwx', 'default:user:impala:rw-']));
      expect((await client().stat(folder)).aclBit).toBe(true);

      const impala = hdfs.storage({ user: 'impala' });
      await put(hdfs.storage(), `${folder}/partition.parquet`);
      expect(await text(impala.open(`${folder}/partition.parquet`))).toBe('content');
      await impala.rename(`${folder}/partition.parquet`, `${folder}/taken.parquet`);
      expect(await codeOf(hdfs.storage({ user: 'other' }).list(folder))).toBe('PERMISSION_DENIED');
      expect((await hdfs.storage().list(folder)).map(({ name }) => name)).toEqual(['taken.parquet']);
    });
  });

  describe('a proxy user', () => {
    let folder: string;
    beforeEach(async () => {
      folder = hdfs.newFolder();
      await client().mkdirs(folder, { permission: '777' });
      await client().setPermission(folder, '777');
    });

    it('acts as the users that it may act for', async () => {
      await put(hdfs.storage({ user: 'svc', doas: 'alice' }), `${folder}/f`);
      expect(await client().stat(`${folder}/f`)).toMatchObject({ owner: 'alice' });
    });

    it('is denied others', async () => {
      const failure = await failureOf(hdfs.storage({ user: 'svc', doas: 'carol' }).list(folder));
      expect(failure.code).toBe('PERMISSION_DENIED');
      expect(failure.message).toContain('svc is not allowed to impersonate carol');
    });
  });

  describe('a delegation token', () => {
    // Without Kerberos HDFS issues and checks tokens, and asks for none: who sends one is `dr.who`.
    it('is issued, renewed and cancelled, and is in no message', async () => {
      const alice = client({ user: 'alice' });
      const token = (await alice.getDelegationToken({ renewer: 'alice' }))!;
      expect(await alice.renewDelegationToken(token)).toBeGreaterThan(Date.now());
      const denied = await failureOf(client({ user: 'other' }).renewDelegationToken(token));
      expect(denied.code).toBe('PERMISSION_DENIED');
      await alice.cancelDelegationToken(token);
      const failure = await failureOf(alice.renewDelegationToken(token));
      expect(failure.code).toBe('TOKEN_EXPIRED');
      for (const { message } of [denied, failure]) expect(message).not.toContain(token);
    });
  });

  describe('a space quota', () => {
    it('that an upload hits in the middle leaves nothing visible, and the old file', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      await put(storage, `${folder}/f`, 'old');
      // The client keeps its first 8 MiB to begin anew with; a quota beyond is met when nothing can be begun anew.
      for (const [name, megabytes] of [
        ['f', 4],
        ['g', 4],
        ['f', 12],
        ['g', 12],
      ] as const) {
        await client().setQuota(folder, { bytes: megabytes << 20 });
        const failure = await failureOf(pipeline(numberedStream(20_000_000), storage.create(`${folder}/${name}`)));
        expect(failure.code).toBe('QUOTA_EXCEEDED');
        expect(failure.message).toContain(`${folder}/${name}`);
      }
      expect((await storage.list(folder)).map(({ name, size }) => [name, size])).toEqual([['f', 3]]);
      expect(await client().contentSummary(folder)).toMatchObject({ fileCount: 1, spaceConsumed: 3 });
      // What fits is still taken.
      await put(storage, `${folder}/small`);
    });

    it('of names refuses the file that is one too many', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      await client().mkdirs(folder);
      await client().setQuota(folder, { names: 2 });
      await put(storage, `${folder}/one`);
      expect(await codeOf(put(storage, `${folder}/two`))).toBe('QUOTA_EXCEEDED');
      expect((await storage.list(folder)).map(({ name }) => name)).toEqual(['one']);
    });
  });

  describe('a checksum', () => {
    it('is the one that Hadoop’s own client shows', async () => {
      const path = `${hdfs.newFolder()}/f`;
      await pipeline(numberedStream(3_000_000), hdfs.storage().create(path));
      const { algorithm, bytes } = await client().checksum(path);
      const shown = await hdfs.hdfs.shell('-checksum', path);
      expect(shown.trim().split('\t')).toEqual([path, algorithm, bytes]);
    });
  });
}
