import { execFile } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { packageFile } from '../../lib/package-root.js';
import type { Cluster } from './cluster.js';
import { checkNumbered, numberedStream, sha256 } from './numbered.js';

const BIG_BYTES = 300_000_000;
const MOST_MORE_MB = 40;

/** What `transfer.js` prints. */
interface Transfer {
  readonly before: number;
  readonly after: number;
  readonly sha256: string;
}

async function* inTurn(streams: readonly AsyncIterable<Buffer>[]): AsyncGenerator<Buffer> {
  for (const stream of streams) yield* stream;
}

export function transfers(hdfs: Cluster): void {
  describe('a file of 300 MB', () => {
    const path = '/big';

    async function transfer(direction: 'read' | 'write'): Promise<Transfer> {
      const program = packageFile('dist/spec/cluster/transfer.js');
      const { nameNodes, user } = hdfs.hdfs;
      const options = [program, direction, path, String(BIG_BYTES), nameNodes.join(','), user];
      const { stdout } = await promisify(execFile)(process.execPath, options);
      return JSON.parse(stdout) as Transfer;
    }

    it('is written with flat memory', async () => {
      const { before, after } = await transfer('write');
      expect(after - before).toBeLessThan(MOST_MORE_MB);
      expect(await hdfs.storage().list('/')).toEqual([expect.objectContaining({ path, size: BIG_BYTES })]);
    });

    it('is read with flat memory, and is the same for Hadoop’s own client', async () => {
      const read = await transfer('read');
      expect(read.after - read.before).toBeLessThan(MOST_MORE_MB);
      expect(await sha256(hdfs.hdfs.cat(path))).toBe(read.sha256);
    });
  });

  describe('files of sizes around a block’s', () => {
    const BLOCK = 1 << 20;
    const SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 10_000_001];

    it('come back, and are the same for Hadoop’s own client', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      for (const size of SIZES) {
        await pipeline(numberedStream(size), storage.create(`${folder}/${size}`));
        expect(await checkNumbered(storage.open(`${folder}/${size}`))).toBe(size);
      }
      const all = hdfs.hdfs.cat(...SIZES.map((size) => `${folder}/${size}`));
      expect(await sha256(all)).toBe(await sha256(inTurn(SIZES.map((size) => numberedStream(size)))));
    });

    it('are read from any byte on', async () => {
      const [storage, path] = [hdfs.storage(), `${hdfs.newFolder()}/f`];
      const size = 3 * BLOCK + 5;
      await pipeline(numberedStream(size), storage.create(path));
      for (const start of [1, BLOCK - 1, BLOCK, BLOCK + 1, size - 1, size]) {
        const tail = (await buffer(numberedStream(size))).subarray(start);
        expect(Buffer.compare(await buffer(storage.open(path, { start })), tail)).toBe(0);
      }
    });
  });
}
