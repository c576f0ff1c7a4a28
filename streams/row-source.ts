import { Readable } from 'node:stream';
import type { Columns, Row, RowOf } from '../schemas/columns.js';
import { aborted, BATCH_ROWS, BATCHES, type Stoppable } from './batches.js';
import type { Batch } from './contracts.js';

/** A source of batches. `open` is called at the first read only; ending or stopping returns the iterator. */
export class RowSource<R extends object = Row> extends Readable implements Stoppable {
  /** Only for the type checker: what the rows are. */
  declare readonly rowType?: () => R;
  /** Columns of the rows, where they are known before reading. */
  readonly columns: Columns | undefined;
  /** Rows that were handed on. */
  rows = 0;
  /** Seconds spent waiting for and making batches. */
  seconds = 0;

  readonly #open: (signal: AbortSignal) => AsyncIterable<Batch<R>>;
  readonly #settle: (used: number, complete: boolean) => Promise<void>;
  readonly #close: () => Promise<void>;
  readonly #abort = new AbortController();
  #pages: AsyncIterator<Batch<R>> | undefined;
  #wanted = Infinity;
  /** Set once, when the source ends; whoever asks later gets the same. */
  #verdict: Promise<void> | undefined;

  /**
   * @param options.open gives the batches; the signal fires when the stream is stopped or destroyed
   * @param options.settle is called once before a normal end, with the number of rows that are used and whether the
   *   source came to its end, and judges the whole (was the file complete, were too many lines rejected): when it
   *   rejects, the pipeline fails before a sink commits
   * @param options.close is called when the stream is destroyed, after a normal end too
   */
  constructor(options: {
    columns?: Columns;
    open: (signal: AbortSignal) => AsyncIterable<Batch<R>>;
    settle?: (used: number, complete: boolean) => Promise<void>;
    close?: () => Promise<void>;
  }) {
    super(BATCHES);
    this.columns = options.columns;
    this.#open = options.open;
    this.#settle = options.settle ?? (() => Promise.resolve());
    this.#close = options.close ?? (() => Promise.resolve());
  }

  get #ending(): boolean {
    return this.#verdict !== undefined || this.destroyed;
  }

  override _read(): void {
    if (!this.#ending) void this.#next();
  }

  async #next(): Promise<void> {
    try {
      const left = this.#wanted - this.rows;
      if (left <= 0) return await this.stop();
      const page = await this.#page();
      if (this.#ending) return;
      if (page === undefined) return await this.#finish(this.rows, true);
      const rows = page.length <= left ? page : page.slice(0, left);
      this.rows += rows.length;
      this.push(rows);
      // The source itself cuts where it can, so that how far it read ahead changes nothing: not the rows, not the verdict.
      if (rows.length === left) await this.stop();
    } catch (error) {
      // After stop() the connection is closed under the reader's feet: what it says then is of no interest.
      if (this.#verdict === undefined) this.destroy(error as Error);
    }
  }

  /** The next page with rows; undefined at the end. */
  async #page(): Promise<Batch<R> | undefined> {
    this.#pages ??= this.#open(this.#abort.signal)[Symbol.asyncIterator]();
    const start = performance.now();
    let page = await this.#pages.next();
    while (!page.done && page.value.length === 0 && !this.#ending) page = await this.#pages.next();
    this.seconds += (performance.now() - start) / 1000;
    return page.done ? undefined : page.value;
  }

  /** The verdict comes before the end is told downstream, so that nothing commits on a bad one. */
  #finish(used: number, complete: boolean): Promise<void> {
    if (this.#verdict === undefined) {
      this.#verdict = (async () => this.#settle(used, complete))().then(
        () => void this.push(null),
        (error: unknown) => {
          this.destroy(error as Error);
          throw error;
        },
      );
      this.#verdict.catch(() => undefined); // the stream tells it too
    }
    return this.#verdict;
  }

  /**
   * Ends the source normally. Resolves when it has judged what was read; rejects, and fails, when the verdict is bad.
   * @param used how many of the rows handed on are used, where the caller knows; default all
   */
  async stop(used = this.rows): Promise<void> {
    if (this.#verdict === undefined && this.destroyed) return;
    const verdict = this.#finish(used, false);
    this.#leave(aborted());
    await verdict;
  }

  /** Told when a step that takes only so many rows is connected. */
  want(rows: number): void {
    this.#wanted = Math.min(this.#wanted, rows);
  }

  /** Not waited for: an iterator that hangs in its own wait would hold the whole pipeline. Its last error interests nobody. */
  #leave(reason: Error): void {
    this.#abort.abort(reason);
    const pages = this.#pages;
    (async () => pages?.return?.())().catch(() => undefined);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#leave(error ?? aborted());
    this.#close().then(
      () => callback(error),
      (closing: unknown) => callback(error ?? (closing as Error)),
    );
  }

  /** A source of rows that are at hand, or come one at a time: any iterable of rows, a Node stream of rows included. */
  static of<const C extends Columns, R extends object = RowOf<C>>(
    rows: Iterable<R> | AsyncIterable<R>,
    options: { columns?: C; batchRows?: number } = {},
  ): RowSource<R> {
    const open = (signal: AbortSignal) => {
      if (rows instanceof Readable) signal.addEventListener('abort', () => rows.destroy(), { once: true });
      return batchesOf(rows, options.batchRows);
    };
    return new RowSource<R>({ columns: options.columns, open });
  }
}

/** Rows to batches, for any iterable. */
export async function* batchesOf<R>(
  rows: Iterable<R> | AsyncIterable<R>,
  size = BATCH_ROWS,
): AsyncGenerator<Batch<R>> {
  let batch: Batch<R> = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
