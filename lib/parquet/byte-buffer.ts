/** Bytes of one page while it is filled: grows as needed, is emptied and filled again. */
const INITIAL = 64 * 1024;
/** A buffer that one huge value has blown up is given back when it is emptied. */
const KEEP = 4 * 1024 * 1024;
/** Up to this length a loop over the characters is faster than a call into native code. */
const SHORT_TEXT = 48;

export class ByteBuffer {
  bytes: Buffer;
  length = 0;

  constructor(size = INITIAL) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** Makes room for `more` bytes behind what is there. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEEP) this.bytes = Buffer.allocUnsafe(INITIAL);
  }

  /** What was written so far; valid until the next write. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  append(other: ByteBuffer): void {
    this.reserve(other.length);
    this.length += other.bytes.copy(this.bytes, this.length, 0, other.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  int32(value: number): void {
    this.reserve(4);
    this.#int32At(this.length, value);
    this.length += 4;
  }

  /** @param value an integer that is exact, or a bigint of 64 bits */
  int64(value: number | bigint): void {
    this.reserve(8);
    if (typeof value === 'bigint') {
      this.bytes.writeBigInt64LE(value, this.length);
    } else {
      this.#int32At(this.length, value);
      this.#int32At(this.length + 4, Math.floor(value / 0x1_0000_0000));
    }
    this.length += 8;
  }

  float(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeFloatLE(value, this.length);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  /** Unsigned LEB128. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** UTF-8 behind its length (4 bytes); a lone surrogate becomes U+FFFD. Returns where the text begins. */
  text(value: string): number {
    this.reserve(4 + value.length * 3);
    const start = this.length + 4;
    let end = start;
    if (value.length <= SHORT_TEXT) {
      const { bytes } = this;
      for (let i = 0; i < value.length; i++) {
        const unit = value.charCodeAt(i);
        if (unit >= 0x80) {
          end = start + bytes.write(value, start);
          break;
        }
        bytes[end++] = unit;
      }
    } else {
      end = start + this.bytes.write(value, start);
    }
    this.#int32At(this.length, end - start);
    this.length = end;
    return start;
  }

  /** The low 32 bits, little-endian. */
  #int32At(at: number, value: number): void {
    const { bytes } = this;
    const low = value | 0;
    bytes[at] = low;
    bytes[at + 1] = low >> 8;
    bytes[at + 2] = low >> 16;
    bytes[at + 3] = low >> 24;
  }
}
