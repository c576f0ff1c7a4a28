/**
 * Values of one kind in Parquet's PLAIN encoding: checked, written, and their extremes kept for the statistics. Nothing
 * is converted: a number in a text column is an error, and so is a text in a number column.
 */
import type { Column } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import { ByteBuffer } from './byte-buffer.js';

/** The smallest and the largest value of a column chunk, as PLAIN bytes without a length. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

export interface PlainValues {
  /** Whether equal values are frequent enough that a dictionary is tried. */
  readonly repeating: boolean;
  /**
   * @param value neither null nor undefined
   * @param row its number in the file, from 1, for messages
   * @throws {OaError} `VALUE_INVALID`, `NUMBER_NOT_EXACT`
   */
  write(value: unknown, into: ByteBuffer, row: number): void;
  /** Of the values since the last call; undefined where there are none that a reader may rely on. */
  takeBounds(): Bounds | undefined;
}

export function plainValues(column: Column): PlainValues {
  switch (column.kind) {
    case 'string':
      return new TextValues(column);
    case 'tinyint':
      return new SmallIntegers(column, 7);
    case 'smallint':
      return new SmallIntegers(column, 15);
    case 'int':
      return new SmallIntegers(column, 31);
    case 'bigint':
      return new LargeIntegers(column);
    case 'float':
    case 'double':
      return new FloatingValues(column);
  }
}

/** A value as it may stand in a message: cut short, and never asked to convert itself. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `text ${JSON.stringify(value.slice(0, 100))}`;
  if (value === null || value === undefined) return String(value);
  const converts = typeof value !== 'object' && typeof value !== 'function';
  return converts ? `${typeof value} ${String(value).slice(0, 100)}` : typeof value;
}

export const unfit = (column: Column, row: number, value: unknown, expected: string = column.kind): OaError =>
  new OaError('VALUE_INVALID', `column ${column.name}, row ${row}: expected ${expected}, got ${shown(value)}`);

/** Longer texts give no bounds: they would only make the footer large. */
const LONGEST_BOUND = 64;

/** UTF-8, ordered by its bytes as Parquet demands; JavaScript's own order of strings is another. */
class TextValues implements PlainValues {
  readonly repeating = true;
  readonly #column: Column;
  #min: Buffer | undefined;
  #max: Buffer | undefined;

  constructor(column: Column) {
    this.#column = column;
  }

  write(value: unknown, into: ByteBuffer, row: number): void {
    if (typeof value !== 'string') throw unfit(this.#column, row, value);
    const start = into.text(value);
    if (this.#min === undefined || compare(into.bytes, start, into.length, this.#min) < 0) {
      this.#min = Buffer.from(into.bytes.subarray(start, into.length));
      this.#max ??= this.#min;
    } else if (compare(into.bytes, start, into.length, this.#max!) > 0) {
      this.#max = Buffer.from(into.bytes.subarray(start, into.length));
    }
  }

  takeBounds(): Bounds | undefined {
    const min = this.#min;
    const max = this.#max;
    this.#min = this.#max = undefined;
    if (!min || !max || min.length > LONGEST_BOUND || max.length > LONGEST_BOUND) return undefined;
    return { min, max };
  }
}

/** Order of the bytes from `start` to `end` against the bound: negative, 0 or positive. */
function compare(bytes: Uint8Array, start: number, end: number, bound: Uint8Array): number {
  const common = Math.min(end - start, bound.length);
  for (let i = 0; i < common; i++) {
    const difference = bytes[start + i]! - bound[i]!;
    if (difference !== 0) return difference;
  }
  return end - start - bound.length;
}

/** INT32. */
class SmallIntegers implements PlainValues {
  readonly repeating = true;
  readonly #column: Column;
  readonly #limit: number;
  #min = Infinity;
  #max = -Infinity;

  constructor(column: Column, bits: number) {
    this.#column = column;
    this.#limit = 2 ** bits;
  }

  write(value: unknown, into: ByteBuffer, row: number): void {
    const limit = this.#limit;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -limit || value >= limit) {
      throw unfit(this.#column, row, value, `${this.#column.kind} (integer from ${-limit} to ${limit - 1})`);
    }
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    into.int32(value);
  }

  takeBounds(): Bounds | undefined {
    const [min, max] = [this.#min, this.#max];
    this.#min = Infinity;
    this.#max = -Infinity;
    return min > max
      ? undefined
      : { min: encoded((into) => into.int32(min)), max: encoded((into) => into.int32(max)) };
  }
}

const INT64_LIMIT = 2n ** 63n;

/** INT64, from a number that is exact or from a bigint. */
class LargeIntegers implements PlainValues {
  readonly repeating = true;
  readonly #column: Column;
  #min: number | bigint = Infinity;
  #max: number | bigint = -Infinity;

  constructor(column: Column) {
    this.#column = column;
  }

  write(value: unknown, into: ByteBuffer, row: number): void {
    const integer = this.#checked(value, row);
    if (integer < this.#min) this.#min = integer;
    if (integer > this.#max) this.#max = integer;
    into.int64(integer);
  }

  #checked(value: unknown, row: number): number | bigint {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    if (typeof value === 'bigint' && value >= -INT64_LIMIT && value < INT64_LIMIT) return value;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw unfit(this.#column, row, value, 'bigint (integer of 64 bits)');
    }
    throw new OaError(
      'NUMBER_NOT_EXACT',
      `column ${this.#column.name}, row ${row}: expected an integer within ±(2^53 − 1), got ${value}`,
    );
  }

  takeBounds(): Bounds | undefined {
    const [min, max] = [this.#min, this.#max];
    this.#min = Infinity;
    this.#max = -Infinity;
    return min > max
      ? undefined
      : { min: encoded((into) => into.int64(min)), max: encoded((into) => into.int64(max)) };
  }
}

/** FLOAT and DOUBLE. Scores hardly ever repeat, and a dictionary would have to tell -0 from 0: they stay PLAIN. */
class FloatingValues implements PlainValues {
  readonly repeating = false;
  readonly #column: Column;
  readonly #single: boolean;
  #min = Infinity;
  #max = -Infinity;
  #seen = false;
  #nan = false;

  constructor(column: Column) {
    this.#column = column;
    this.#single = column.kind === 'float';
  }

  write(value: unknown, into: ByteBuffer, row: number): void {
    if (typeof value !== 'number') throw unfit(this.#column, row, value);
    const stored = this.#single ? Math.fround(value) : value;
    if (!Number.isFinite(stored) && Number.isFinite(value)) {
      throw unfit(this.#column, row, value, 'float (within ±3.4028235e38)');
    }
    this.#seen = true;
    if (stored !== stored) this.#nan = true;
    if (stored < this.#min) this.#min = stored;
    if (stored > this.#max) this.#max = stored;
    if (this.#single) into.float(stored);
    else into.double(stored);
  }

  /** None where a NaN is, for readers order it differently. A zero is -0 as minimum and +0 as maximum (format). */
  takeBounds(): Bounds | undefined {
    const [min, max] = [this.#min || -0, this.#max || 0];
    const usable = this.#seen && !this.#nan;
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#seen = this.#nan = false;
    if (!usable) return undefined;
    const bytes = (value: number) => encoded((into) => (this.#single ? into.float(value) : into.double(value)));
    return { min: bytes(min), max: bytes(max) };
  }
}

function encoded(write: (into: ByteBuffer) => void): Uint8Array {
  const buffer = new ByteBuffer(8);
  write(buffer);
  return Buffer.from(buffer.view());
}
