import { Writable } from 'node:stream';
import type { Columns } from '../schemas/columns.js';
import { BATCHES } from './batches.js';
import type { Batch } from './contracts.js';

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
