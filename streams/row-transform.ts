import { Transform, type TransformCallback } from 'node:stream';
import type { Columns } from '../schemas/columns.js';
import { aborted, BATCHES, isStoppable, type Stoppable } from './batches.js';
import type { Batch } from './contracts.js';

/** A step: takes batches, gives batches. Write one by extending `Enrichment`, or this class where rows are dropped. */
export abstract class RowTransform<N extends object = object, A extends object = object>
  extends Transform
  implements Stoppable
{
  /** Only for the type checker: a property of function type, so that a step is not accepted where its needs are not met. */
  declare readonly needsType?: (row: N) => void;
  declare readonly addsType?: () => A;
  readonly needs: Columns;
  readonly adds: Columns;
  /**
   * Whether every row is handed on, in order, up to an early end: then a number of rows means the same on both sides, and
   * what a step downstream says of rows is passed on upstream.
   */
  readonly keepsRows: boolean = false;
  /** Most rows that this step takes. */
  readonly takes: number = Infinity;
  /** Set by a step that has all it wants: nothing is given after the batch at hand. */
  done = false;
  /** At an early end, how many of the rows taken are used, where the step knows. */
  used: number | undefined;
  /** Seconds of this step's own work. */
  seconds = 0;

  readonly #abort = new AbortController();
  #upstream: unknown;
  #beyond: Stoppable | undefined;
  #wanted = Infinity;
  #ended = false;

  constructor(needs: Columns = {}, adds: Columns = {}) {
    super(BATCHES);
    this.needs = needs;
    this.adds = adds;
    // Fired by `pipe`, and by `stream.pipeline` as well.
    this.on('pipe', (source: unknown) => {
      this.#upstream = source;
      this.want(Infinity);
    });
  }

  /**
   * The calculation: rows of the batch with their new columns, or fewer rows. Called by the stream and by `compose`.
   */
  abstract onBatch(batch: Batch<N>, signal: AbortSignal): Batch | Promise<Batch>;

  /** Rows still held at the end. */
  onEnd(): Batch | Promise<Batch> {
    return [];
  }

  /** Called once when the stream is closed, after an error too. */
  onClose(): Promise<void> {
    return Promise.resolve();
  }

  override _transform(batch: Batch<N>, _encoding: string, callback: TransformCallback): void {
    if (this.#ended) return callback();
    const start = performance.now();
    const give = (rows: Batch) => {
      this.seconds += (performance.now() - start) / 1000;
      this.#give(rows, callback);
    };
    let rows: Batch | Promise<Batch>;
    try {
      rows = this.onBatch(batch, this.#abort.signal);
    } catch (error) {
      return callback(error as Error);
    }
    if (Array.isArray(rows)) give(rows);
    else rows.then(give, callback).catch((error: unknown) => this.destroy(error as Error));
  }

  #give(rows: Batch, callback: TransformCallback): void {
    if (!this.done) return callback(null, rows.length > 0 ? rows : undefined);
    // The source judges what it read before the end is told downstream, so that nothing commits on a bad verdict.
    this.#ended = true;
    if (rows.length > 0) this.push(rows);
    this.#stopUpstream(this.used)
      .then(() => this.onEnd())
      .then((rest) => {
        if (rest.length > 0) this.push(rest);
        this.push(null);
        callback();
      })
      .catch(callback);
  }

  override _flush(callback: TransformCallback): void {
    if (this.#ended) return callback();
    (async () => this.onEnd())().then((rows) => callback(null, rows.length > 0 ? rows : undefined), callback);
  }

  /**
   * Tells whatever is piped into this step that no more is wanted; everything downstream flushes.
   * @param used how many of the rows that this step gave are used
   */
  stop(used?: number): Promise<void> {
    return this.#stopUpstream(this.keepsRows ? used : undefined);
  }

  async #stopUpstream(used: number | undefined): Promise<void> {
    if (isStoppable(this.#upstream)) await this.#upstream.stop(used);
    else await this.#beyond?.stop();
  }

  /** Told when a step that takes only so many rows is connected. */
  want(rows: number): void {
    this.#wanted = Math.min(this.#wanted, rows);
    // How many rows a step drops is unknown, but of nothing it can make nothing.
    const passedOn = this.keepsRows || this.#wanted === 0 ? this.#wanted : Infinity;
    if (isStoppable(this.#upstream)) this.#upstream.want(Math.min(this.takes, passedOn));
  }

  /** @internal the nearest stream that can be stopped, where streams of other code stand between */
  set beyond(stream: Stoppable) {
    this.#beyond = stream;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#abort.abort(error ?? aborted());
    this.onClose().then(
      () => callback(error),
      (closing: unknown) => callback(error ?? (closing as Error)),
    );
  }
}

/** What stands in a step's place in an error message when it adds columns that the rows have. */
interface ColumnDuplicate<Names> {
  'this step adds a column that the rows already have': Names;
}

/** Nothing more is asked of a step that adds columns of its own, or where the columns are not known. */
export type Fresh<R, A> = string extends keyof R | keyof A
  ? unknown
  : keyof R & keyof A extends never
    ? unknown
    : ColumnDuplicate<keyof R & keyof A>;
