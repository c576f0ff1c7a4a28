/** The distinct values of a column chunk, in the order in which they first came, and their PLAIN bytes. */
import { ByteBuffer } from './byte-buffer.js';
import type { PlainValues } from './plain-values.js';

/** Readers keep a dictionary in memory. */
const MAX_BYTES = 1024 * 1024;
/** From this many distinct values on they may not be more than half of all values. */
const JUDGED_FROM = 8192;

export class Dictionary {
  readonly bytes = new ByteBuffer();
  readonly #values: PlainValues;
  readonly #indexes = new Map<unknown, number>();
  #looked = 0;

  constructor(values: PlainValues) {
    this.#values = values;
  }

  get size(): number {
    return this.#indexes.size;
  }

  /** Index of a value, which is added where it is new; -1 when a dictionary does not pay (any more). */
  indexOf(value: unknown, row: number): number {
    this.#looked++;
    return this.#indexes.get(value) ?? this.#add(value, row);
  }

  #add(value: unknown, row: number): number {
    const index = this.#indexes.size;
    if (index >= JUDGED_FROM && index * 2 > this.#looked) return -1;
    const { length } = this.bytes;
    this.#values.write(value, this.bytes, row);
    if (this.bytes.length > MAX_BYTES) {
      this.bytes.length = length;
      return -1;
    }
    this.#indexes.set(value, index);
    return index;
  }
}
