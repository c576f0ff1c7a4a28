/** Whether a MaxMind DB file is whole, which its reader does not ask: it would answer wrongly from a part of one. */
import { Reader, type Response } from 'maxmind';

const MARKER = Buffer.from('\u00ab\u00cd\u00efMaxMind.com', 'latin1');
/** Zeros between the search tree and the data. */
const SEPARATOR = 16;

/**
 * Checks what the metadata say of the file, and that every record of the search tree leads to a node or into the data.
 * @throws {Error} that says what is wrong
 */
export function checkMmdb(bytes: Buffer): void {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Error('a compressed file (gzip)');
  const end = bytes.lastIndexOf(MARKER);
  if (end === -1) throw new Error('no metadata at its end');
  const { metadata } = new Reader<Response>(bytes);
  const { binaryFormatMajorVersion: version, ipVersion, nodeCount, recordSize, searchTreeSize } = metadata;
  if (version !== 2) throw new Error(`format version ${version}`);
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error(`IP version ${ipVersion}`);
  if (!Number.isInteger(nodeCount) || nodeCount < 1) throw new Error(`${nodeCount} nodes`);
  if (Number.isNaN(metadata.buildEpoch.getTime())) throw new Error('no time of its making');
  const data = searchTreeSize + SEPARATOR;
  if (data > end) throw new Error(`${nodeCount} nodes do not fit into ${bytes.length} bytes`);
  if (bytes.subarray(searchTreeSize, data).some((byte) => byte !== 0)) {
    throw new Error('no zeros between the search tree and the data');
  }
  const last = nodeCount + SEPARATOR + (end - data);
  const largest = largestRecord(bytes, nodeCount, recordSize);
  if (largest >= last) throw new Error('its search tree leads beyond the data');
}

/** The largest of the tree's records: two a node, of 24, 28 or 32 bits. */
function largestRecord(bytes: Buffer, nodeCount: number, recordSize: number): number {
  let largest = 0;
  const size = recordSize / 4;
  for (let at = 0; at < nodeCount * size; at += size) {
    let left: number;
    let right: number;
    if (recordSize === 32) {
      left = bytes.readUInt32BE(at);
      right = bytes.readUInt32BE(at + 4);
    } else {
      // The middle byte of seven has the first four bits of both.
      const middle = recordSize === 28 ? bytes[at + 3]! : 0;
      left = ((middle & 0xf0) << 20) | bytes.readUIntBE(at, 3);
      right = ((middle & 0x0f) << 24) | bytes.readUIntBE(at + size - 3, 3);
    }
    largest = Math.max(largest, left, right);
  }
  return largest;
}
