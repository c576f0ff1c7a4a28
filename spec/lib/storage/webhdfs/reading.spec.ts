import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { patternAt } from '../../../fakes/hdfs-files.js';
import { FAST, fakeHdfs } from '../../../fakes/hdfs-fixture.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Reads a made-up file to its end, and gives the number of bytes that are right. */
async function lengthOf(stream: Readable, start = 0): Promise<number> {
  let position = start;
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    for (const byte of bytes) {
      if (byte !== patternAt(position)) throw new Error(`wrong byte at ${position}`);
      position += 1;
    }
  }
  return position - start;
}

describe('reading', () => {
  const hdfs = fakeHdfs({ dataNodes: 2 });
  const windows = () =>
    hdfs.fake.asked
      .filter(({ server, operation }) => server.startsWith('dn') && operation === 'OPEN')
      .map(({ query }) => [Number(query.get('offset')), Number(query.get('length'))]);

  /** Two DataNodes with names of their own. */
  function named() {
    hdfs.fake.dataNodeHost = '{name}.fake';
    return hdfs.client({ hostMap: { 'dn1.fake': '127.0.0.1', 'dn2.fake': '127.0.0.1' } });
  }

  it('goes by windows that double up to a block and end with it', async () => {
    hdfs.fake.files.makeUp('/big', 3 * MIB + 5);
    expect(await lengthOf(hdfs.client().open('/big'))).toBe(3 * MIB + 5);
    expect(windows()).toEqual([
      [0, 256 * KIB],
      [256 * KIB, 512 * KIB],
      [768 * KIB, 256 * KIB],
      [MIB, MIB],
      [2 * MIB, MIB],
      [3 * MIB, 5],
    ]);
  });

  it('gives any part of a file', async () => {
    hdfs.fake.files.makeUp('/big', 2 * MIB);
    const client = hdfs.client();
    expect(await lengthOf(client.open('/big', { start: 1000, length: 900 * KIB }), 1000)).toBe(900 * KIB);
    expect(await lengthOf(client.open('/big', { start: 2 * MIB - 3 }), 2 * MIB - 3)).toBe(3);
    expect(await lengthOf(client.open('/big', { start: 5, length: 0 }))).toBe(0);
    expect(await lengthOf(client.open('/big', { start: 3 * MIB }))).toBe(0);
  });

  it('costs less than 1 MiB for the beginning of a file of any size, whatever the timing', async () => {
    hdfs.fake.files.makeUp('/large', 1024 * MIB);
    const stream = hdfs.client().open('/large');
    let rows = 0;
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      // A reader that is slow: all that may come has come.
      await wait(30);
      rows += bytes.length / 200;
      if (rows >= 500) break;
    }
    await wait(50);
    expect(hdfs.fake.sent).toBeGreaterThan(0);
    expect(hdfs.fake.sent).toBeLessThan(MIB);
  });

  it('holds a few MiB of a large file at most, however slow the reader is', async () => {
    const size = 200 * MIB;
    hdfs.fake.files.makeUp('/large', size);
    const stream = hdfs.client().open('/large');
    let [read, most] = [0, 0];
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      read += bytes.length;
      // In the sockets too: two windows of a block (1 MiB) at most are under way.
      most = Math.max(most, hdfs.fake.sent - read);
      if (most < MIB) await wait(1);
    }
    expect(read).toBe(size);
    expect(most).toBeLessThanOrEqual(2 * MIB + 256 * KIB);
  }, 60_000);

  it('opens nothing before the first read, and asks nothing more after the end', async () => {
    hdfs.fake.files.makeUp('/small', 10);
    const stream = hdfs.client().open('/small');
    await wait(5);
    expect(hdfs.fake.asked).toEqual([]);
    await lengthOf(stream);
    expect(hdfs.fake.operations()).toEqual(['GETFILESTATUS', 'OPEN', 'OPEN']);
  });

  it.each(['reset', 'end'] as const)('resumes at the right byte when a body ends early by %s', async (then) => {
    hdfs.fake.files.makeUp('/big', MIB);
    hdfs.fake.fail('OPEN', { after: 100_000, then }, { server: /dn/ });
    expect(await lengthOf(hdfs.client().open('/big'))).toBe(MIB);
    expect(
      windows()
        .map(([offset]) => offset)
        .sort((a, b) => a! - b!)[1],
    ).toBeLessThanOrEqual(100_000);
    expect(windows().some(([offset, length]) => offset! > 0 && offset! + length! === 256 * KIB)).toBe(true);
  });

  it('does not wait for ever for a DataNode that has gone silent', async () => {
    hdfs.fake.files.makeUp('/big', MIB);
    hdfs.fake.fail('OPEN', { after: 100_000, then: 'stall' }, { server: /dn/ });
    hdfs.fake.fail('OPEN', { stall: true }, { server: /dn/ });
    expect(await lengthOf(hdfs.client({ timeouts: { idle: 100 } }).open('/big'))).toBe(MIB);
  });

  it('turns to another DataNode when one has died, which the NameNode goes on naming', async () => {
    hdfs.fake.files.makeUp('/big', 3 * MIB);
    const stream = named().open('/big');
    let read = 0;
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      read += bytes.length;
      if (read > MIB) hdfs.fake.dead.add('dn1');
    }
    expect(read).toBe(3 * MIB);
    expect(hdfs.fake.asked.at(-1)).toMatchObject({ operation: 'GETFILESTATUS' });
    expect(
      hdfs.fake.asked
        .findLast(({ operation, server }) => operation === 'OPEN' && server === 'nn1')!
        .query.get('excludedatanodes'),
    ).toBe('dn1.fake');
  });

  it('gives failed DataNodes another chance when no other is left', async () => {
    hdfs.fake.files.makeUp('/f', 10);
    hdfs.fake.fail('OPEN', { reset: true }, { server: /dn/, times: 2 });
    expect(await lengthOf(named().open('/f'))).toBe(10);
  });

  it('waits for a DataNode when there is none now', async () => {
    hdfs.fake.files.makeUp('/f', 10);
    hdfs.fake.gone.add('dn1').add('dn2');
    const reading = lengthOf(hdfs.client().open('/f'));
    while (hdfs.fake.operations().filter((operation) => operation === 'OPEN').length < 2) await wait(1);
    hdfs.fake.gone.clear();
    expect(await reading).toBe(10);
  });

  it('gives up when nothing comes any more', async () => {
    hdfs.fake.files.makeUp('/f', 10);
    hdfs.fake.fail('OPEN', { after: 0, then: 'end' }, { server: /dn/, times: 100 });
    const failing = lengthOf(hdfs.client().open('/f'));
    await expect(failing).rejects.toThrow(/^\/f: OPEN at 127.*the answer ended 10 bytes early/);
    expect(windows()).toHaveLength(FAST!.attempts!);
  });

  it('notices a file that takes the place of the one it reads', async () => {
    hdfs.fake.files.makeUp('/f', MIB);
    const stream = hdfs.client().open('/f');
    await once(stream, 'readable');
    hdfs.fake.files.makeUp('/f', MIB);
    const failing = buffer(stream);
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE_FAILED', retriable: true });
    await expect(failing).rejects.toThrow(/replaced while it was read/);
  });

  it('reads what was there at the beginning of a file that grows', async () => {
    hdfs.fake.files.makeUp('/f', MIB);
    const stream = hdfs.client().open('/f');
    await once(stream, 'readable');
    hdfs.fake.files.get('/f').length += 100;
    expect(await lengthOf(stream)).toBe(MIB);
  });

  it.each<[string, () => void]>([
    ['an answer', () => hdfs.fake.fail('OPEN', { stall: true }, { server: /dn/ })],
    ['bytes', () => hdfs.fake.fail('OPEN', { after: 0, then: 'stall' }, { server: /dn/ })],
    ['the next try', () => hdfs.fake.gone.add('dn1').add('dn2')],
  ])('ends with the signal while it waits for %s', async (_what, plan) => {
    hdfs.fake.files.makeUp('/f', 10);
    plan();
    const { signal, abort } = controllerOf();
    const failing = text(hdfs.client({ retry: { base: 60_000 } }).open('/f', { signal }));
    while (!hdfs.fake.operations().includes('OPEN')) await wait(1);
    await wait(20);
    abort();
    await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('takes the bytes from HttpFS itself, and gives them to it', async () => {
    hdfs.fake.httpFs = true;
    const client = hdfs.client({ httpFs: true });
    await hdfs.put('/f', 'content', client);
    expect(await text(client.open('/f'))).toBe('content');
    expect(await client.checksum('/f')).toMatchObject({ length: 28 });
    expect(new Set(hdfs.fake.asked.map(({ server }) => server))).toEqual(new Set(['nn1']));
  });
});

function controllerOf() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
