import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A file being written. An error between two writes is no uncaught one: the next call tells it. */
export class OutputFile {
  readonly #out: Writable;
  readonly #ended: Promise<void>;

  /** @param out from `storage.create` */
  constructor(out: Writable) {
    this.#out = out;
    this.#ended = finished(out, { readable: false });
    this.#ended.catch(() => undefined);
  }

  /** Resolves when more may be written. */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (!this.#out.write(chunk)) await Promise.race([once(this.#out, 'drain'), this.#ended]);
  }

  /** Resolves when the file is there, whole. */
  async finish(): Promise<void> {
    this.#out.end();
    await this.#ended;
  }

  /** Resolves when nothing is left of it; a finished file stays. */
  async undo(): Promise<void> {
    if (this.#out.closed) return;
    const closed = new Promise((resolve) => this.#out.once('close', resolve));
    this.#out.destroy();
    await closed;
  }
}
