/**
 * Makes MaxMind DB files (format version 2.0, https://maxmind.github.io/MaxMind-DB/): a search tree of 24, 28 or 32 bit
 * records, 16 zeros, the data, the metadata.
 */
import { parseRange } from '../../lib/lookups/ip-values.js';

export type MmdbValue = string | number | boolean | MmdbValue[] | { [key: string]: MmdbValue } | Float | Pointer;

/** A number that is written as a double; others are unsigned 32-bit integers. */
export class Float {
  constructor(readonly value: number) {}
}

/** A pointer to a place in the data section. */
export class Pointer {
  constructor(readonly to: number) {}
}

export interface MmdbOptions {
  readonly recordSize?: 24 | 28 | 32;
  readonly ipVersion?: 4 | 6;
  readonly metadata?: Readonly<Record<string, MmdbValue>>;
}

const [POINTER, STRING, DOUBLE, UINT32, MAP, ARRAY, BOOLEAN] = [1, 2, 3, 6, 7, 11, 14] as const;

/** The control byte (or bytes) of a type and a size. */
function control(type: number, size: number): Buffer {
  const [first, extended] = type > 7 ? [0, [type - 7]] : [type << 5, []];
  if (size < 29) return Buffer.from([first | size, ...extended]);
  if (size < 285) return Buffer.from([first | 29, ...extended, size - 29]);
  return Buffer.from([first | 30, ...extended, (size - 285) >> 8, (size - 285) & 255]);
}

export function encoded(value: MmdbValue): Buffer {
  if (typeof value === 'boolean') return control(BOOLEAN, value ? 1 : 0);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(STRING, bytes.length), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (value instanceof Float) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value.value);
    return Buffer.concat([control(DOUBLE, 8), bytes]);
  }
  if (value instanceof Pointer) {
    const bytes = Buffer.alloc(5);
    bytes[0] = (POINTER << 5) | (3 << 3);
    bytes.writeUInt32BE(value.to, 1);
    return bytes;
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encoded)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(MAP, entries.length), ...entries.flatMap((entry) => entry.map(encoded))]);
}

type Leaf = { readonly data: number };
type Node = [Branch, Branch];
type Branch = Node | Leaf | null;

/**
 * @param networks networks (`10.0.0.0/8`) and their data, a wider one before those within it; in a file of IPv6, IPv4 ones
 *   are those of `::/96`
 */
export function mmdbFile(networks: readonly (readonly [string, MmdbValue])[], options: MmdbOptions = {}): Buffer {
  const { recordSize = 28, ipVersion = 6 } = options;
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let length = 0;
  for (const [network, value] of networks) {
    const bytes = encoded(value);
    insert(root, bitsOf(network, ipVersion), { data: length });
    data.push(bytes);
    length += bytes.length;
  }
  const nodes: Node[] = [];
  const number = (node: Node): void => {
    nodes.push(node);
    for (const branch of node) if (Array.isArray(branch)) number(branch);
  };
  number(root);
  const places = new Map(nodes.map((node, place) => [node, place]));
  const recordOf = (branch: Branch): number => {
    if (branch === null) return nodes.length;
    return Array.isArray(branch) ? places.get(branch)! : nodes.length + 16 + branch.data;
  };
  const tree = nodes.map(([left, right]) => nodeBytes(recordOf(left), recordOf(right), recordSize));
  const metadata: Record<string, MmdbValue> = {
    node_count: nodes.length,
    record_size: recordSize,
    ip_version: ipVersion,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_467_936_000,
    description: { en: 'made by a test' },
    ...options.metadata,
  };
  const marker = Buffer.from('\u00ab\u00cd\u00efMaxMind.com', 'latin1');
  return Buffer.concat([...tree, Buffer.alloc(16), ...data, marker, encoded(metadata)]);
}

function bitsOf(network: string, ipVersion: 4 | 6): string {
  const { from, to } = parseRange(network)!;
  const short = typeof from === 'number';
  const size = (BigInt(to) - BigInt(from) + 1n).toString(2).length - 1;
  const all = BigInt(from)
    .toString(2)
    .padStart(ipVersion === 6 ? 128 : 32, '0');
  if (!short && ipVersion === 4) throw new Error(`${network}: expected IPv4`);
  return all.slice(0, all.length - size);
}

function insert(root: Node, bits: string, leaf: Leaf): void {
  let node = root;
  [...bits].forEach((bit, depth) => {
    const side = Number(bit);
    const branch = node[side]!;
    if (depth === bits.length - 1) node[side] = leaf;
    // A narrower network splits the one that was there.
    else if (Array.isArray(branch)) node = branch;
    else node = node[side] = [branch, branch];
  });
}

function nodeBytes(left: number, right: number, recordSize: 24 | 28 | 32): Buffer {
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    bytes.writeUInt32BE(left);
    bytes.writeUInt32BE(right, 4);
    return bytes;
  }
  bytes.writeUIntBE(left & 0xff_ffff, 0, 3);
  bytes.writeUIntBE(right & 0xff_ffff, bytes.length - 3, 3);
  if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
  return bytes;
}
