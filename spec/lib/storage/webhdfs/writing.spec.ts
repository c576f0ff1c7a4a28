import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../../conformance/storage.js';
import { FAST, fakeHdfs } from '../../../fakes/hdfs-fixture.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Writes so many bytes, as fast as the file takes them. */
function fill(file: Writable, length: number, taken: (bytes: number) => void = () => undefined): Promise<void> {
  const portion = Buffer.alloc(64 * KIB, 'abcd');
  function* portions() {
    for (let done = 0; done < length; done += portion.length) {
      yield portion;
      taken(done + portion.length);
    }
  }
  return pipeline(portions, file);
}

describe('writing', () => {
  const hdfs = fakeHdfs({ nameNodes: 2, dataNodes: 2 });
  const names = () => [...hdfs.fake.files.nodes.keys()].filter((path) => path !== '/').sort();
  const steps = () => hdfs.fake.operations(/nn1/);

  it('uploads under a hidden name, compares the length and renames', async () => {
    const file = hdfs.client().create('/a/f', { blocksize: MIB, replication: 2, permission: '640' });
    await new Promise((resolve) => file.write('half', resolve));
    while (hdfs.fake.files.nodes.size < 3) await wait(1);
    expect(names()).toEqual(['/a', expect.stringMatching(/^\/a\/\.f\.[0-9a-f]+\.tmp$/)]);
    file.end();
    await finished(file);
    expect(names()).toEqual(['/a', '/a/f']);
    expect(steps()).toEqual(['CREATE', 'GETFILESTATUS', 'RENAME']);
    expect(Object.fromEntries(hdfs.fake.asked[0]!.query)).toMatchObject({
      blocksize: String(MIB),
      replication: '2',
      permission: '640',
    });
  });

  it('takes block size, replication and permission from the options of the client', async () => {
    await hdfs.put('/f', 'x', hdfs.client({ blockSize: 2 * MIB, replication: 3, permission: '600' }));
    const query = Object.fromEntries(hdfs.fake.asked[0]!.query);
    expect(query).toMatchObject({ blocksize: String(2 * MIB), replication: '3', permission: '600' });
  });

  it('holds a bounded part of a large file', async () => {
    hdfs.fake.keep = false;
    const file = hdfs.client().create('/large');
    let most = 0;
    await fill(file, 200 * MIB, () => (most = Math.max(most, file.writableLength)));
    expect(hdfs.fake.received).toBe(200 * MIB);
    expect(hdfs.fake.files.get('/large').length).toBe(200 * MIB);
    expect(most).toBeLessThanOrEqual(512 * KIB);
  }, 60_000);

  it('waits for a server that takes nothing', async () => {
    hdfs.fake.fail('CREATE', { after: 1, then: 'stall' }, { server: /dn/ });
    const file = hdfs.client().create('/large');
    let taken = 0;
    const filling = codeOf(fill(file, 100 * MIB, (bytes) => (taken = bytes))).catch((error: unknown) => error);
    for (let before = -1; before !== taken; await wait(100)) before = taken;
    // What the sockets of the system hold, and the client's own 256 KiB.
    expect(taken).toBeLessThan(16 * MIB);
    const closed = once(file, 'close');
    file.destroy();
    await closed;
    await filling;
    expect(names()).toEqual([]);
  }, 30_000);

  it.each<[string, () => void]>([
    ['a DataNode does not answer', () => hdfs.fake.dead.add('dn1')],
    ['the connection is lost', () => hdfs.fake.fail('CREATE', { after: 10_000, then: 'reset' }, { server: /dn/ })],
    [
      'safe mode ends',
      () => hdfs.fake.fail('CREATE', { exception: 'SafeModeException' }, { server: /dn/, times: 2 }),
    ],
    [
      'there is a DataNode again',
      () => hdfs.fake.fail('CREATE', { exception: 'IOException', message: 'Failed to find datanode, suggest …' }),
    ],
    ['the answer is lost', () => hdfs.fake.fail('CREATE', { reset: true, done: true }, { server: /dn/ })],
    ['the NameNode restarts', () => hdfs.fake.fail('CREATE', { reset: true }, { server: /nn/, times: 3 })],
    [
      'the DataNode lost the NameNode',
      () => hdfs.fake.fail('CREATE', { received: 1, exception: 'EOFException' }, { server: /dn/ }),
    ],
  ])('begins a small file anew until %s', async (_what, plan) => {
    plan();
    hdfs.fake.dataNodeHost = '{name}.fake';
    const client = hdfs.client({ hostMap: { 'dn1.fake': '127.0.0.1', 'dn2.fake': '127.0.0.1' } });
    await hdfs.put('/f', 'x'.repeat(100_000), client);
    expect(await text(client.open('/f'))).toBe('x'.repeat(100_000));
    expect(names()).toEqual(['/f']);
  });

  it('fails when a large upload breaks, and leaves nothing', async () => {
    hdfs.fake.fail('CREATE', { after: 20 * MIB, then: 'reset' }, { server: /dn/ });
    const file = hdfs.client().create('/large');
    const closed = once(file, 'close').catch(() => undefined);
    expect(await codeOf(fill(file, 40 * MIB))).toBe('CONNECTION_FAILED');
    await closed;
    expect(names()).toEqual([]);
    // The file itself is not begun anew; one byte may be tried, for the reason.
    const files = hdfs.fake.asked.filter(({ server, path }) => server.startsWith('dn') && !path.includes('probe'));
    expect(files).toHaveLength(1);
  }, 30_000);

  it('believes the length when the answer to a large upload is lost', async () => {
    hdfs.fake.fail('CREATE', { reset: true, done: true }, { server: /dn/ });
    const file = hdfs.client().create('/large');
    await fill(file, 10 * MIB);
    expect(names()).toEqual(['/large']);
  }, 30_000);

  it('fails when the file is shorter than what was written', async () => {
    hdfs.fake.fail('CREATE', { after: 5, then: 'end' }, { server: /dn/ });
    const writing = hdfs.put('/f', '0123456789');
    await expect(writing).rejects.toThrow(/expected 10 bytes after the upload, got 5/);
    expect(names()).toEqual([]);
  });

  it('leaves nothing visible when a quota is hit in the middle', async () => {
    const client = hdfs.client();
    await client.mkdirs('/q');
    await client.setQuota('/q', { bytes: 3 * MIB });
    const file = client.create('/q/large');
    const closed = once(file, 'close').catch(() => undefined);
    expect(await codeOf(fill(file, 20 * MIB))).toBe('QUOTA_EXCEEDED');
    await closed;
    expect(names()).toEqual(['/q']);
  }, 30_000);

  it.each([
    ['AccessControlException', 'PERMISSION_DENIED'],
    ['AlreadyBeingCreatedException', 'LEASE_CONFLICT'],
    ['NSQuotaExceededException', 'QUOTA_EXCEEDED'],
  ])('tells why the DataNode refuses: %s', async (exception, code) => {
    hdfs.fake.fail('CREATE', { exception, message: 'why' }, { server: /dn/, times: 100 });
    const writing = hdfs.put('/f', 'x');
    expect(await codeOf(writing)).toBe(code);
    const message = /^\/f: CREATE at 127\.0\.0\.1:\d+ \(DataNode 127\.0\.0\.1:\d+\): .*: why \(\w+\)$/;
    await expect(writing).rejects.toThrow(message);
  });

  it('keeps a file that may not be replaced', async () => {
    await hdfs.put('/f', 'old');
    const file = hdfs.client().create('/f', { overwrite: false });
    file.end('new');
    expect(await codeOf(finished(file))).toBe('FILE_EXISTS');
    expect(await text(hdfs.client().open('/f'))).toBe('old');
    expect(names()).toEqual(['/f']);
  });

  it('removes what it began when it is destroyed, and so with the signal', async () => {
    const controller = new AbortController();
    const files = [hdfs.client().create('/f'), hdfs.client().create('/g', { signal: controller.signal })];
    for (const file of files) await new Promise((resolve) => file.write('half', resolve));
    const closed = files.map((file) => once(file, 'close').catch(() => undefined));
    const failure = finished(files[1]!);
    files[0]!.destroy();
    controller.abort();
    await expect(failure).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(closed);
    expect(names()).toEqual([]);
  });

  it('asks nothing when it is destroyed at once', async () => {
    const file = hdfs.client().create('/f');
    const closed = once(file, 'close');
    file.destroy();
    await closed;
    expect(hdfs.fake.asked).toEqual([]);
  });

  it('gives up after its tries', async () => {
    hdfs.fake.safeMode = true;
    expect(await codeOf(hdfs.put('/f', 'x'))).toBe('SAFE_MODE');
    expect(steps().filter((step) => step === 'CREATE')).toHaveLength(FAST!.attempts!);
  });
});
