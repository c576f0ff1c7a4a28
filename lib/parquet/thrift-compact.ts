/**
 * Values in Thrift's compact protocol, as far as Parquet's page headers and footer need it. Each function gives an
 * encoded value with its type, so a structure reads like its definition in parquet.thrift: `struct({ 1: i32(0) })`.
 */
import { ByteBuffer } from './byte-buffer.js';

export interface ThriftValue {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

function varint(value: number): Uint8Array {
  const out = new ByteBuffer(8);
  out.varint(value);
  return out.view();
}

/** Sizes, counts, offsets and enumeration values: never negative, so zigzag is a doubling. */
export const i32 = (value: number): ThriftValue => ({ type: 5, bytes: varint(value * 2) });
export const i64 = (value: number): ThriftValue => ({ type: 6, bytes: varint(value * 2) });
export const i8 = (value: number): ThriftValue => ({ type: 3, bytes: Uint8Array.of(value) });
export const bool = (value: boolean): ThriftValue => ({ type: value ? 1 : 2, bytes: NOTHING });

export function binary(value: Uint8Array | string): ThriftValue {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return { type: 8, bytes: Buffer.concat([varint(bytes.length), bytes]) };
}

/** Elements of one type; an empty list is one of structures, which every reader takes. */
export function list(items: readonly ThriftValue[]): ThriftValue {
  const type = items[0]?.type ?? 12;
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return { type: 9, bytes: Buffer.concat([Uint8Array.from(head), ...items.map(({ bytes }) => bytes)]) };
}

/** Field number → value; a field that is undefined is left out. Numbers may not lie more than 15 apart. */
export function struct(fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue {
  const parts: Uint8Array[] = [];
  let last = 0;
  // Integer keys of an object come in ascending order.
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const id = Number(key);
    parts.push(Uint8Array.of(((id - last) << 4) | value.type), value.bytes);
    last = id;
  }
  return { type: 12, bytes: Buffer.concat([...parts, Uint8Array.of(0)]) };
}
