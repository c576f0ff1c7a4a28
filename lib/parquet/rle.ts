/**
 * Parquet's RLE / bit-packed hybrid (format "Encodings", RLE = 3): runs of at least eight equal values are one value and
 * a count, everything between is packed in groups of eight values.
 */
import type { ByteBuffer } from './byte-buffer.js';

/** Bits that every value up to `max` needs; at least 1, as Impala writes it. */
export const bitWidth = (max: number): number => Math.max(1, 32 - Math.clz32(max));

/** A run of one value. */
export function writeRun(out: ByteBuffer, value: number, count: number, width: number): void {
  out.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

/**
 * @param values the first `count` are written; each below 2^width
 * @param width 1 to 24 bits
 */
export function writeHybrid(out: ByteBuffer, values: ArrayLike<number>, count: number, width: number): void {
  let packedFrom = 0;
  let at = 0;
  while (at < count) {
    const value = values[at]!;
    let end = at + 1;
    while (end < count && values[end] === value) end++;
    if (end - at >= 8) {
      writePacked(out, values, packedFrom, at, width);
      writeRun(out, value, end - at, width);
      packedFrom = end;
      at = end;
    } else {
      // A run can only begin where a group of eight ends.
      at = Math.min(at + 8, count);
    }
  }
  writePacked(out, values, packedFrom, count, width);
}

/** Whole groups of eight; the last group of a page is filled up with zeros. */
function writePacked(out: ByteBuffer, values: ArrayLike<number>, from: number, to: number, width: number): void {
  if (from === to) return;
  const groups = Math.ceil((to - from) / 8);
  out.varint(groups * 2 + 1);
  out.reserve(groups * width);
  const { bytes } = out;
  let { length } = out;
  let waiting = 0;
  let bits = 0;
  for (let i = from; i < from + groups * 8; i++) {
    if (i < to) waiting |= values[i]! << bits;
    bits += width;
    while (bits >= 8) {
      bytes[length++] = waiting;
      waiting >>>= 8;
      bits -= 8;
    }
  }
  out.length = length;
}
