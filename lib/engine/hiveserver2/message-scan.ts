/**
 * Where a message of thrift's binary protocol ends. The protocol does not say how long a message is, and parsing it
 * anew with every chunk that arrives costs time with the square of its length: this scan goes on where it stood.
 */

/** Types of thrift's binary protocol. */
export const BOOL = 2;
export const BYTE = 3;
export const DOUBLE = 4;
export const I16 = 6;
export const I32 = 8;
export const I64 = 10;
export const STRING = 11;
export const STRUCT = 12;
export const MAP = 13;
export const SET = 14;
export const LIST = 15;

/** Bytes of a value, by type; 0 where it depends on the value. */
export const WIDTH: readonly number[] = [0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0, 16];

const VERSION_1 = 0x8001;
/** Answers of HiveServer2 are nested ten deep at most. */
const MAX_DEPTH = 64;

/** What is open: the values of a list or map (`second` is 0 for a list), or a struct's fields (`left` is -1). */
interface Open {
  left: number;
  readonly first: number;
  readonly second: number;
}

/** Not a message. What it says holds no byte of what came. */
export class NotThrift extends Error {}

/** Finds the end of one message after another in bytes that arrive in any portions. */
export class MessageScan {
  readonly #most: number;
  #at = 0;
  #start = 0;
  #open: Open[] = [];
  #begun = false;

  /** @param most bytes of the largest message that is taken */
  constructor(most: number) {
    this.#most = most;
  }

  /** Begins a message. */
  reset(start: number): void {
    this.#at = start;
    this.#start = start;
    this.#open = [];
    this.#begun = false;
  }

  /**
   * @param bytes all that has arrived of the message, at the same place as at the last call
   * @param end where it ends so far
   * @returns where the message ends, or -1 when it is not yet complete
   * @throws {NotThrift} for bytes that no message begins with or goes on with
   */
  end(bytes: DataView, end: number): number {
    if (!this.#begun) {
      if (end - this.#start < 4) return -1;
      if (bytes.getUint16(this.#start) !== VERSION_1) throw new NotThrift('expected a message of thrift');
      if (end - this.#start < 8) return -1;
      const head = 8 + this.#length(bytes, this.#start + 4) + 4;
      if (end - this.#start < head) return -1;
      this.#at += head;
      this.#open = [{ left: -1, first: 0, second: 0 }];
      this.#begun = true;
    }
    while (this.#open.length > 0) if (!this.#step(bytes, end)) return -1;
    return this.#at;
  }

  /** One field, or values of a list or map as far as they go. @returns false when bytes are missing */
  #step(bytes: DataView, end: number): boolean {
    const open = this.#open.at(-1)!;
    if (open.left < 0) return this.#field(bytes, end);
    if (open.left === 0) {
      this.#open.pop();
      return true;
    }
    if (open.second === 0) return this.#values(open, bytes, end);
    // A map's keys and values take turns.
    return this.#value(open.left % 2 === 0 ? open.first : open.second, bytes, this.#at, end, open);
  }

  #field(bytes: DataView, end: number): boolean {
    if (this.#at >= end) return false;
    const type = bytes.getUint8(this.#at);
    if (type === 0) {
      this.#at += 1;
      this.#open.pop();
      return true;
    }
    return this.#value(type, bytes, this.#at + 3, end);
  }

  #values(open: Open, bytes: DataView, end: number): boolean {
    const width = WIDTH[open.first];
    if (width) {
      const there = Math.min(open.left, Math.floor((end - this.#at) / width));
      this.#at += there * width;
      open.left -= there;
      return open.left === 0;
    }
    if (open.first !== STRING) return this.#value(open.first, bytes, this.#at, end, open);
    let at = this.#at;
    let left = open.left;
    while (left > 0 && at + 4 <= end) {
      const next = at + 4 + this.#length(bytes, at);
      if (next > end) break;
      at = next;
      left -= 1;
    }
    this.#at = at;
    open.left = left;
    return left === 0;
  }

  /** A value that begins at `at`; where it is not there whole, nothing has happened. */
  #value(type: number, bytes: DataView, at: number, end: number, of?: Open): boolean {
    let next = at;
    let inner: Open | undefined;
    const width = WIDTH[type];
    if (width) next += width;
    else if (type === STRUCT) inner = { left: -1, first: 0, second: 0 };
    else if (type === STRING) {
      if (at + 4 > end) return false;
      next += 4 + this.#length(bytes, at);
    } else if (type === LIST || type === SET) {
      if (at + 5 > end) return false;
      next += 5;
      inner = { left: this.#length(bytes, at + 1), first: bytes.getUint8(at), second: 0 };
    } else if (type === MAP) {
      if (at + 6 > end) return false;
      next += 6;
      inner = { left: 2 * this.#length(bytes, at + 2), first: bytes.getUint8(at), second: bytes.getUint8(at + 1) };
    } else throw new NotThrift(`expected a type of thrift, got ${type}`);
    if (next > end) return false;
    this.#at = next;
    if (of) of.left -= 1;
    if (inner) {
      if (this.#open.length >= MAX_DEPTH)
        throw new NotThrift('expected a message of thrift, got one nested too deep');
      this.#open.push(inner);
    }
    return true;
  }

  /** A length or count; each value has at least one byte, so none can be larger than the message may be. */
  #length(bytes: DataView, at: number): number {
    const length = bytes.getInt32(at);
    if (length < 0 || at - this.#start + length > this.#most) {
      throw new NotThrift(`expected a message of at most ${this.#most} bytes, got a length of ${length}`);
    }
    return length;
  }
}
