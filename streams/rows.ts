/**
 * Sources, transforms and sinks of row batches. Each is an ordinary Node stream, so `stream.pipeline` works as well as
 * `pipe`; what they add is a type (which columns a step needs and adds), a batch-wise shell around a pure calculation,
 * and an early end: `stop()` travels upstream, everything downstream flushes and commits.
 */
import { Readable, Transform, Writable, type TransformCallback } from 'node:stream';
import type { Columns, Row, RowOf } from '../schemas/columns.js';
import type { Batch } from './contracts.js';

/** Batches, not rows: Node's object-mode default of 16 held ten times as many rows in memory as 2 do. */
const HIGH_WATER_MARK = 2;
const BATCHES = { objectMode: true, highWaterMark: HIGH_WATER_MARK } as const;

/** Rows of a batch, unless a source decides otherwise. */
export const BATCH_ROWS = 1000;

/** What can be asked to end early. */
interface Stoppable {
  stop(used?: number): Promise<void>;
}

const isStoppable = (stream: unknown): stream is Stoppable =>
  typeof (stream as Partial<Stoppable> | undefined)?.stop === 'function';

const aborted = () => new DOMException('The stream was destroyed', 'AbortError');

/** A source of batches. `open` is called at the first read only; ending or stopping returns the iterator. */
export class RowSource<R extends object = Row> extends Readable {
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
  #state: 'open' | 'ending' | 'ended' = 'open';

  /**
   * @param options.open gives the batches; the signal fires when the stream is stopped or destroyed
   * @param options.settle is called once before a normal end, with the number of rows that are used and whether the source came to its end, and judges the
   *   whole (was the file complete, were too many lines rejected): when it rejects, the pipeline fails before a sink commits
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

  override _read(): void {
    if (this.#state === 'open') void this.#next();
  }

  async #next(): Promise<void> {
    try {
      this.#pages ??= this.#open(this.#abort.signal)[Symbol.asyncIterator]();
      const start = performance.now();
      let page = await this.#pages.next();
      while (!page.done && page.value.length === 0) page = await this.#pages.next();
      this.seconds += (performance.now() - start) / 1000;
      if (this.#state !== 'open' || this.destroyed) return;
      if (page.done) {
        this.#state = 'ending';
        await this.#settle(this.rows, true);
        this.#end();
      } else {
        this.rows += page.value.length;
        this.push(page.value);
      }
    } catch (error) {
      // After stop() the connection is closed under the reader's feet: what it says then is of no interest.
      if (this.#state === 'open' || !this.#abort.signal.aborted) this.destroy(error as Error);
    }
  }

  #end(): void {
    this.#state = 'ended';
    this.push(null);
  }

  /**
   * Ends the source normally. Resolves when it has judged what was read.
   * @param used how many of the rows handed on are used, where the caller knows; default all
   */
  async stop(used = this.rows): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#abort.abort(aborted());
    this.#return();
    await this.#settle(used, false);
    this.#end();
  }

  /** Not waited for: an iterator that hangs in its own wait would hold the whole pipeline. Its last error interests nobody. */
  #return(): void {
    this.#pages?.return?.().catch(() => undefined);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#abort.abort(error ?? aborted());
    this.#return();
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

/** A step: takes batches, gives batches. Write one by extending `Enrichment`, or this class where rows are dropped. */
export abstract class RowTransform<N extends object = object, A extends object = object> extends Transform {
  /** Only for the type checker: a property of function type, so that a step is not accepted where its needs are not met. */
  declare readonly needsType?: (row: N) => void;
  declare readonly addsType?: () => A;
  readonly needs: Columns;
  readonly adds: Columns;
  /** Whether every row is handed on, in order, up to an early end: then a count of rows means the same on both sides. */
  readonly keepsRows: boolean = true;
  /** Set by a step that has all it wants: nothing is given after the batch at hand. */
  done = false;

  readonly #abort = new AbortController();
  #upstream: unknown;
  #ended = false;
  #taken = 0;

  constructor(needs: Columns = {}, adds: Columns = {}) {
    super(BATCHES);
    this.needs = needs;
    this.adds = adds;
    this.on('pipe', (source: unknown) => {
      this.#upstream = source;
      if (this.done) this.#endNow();
    });
  }

  /**
   * The calculation: rows of the batch with their new columns, or fewer rows.
   * @internal called by the stream and by `compose`
   */
  abstract onBatch(batch: Batch<N>, signal: AbortSignal): Batch | Promise<Batch>;

  /** Rows still held at the end. @internal */
  onEnd(): Batch | Promise<Batch> {
    return [];
  }

  /** Called once when the stream is closed, with the error if there was one. @internal */
  onClose(_error: Error | null): Promise<void> {
    return Promise.resolve();
  }

