/**
 * A set of domains as bytes in one buffer with a hash table of offsets: a million take about 40 MB, where a `Set` of
 * strings takes more than twice that and work for the collector. Names are hashed from their end, so one pass gives the
 * hashes of a name and of every domain above it.
 */

/** What an entry says; bits, so that one name can hold several. */
export const EXACT = 1;
export const BELOW = 2;
export const ALLOW_EXACT = 4;
export const ALLOW_BELOW = 8;

const DOT = 46;
const LAST_ASCII = 127;
const LAST_BYTE = 255;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Before the bytes of a name: its length and its bits. */
const HEAD = 2;
const MAX_BYTES = 255;

const NOT_ASCII = /[^\0-\x7f]/;

/** One character a byte of UTF-8. */
const byteText = (name: string): string =>
  NOT_ASCII.test(name) ? Buffer.from(name, 'utf8').toString('latin1') : name;

export class DomainSet {
  #bytes = Buffer.alloc(1 << 12);
  /**
   * For each slot the offset of a name plus 1, 0 where it is free, and the hash of the name: most names that are not
   * listed are told by that, without a look at the bytes.
   */
  #slots = new Uint32Array(1 << 8);
  #end = 0;
  #size = 0;

  /** Number of names. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of the buffers. */
  get bytes(): number {
    return this.#bytes.length + this.#slots.byteLength;
  }

  /**
   * @param name lower-cased, without a dot at the end; an empty one and one of more than 255 bytes are left out
   * @param bits default: the name and all below it
   */
  add(name: string, bits: number = EXACT | BELOW): void {
    this.#addBytes(byteText(name), bits);
  }

  #addBytes(text: string, bits: number): void {
    if (text.length === 0 || text.length > MAX_BYTES) return;
    const hash = hashOf(text);
    const slot = this.#slotOf(text, 0, hash);
    const offset = this.#slots[slot]!;
    if (offset > 0) {
      // The slot holds the offset plus 1: where the bits are.
      this.#bytes[offset] = this.#bytes[offset]! | bits;
      return;
    }
    this.#slots[slot] = this.#append(text, bits) + 1;
    this.#slots[slot + 1] = hash;
    this.#size += 1;
    if (this.#size * 4 > this.#slots.length) this.#rehash(this.#slots.length * 2);
  }

  /** All entries as base64, for `fromText`. */
  toText(): string {
    return this.#bytes.toString('base64', 0, this.#end);
  }

  /** @returns null when the text is none of `toText` */
  static fromText(text: string): DomainSet | null {
    const bytes = Buffer.from(text, 'base64');
    const set = new DomainSet();
    for (let at = 0; at < bytes.length;) {
      const end = at + HEAD + bytes[at]!;
      if (end > bytes.length || bytes[at] === 0) return null;
      set.#addBytes(bytes.toString('latin1', at + HEAD, end), bytes[at + 1]!);
      at = end;
    }
    return set;
  }

  /** Gives back what was taken in advance. */
  trim(): void {
    this.#bytes = Buffer.from(this.#bytes.subarray(0, this.#end));
  }

  /**
   * Whether the name, or a domain above it, is listed: `www.example.com` for `example.com`, never `myexample.com`. The
   * entry of the most labels decides.
   * @param name lower-cased, without a dot at the end
   */
  has(name: string): boolean {
    return this.#search(name, LAST_ASCII) ?? this.#search(byteText(name), LAST_BYTE) ?? false;
  }

  /** Undefined when there is a character beyond the last that is expected: the text is no text of bytes. */
  #search(text: string, last: number): boolean | undefined {
    if (text.length === 0) return false;
    let found = false;
    let hash = FNV_OFFSET;
    for (let i = text.length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i);
      if (code > last) return undefined;
      if (code === DOT) found = this.#verdict(text, i + 1, hash, found, BELOW, ALLOW_BELOW);
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
    return this.#verdict(text, 0, hash, found, EXACT, ALLOW_EXACT);
  }

  #verdict(text: string, from: number, hash: number, before: boolean, listed: number, allowed: number): boolean {
    const offset = this.#slots[this.#slotOf(text, from, hash)]!;
    if (offset === 0) return before;
    const bits = this.#bytes[offset]!;
    return (bits & allowed) !== 0 ? false : before || (bits & listed) !== 0;
  }

  /** Where the text from `from` on is, or would be. */
  #slotOf(text: string, from: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const unsigned = hash >>> 0;
    for (let slot = (mixed(hash) << 1) & mask; ; slot = (slot + 2) & mask) {
      const offset = slots[slot]!;
      if (offset === 0) return slot;
      if (slots[slot + 1] === unsigned && this.#equals(offset - 1, text, from)) return slot;
    }
  }

  #equals(offset: number, text: string, from: number): boolean {
    const bytes = this.#bytes;
    const length = text.length - from;
    if (bytes[offset] !== length) return false;
    for (let i = 0, at = offset + HEAD; i < length; i++, at++)
      if (bytes[at] !== text.charCodeAt(from + i)) return false;
    return true;
  }

  #append(text: string, bits: number): number {
    const offset = this.#end;
    const end = offset + HEAD + text.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end, Math.ceil(this.#bytes.length * 1.5)));
      this.#bytes.copy(larger, 0, 0, offset);
      this.#bytes = larger;
    }
    this.#bytes[offset] = text.length;
    this.#bytes[offset + 1] = bits;
    this.#bytes.write(text, offset + HEAD, 'latin1');
    this.#end = end;
    return offset;
  }

  #rehash(length: number): void {
    this.#slots = new Uint32Array(length);
    const bytes = this.#bytes;
    for (let offset = 0; offset < this.#end; offset += HEAD + bytes[offset]!) {
      let hash = FNV_OFFSET;
      for (let at = offset + HEAD + bytes[offset]! - 1; at >= offset + HEAD; at--)
        hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
      let slot = (mixed(hash) << 1) & (length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 2) & (length - 1);
      this.#slots[slot] = offset + 1;
      this.#slots[slot + 1] = hash;
    }
  }
}

/** FNV-1a, from the end of the text. */
function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = text.length - 1; i >= 0; i--) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

/** FNV's lower bits alone are uneven: the finish of MurmurHash3. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
