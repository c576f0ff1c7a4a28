/**
 * Content in which every eight bytes hold their own position, so that a byte lost, doubled or moved is seen at once,
 * whatever the size, and nothing has to be kept to compare with.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

const WORD = 8;
const CHUNK_BYTES = 64 * 1024;

/** @param start a multiple of 8 */
function numbered(start: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / WORD) * WORD);
  for (let offset = 0; offset < length; offset += WORD) {
    const position = start + offset;
    bytes.writeUInt32LE(position % 2 ** 32, offset);
    bytes.writeUInt32LE(Math.floor(position / 2 ** 32), offset + 4);
  }
  return bytes.subarray(0, length);
}

/**
 * @param options.at what happens before the byte at the given position is handed out; the stream waits for it
 */
export function numberedStream(
  length: number,
  { at = length, happens = () => Promise.resolve() }: { at?: number; happens?: () => Promise<unknown> } = {},
): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    let hasHappened = false;
    for (let start = 0; start < length; start += CHUNK_BYTES) {
      if (!hasHappened && start >= at) {
        hasHappened = true;
        await happens();
      }
      yield numbered(start, Math.min(CHUNK_BYTES, length - start));
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}

/**
 * Reads a numbered stream to its end; gives its length.
 * @param options.at what happens once the byte at this position has been read; reading waits for it
 * @throws {Error} at the first byte that is not the one expected
 */
export async function checkNumbered(
  stream: AsyncIterable<Buffer>,
  { at = Infinity, happens = () => Promise.resolve() }: { at?: number; happens?: () => Promise<unknown> } = {},
): Promise<number> {
  let position = 0;
  let hasHappened = false;
  for await (const chunk of stream) {
    const start = Math.floor(position / WORD) * WORD;
    const skip = position - start;
    const expected = numbered(start, skip + chunk.length).subarray(skip);
    if (!expected.equals(chunk))
      throw new Error(`Other bytes than expected between ${position} and ${position + chunk.length}`);
    position += chunk.length;
    if (hasHappened || position < at) continue;
    hasHappened = true;
    await happens();
  }
  return position;
}

export async function sha256(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
