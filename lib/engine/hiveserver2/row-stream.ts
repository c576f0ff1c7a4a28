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
  #isFilling = false;

  /** @param pagesOf begins the query; its signal ends it */
  constructor(pagesOf: (signal: AbortSignal) => AsyncGenerator<Row[]>) {
    super({ objectMode: true, highWaterMark: WAITING });
    this.#pages = pagesOf(this.#ending.signal);
  }

  /** Is called again for each row that is pushed; whoever is filling goes on until the stream is full. */
  override _read(): void {
    if (!this.#isFilling) this.#fill().catch((error: Error) => this.destroy(error));
  }

  /** Ends the query on the server before the stream is closed. */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#ending.abort();
    this.#pages.return(undefined).then(
      () => callback(error),
      () => callback(error),
    );
  }

  async #fill(): Promise<void> {
    this.#isFilling = true;
    try {
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
    } finally {
      this.#isFilling = false;
    }
  }
}
