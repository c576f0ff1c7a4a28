/**
 * One transfer in a process of its own, whose memory is then the transfer's: `transfer.js read|write PATH BYTES
 * NAMENODES USER`. Prints its highest resident memory before and after, in MB, and the sha256 of what it read, as JSON.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import { checkNumbered, numberedStream } from './numbered.js';

/** A block of the size that clusters have would hold all; one of the tests' size costs 300 openings. */
const BLOCK_BYTES = 32 * 1024 * 1024;

const [direction, path = '', size, nameNodes = '', user] = process.argv.slice(2);
const bytes = Number(size);
const storage = webHdfsStorage({ nameNodes: nameNodes.split(','), user, blockSize: BLOCK_BYTES });
const highestMB = () => process.resourceUsage().maxRSS / 1024;

// What the test's own content and the first connection need is not the transfer's.
await checkNumbered(numberedStream(20_000_000));
await storage.list('/');
const before = highestMB();

const hash = createHash('sha256');
async function* hashed(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

if (direction === 'write') await pipeline(numberedStream(bytes), storage.create(path));
else {
  const length = await checkNumbered(hashed(storage.open(path)));
  if (length !== bytes) throw new Error(`Expected ${bytes} bytes, read ${length}`);
}
process.stdout.write(JSON.stringify({ before, after: highestMB(), sha256: hash.digest('hex') }));