  override _transform(batch: Batch<N>, _encoding: string, callback: TransformCallback): void {
    if (this.#ended) return callback();
    try {
      this.#taken += batch.length;
      const start = performance.now();
      const done = (rows: Batch) => {
        this.seconds += (performance.now() - start) / 1000;
        this.#give(rows, callback);
      };
      const rows = this.onBatch(batch, this.#abort.signal);
      if (rows instanceof Promise) rows.then(done).catch(callback);
      else done(rows);
    } catch (error) {
      callback(error as Error);
    }
  }

  /** A step that wants nothing at all: its source is stopped before it opens anything. */
  #endNow(): void {
    this.#ended = true;
    this.stop(0).then(
      () => this.push(null),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  #give(rows: Batch, callback: TransformCallback): void {
    if (!this.done) return callback(null, rows.length > 0 ? rows : undefined);
    // The source judges what it read before the end is told downstream, so that nothing commits on a bad verdict.
    this.#ended = true;
    if (rows.length > 0) this.push(rows);
    this.stop(this.keepsRows ? this.#taken - this.surplus : undefined)
      .then(() => this.onEnd())
      .then((rest) => {
        if (rest.length > 0) this.push(rest);
        this.push(null);
        callback();
      })
      .catch(callback);
  }

  /** Rows taken but not handed on at an early end. */
  surplus = 0;
  /** Seconds of this step's own work. */
  seconds = 0;

  override _flush(callback: TransformCallback): void {
    if (this.#ended) return callback();
    Promise.resolve()
      .then(() => this.onEnd())
      .then((rows) => callback(null, rows.length > 0 ? rows : undefined))
      .catch(callback);
  }

  /** Tells whatever is piped into this step that no more is wanted. Everything downstream flushes. */
  async stop(used?: number): Promise<void> {
    if (isStoppable(this.#upstream)) await this.#upstream.stop(this.keepsRows ? used : undefined);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#abort.abort(error ?? aborted());
    this.onClose(error).then(
      () => callback(error),
      (closing: unknown) => callback(error ?? (closing as Error)),
    );
  }
}

/** A step that adds columns to each row by a pure function of the row, and changes none. */
export class Enrichment<N extends Columns, A extends Columns> extends RowTransform<RowOf<N>, RowOf<A>> {
  readonly #fieldsFor: (row: RowOf<N>) => RowOf<A>;

  constructor(needs: N, adds: A, fieldsFor: (row: RowOf<N>) => RowOf<A>) {
    super(needs, adds);
    this.#fieldsFor = fieldsFor;
  }

  override onBatch(batch: Batch<RowOf<N>>): Batch {
    const fieldsFor = this.#fieldsFor;
    for (const row of batch) Object.assign(row, fieldsFor(row));
    return batch as Batch;
  }
}

/** A step that adds columns by one asynchronous look-up per batch: fields of each row, in the batch's order. */
export class BatchEnrichment<N extends Columns, A extends Columns> extends RowTransform<RowOf<N>, RowOf<A>> {
  readonly #fieldsFor: (batch: readonly RowOf<N>[], options: { signal: AbortSignal }) => Promise<readonly RowOf<A>[]>;

  constructor(
    needs: N,
    adds: A,
    fieldsFor: (batch: readonly RowOf<N>[], options: { signal: AbortSignal }) => Promise<readonly RowOf<A>[]>,
  ) {
    super(needs, adds);
    this.#fieldsFor = fieldsFor;
  }

  override async onBatch(batch: Batch<RowOf<N>>, signal: AbortSignal): Promise<Batch> {
    const fields = await this.#fieldsFor(batch, { signal });
    batch.forEach((row, i) => Object.assign(row, fields[i]));
    return batch as Batch;
  }
}

/** What a sink does with batches; `finish` of the stream means that `commit` resolved, destroy that `abort` did. */
export interface SinkTarget {
  write(batch: Batch): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** The end of a pipeline. The target is opened when the first batch or the end arrives. */
export class RowSink<N extends object = object> extends Writable {
  declare readonly needsType?: (row: N) => void;
  readonly needs: Columns;
  /** Columns that come in, set by `pipe` where they are known. */
  incoming: Columns | undefined;
  /** Rows taken. */
  rows = 0;
  /** Seconds of writing and committing. */
  seconds = 0;

  readonly #open: (incoming: Columns | undefined) => Promise<SinkTarget>;
  #target: Promise<SinkTarget> | undefined;
  /** What is under way at the target; destroy waits for it, so that abort never runs beside a write or a commit. */
  #work: Promise<unknown> = Promise.resolve();
  #committed = false;

  constructor(needs: Columns, open: (incoming: Columns | undefined) => Promise<SinkTarget>) {
    super(BATCHES);
    this.needs = needs;
    this.#open = open;
  }

  #do(work: (target: SinkTarget) => Promise<void>, callback: (error?: Error | null) => void): void {
    this.#target ??= this.#open(this.incoming);
    const start = performance.now();
    this.#work = this.#target
      .then(work)
      .finally(() => (this.seconds += (performance.now() - start) / 1000))
      .then(() => callback(), callback);
  }

  override _write(batch: Batch, _encoding: string, callback: (error?: Error | null) => void): void {
    this.rows += batch.length;
    this.#do((target) => target.write(batch), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#do(async (target) => {
      await target.commit();
      this.#committed = true;
    }, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.#work
      .then(async () => {
        if (!this.#committed) await (await this.#target)?.abort();
        // An abort that fails leaves something behind, but what the caller has to know is why it came to that.
      })
      .then(
        () => callback(error),
        (failure: unknown) => callback(error ?? (failure as Error)),
      );
  }
}
