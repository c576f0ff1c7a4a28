import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { packageFile } from '../../lib/package-root.js';
import { cluster } from './cluster.js';
import { checkNumbered, numberedStream } from './numbered.js';

const BIG_BYTES = 300_000_000;
const MOST_MORE_MB = 100;

const hdfs = cluster();

async function sha256(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

describe('a file of 300 MB', () => {
  const path = '/big';

  async function transfer(direction: 'read' | 'write'): Promise<{ before: number; after: number }> {
    const program = packageFile('dist/spec/cluster/transfer.js');
    const { nameNodes, user } = hdfs.hdfs;
    const options = [program, direction, path, String(BIG_BYTES), nameNodes.join(','), user];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    return JSON.parse(stdout) as { before: number; after: number };
  }

  it('is written with flat memory', async () => {
    const { before, after } = await transfer('write');
    expect(after - before).toBeLessThan(MOST_MORE_MB);
    expect(await hdfs.storage().list('/')).toEqual([expect.objectContaining({ path, size: BIG_BYTES })]);
  });

  it('is read with flat memory', async () => {
    const { before, after } = await transfer('read');
    expect(after - before).toBeLessThan(MOST_MORE_MB);
  });

  it('is the same for Hadoop’s own client', async () => {
    const expected = await sha256(numberedStream(BIG_BYTES));
    expect(await sha256(hdfs.hdfs.cat(path))).toBe(expected);
    expect(await sha256(hdfs.storage().open(path))).toBe(expected);
  });
});

describe('files of sizes around a block’s', () => {
  const BLOCK = 1 << 20;

  it.each([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 10_000_001])('%d bytes come back', async (size) => {
    const [storage, path] = [hdfs.storage(), `${hdfs.newFolder()}/f`];
    await pipeline(numberedStream(size), storage.create(path));
    expect(await checkNumbered(storage.open(path))).toBe(size);
    expect(await sha256(hdfs.hdfs.cat(path))).toBe(await sha256(numberedStream(size)));
  });

  it('are read from any byte on', async () => {
    const [storage, path] = [hdfs.storage(), `${hdfs.newFolder()}/f`];
    const size = 3 * BLOCK + 5;
    await pipeline(numberedStream(size), storage.create(path));
    for (const start of [1, BLOCK - 1, BLOCK, BLOCK + 1, size - 1, size]) {
      const rest = numberedStream(size);
      let skipped = 0;
      const tail = async function* () {
        for await (const chunk of rest as AsyncIterable<Buffer>) {
          yield chunk.subarray(Math.max(0, start - skipped));
          skipped += chunk.length;
        }
      };
      expect(await sha256(storage.open(path, { start }))).toBe(await sha256(tail()));
    }
  });
});
