/** What the transports have in common: one message there, one back. */

export interface Channel {
  /** `host:port`, for messages. */
  readonly server: string;
  /** Whether another call can be made. */
  readonly alive: boolean;
  /**
   * Sends a message. The answer's bytes are good until the event loop goes round after the next call.
   * Answers come in the order of the calls.
   * @throws {Lost} when the connection was or is lost
   */
  exchange(message: Buffer): Promise<Buffer>;
  /** Gives the connection up; calls under way reject. */
  end(reason?: Error): void;
}

/** The connection is gone. */
export class Lost extends Error {
  /** Whether the server may have got the message. */
  readonly sent: boolean;

  constructor(cause: Error, sent: boolean) {
    super(cause.message, { cause });
    this.sent = sent;
  }
}

/** Bytes of the largest answer that is taken; a page is a few hundred thousand. */
export const MAX_ANSWER = 256 * 1024 * 1024;

const SMALLEST = 64 * 1024;
/** Above this the memory of a large answer is given back. */
const KEPT = 8 * 1024 * 1024;

/** Bytes that arrive in portions, in one piece and in memory that is used again. */
export class Arriving {
  bytes = Buffer.allocUnsafeSlow(SMALLEST);
  view = viewOf(this.bytes);
  /** Where the bytes end that have arrived. */
  length = 0;

  add(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.bytes.length) this.#grow(needed);
    this.bytes.set(chunk, this.length);
    this.length = needed;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length <= KEPT) return;
    this.bytes = Buffer.allocUnsafeSlow(SMALLEST);
    this.view = viewOf(this.bytes);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
