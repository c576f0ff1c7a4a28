/** Rows of a query, one by one, as a stream: pages are fetched as fast as rows are taken. */
import { Readable } from 'node:stream';
import type { Row } from '../../../schemas/columns.js';

/** Rows that wait in the stream at most. */
const WAITING = 1000;

export class RowStream extends Readable {
  readonly #pages: AsyncGenerator<Row[]>;
  readonly #ending = new AbortController();
  #page: Row[] = [];
  #at = 0;

  /** @param pagesOf begins the query; its signal ends it */
  constructor(pagesOf: (signal: AbortSignal) => AsyncGenerator<Row[]>) {
    super({ objectMode: true, highWaterMark: WAITING });
    this.#pages = pagesOf(this.#ending.signal);
  }

  override _read(): void {
    this.#next().catch((error: Error) => this.destroy(error));
  }

  /** Ends the query on the server before the stream is closed. */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#ending.abort();
    this.#pages.return(undefined).then(
      () => callback(error),
      () => callback(error),
    );
  }

  async #next(): Promise<void> {
    for (;;) {
      while (this.#at < this.#page.length) if (!this.push(this.#page[this.#at++])) return;
      const { done, value } = await this.#pages.next();
      if (this.destroyed) return;
      if (done) {
        this.push(null);
        return;
      }
      this.#page = value;
      this.#at = 0;
    }
  }
}
