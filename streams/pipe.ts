/**
 * `pipe` connects a source, up to 16 steps and a sink, built on `stream/promises`. A step in the wrong order, or one
 * that adds a column which is there already, does not compile; the same is checked again when it runs.
 */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Columns } from '../schemas/columns.js';
import { OaError } from '../schemas/errors.js';
import { RowSink, RowSource, RowTransform } from './rows.js';

export interface PipeOptions {
  /** Ends the pipeline with an `AbortError`; nothing is committed. */
  signal?: AbortSignal;
}

export interface PipeCounts {
  /** Rows that the source handed on. */
  read: number;
  /** Rows that the sink took. */
  written: number;
}

/** What stands in a step's place in an error message when it adds columns that the rows have. */
interface ColumnDuplicate<Names> {
  'this step adds a column that the rows already have': Names;
}

type Fresh<R, A> = string extends keyof R
  ? unknown
  : keyof R & keyof A extends never
    ? unknown
    : ColumnDuplicate<keyof R & keyof A>;

/** A step whose needs the rows so far must meet; NoInfer puts the error on the offending step. */
type Step<R extends object, A extends object> = RowTransform<NoInfer<R>, A> & Fresh<R, A>;

// prettier-ignore
export function pipe<R extends object>(source: RowSource<R>, sink: RowSink<NoInfer<R>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object>(source: RowSource<R>, s1: Step<R, A1>, sink: RowSink<NoInfer<R & A1>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, sink: RowSink<NoInfer<R & A1 & A2>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, sink: RowSink<NoInfer<R & A1 & A2 & A3>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object, A12 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, s12: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11, A12>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object, A12 extends object, A13 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, s12: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11, A12>, s13: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12, A13>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object, A12 extends object, A13 extends object, A14 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, s12: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11, A12>, s13: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12, A13>, s14: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13, A14>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object, A12 extends object, A13 extends object, A14 extends object, A15 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, s12: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11, A12>, s13: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12, A13>, s14: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13, A14>, s15: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14, A15>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14 & A15>>, options?: PipeOptions): Promise<PipeCounts>;
// prettier-ignore
export function pipe<R extends object, A1 extends object, A2 extends object, A3 extends object, A4 extends object, A5 extends object, A6 extends object, A7 extends object, A8 extends object, A9 extends object, A10 extends object, A11 extends object, A12 extends object, A13 extends object, A14 extends object, A15 extends object, A16 extends object>(source: RowSource<R>, s1: Step<R, A1>, s2: Step<R & A1, A2>, s3: Step<R & A1 & A2, A3>, s4: Step<R & A1 & A2 & A3, A4>, s5: Step<R & A1 & A2 & A3 & A4, A5>, s6: Step<R & A1 & A2 & A3 & A4 & A5, A6>, s7: Step<R & A1 & A2 & A3 & A4 & A5 & A6, A7>, s8: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7, A8>, s9: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8, A9>, s10: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9, A10>, s11: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10, A11>, s12: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11, A12>, s13: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12, A13>, s14: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13, A14>, s15: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14, A15>, s16: Step<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14 & A15, A16>, sink: RowSink<NoInfer<R & A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8 & A9 & A10 & A11 & A12 & A13 & A14 & A15 & A16>>, options?: PipeOptions): Promise<PipeCounts>;
/**
 * @throws {OaError} `STEP_ORDER`, `COLUMN_DUPLICATE` before anything is opened; else the first error of any stream
 */
export async function pipe(...parts: unknown[]): Promise<PipeCounts> {
  const last = parts.at(-1);
  if (last instanceof RowSink) return pipeAll(parts as object[]);
  return pipeAll(parts.slice(0, -1) as object[], last as PipeOptions | undefined);
}

/** `pipe` for a list of streams that is made at run time: a source, any number of steps, a sink. */
export async function pipeAll(streams: readonly object[], { signal }: PipeOptions = {}): Promise<PipeCounts> {
  checkOrder(streams);
  const source = streams[0] as RowSource;
  const sink = streams.at(-1) as RowSink;
  await pipeline(streams as unknown as [Readable, Writable], { signal });
  return { read: source.rows, written: sink.rows };
}

/** Follows the columns through the steps, as far as they are known. */
function checkOrder(streams: readonly unknown[]): void {
  const source = streams[0];
  let columns = source instanceof RowSource ? source.columns : undefined;
  for (const stream of streams.slice(1)) {
    if (stream instanceof RowTransform) columns = columnsAfter(columns, stream);
    if (stream instanceof RowSink) {
      checkNeeds(columns, stream.needs, stream);
      stream.incoming = columns;
    }
  }
}

function columnsAfter(columns: Columns | undefined, step: RowTransform): Columns | undefined {
  checkNeeds(columns, step.needs, step);
  if (columns === undefined) return undefined;
  const twice = Object.keys(step.adds).filter((name) => Object.hasOwn(columns, name));
  if (twice.length > 0) {
    throw new OaError('COLUMN_DUPLICATE', `${nameOf(step)} adds ${twice.join(', ')}, which the rows already have`);
  }
  return { ...columns, ...step.adds };
}

function checkNeeds(columns: Columns | undefined, needs: Columns, step: object): void {
  if (columns === undefined) return;
  const missing = Object.keys(needs).filter((name) => !Object.hasOwn(columns, name));
  if (missing.length > 0) {
    throw new OaError(
      'STEP_ORDER',
      `${nameOf(step)} needs ${missing.join(', ')}; the rows have ${Object.keys(columns).join(', ')} at this point`,
    );
  }
}

const nameOf = (step: object) => `step ${step.constructor.name}`;

/** Several steps as one. An inner step that has all it wants ends the whole. */
class Composed extends RowTransform {
  override readonly keepsRows: boolean;
  readonly #steps: readonly RowTransform[];

  constructor(steps: readonly RowTransform[]) {
    const needs: Record<string, Columns[string]> = {};
    let adds: Columns = {};
    for (const step of steps) {
      for (const [name, kind] of Object.entries(step.needs)) if (!Object.hasOwn(adds, name)) needs[name] ??= kind;
      const twice = Object.keys(step.adds).filter((name) => Object.hasOwn(adds, name));
      if (twice.length > 0)
        throw new OaError('COLUMN_DUPLICATE', `${nameOf(step)} adds ${twice.join(', ')} a second time`);
      adds = { ...adds, ...step.adds };
    }
    super(needs, adds);
    this.#steps = steps;
    this.keepsRows = steps.every((step) => step.keepsRows);
  }

  override onBatch(batch: object[], signal: AbortSignal) {
    return this.#through(batch as never, 0, signal);
  }

  async #through(batch: Record<string, unknown>[], from: number, signal: AbortSignal) {
    let rows = batch;
    for (const step of this.#steps.slice(from)) {
      if (rows.length === 0) break;
      rows = await step.onBatch(rows, signal);
      if (step.done) {
        this.done = true;
        this.surplus = step.surplus;
      }
    }
    return rows;
  }

  override async onEnd() {
    const rest: Record<string, unknown>[] = [];
    for (const [i, step] of this.#steps.entries()) {
      const held = await step.onEnd();
      if (held.length > 0) rest.push(...(await this.#through(held, i + 1, new AbortController().signal)));
    }
    return rest;
  }

  override async onClose(error: Error | null) {
    await Promise.all(this.#steps.map((step) => step.onClose(error)));
  }
}

/**
 * Steps as one step, to be named and used again: `const names = compose(tld(), ianaNames())`. It needs what its steps
 * need and none before them adds.
 */
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>): RowTransform<N1 & Omit<N2, keyof (A1)>, A1 & A2>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)>, A1 & A2 & A3>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>, s4: RowTransform<N4, A4>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)>, A1 & A2 & A3 & A4>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>, s4: RowTransform<N4, A4>, s5: RowTransform<N5, A5>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)>, A1 & A2 & A3 & A4 & A5>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>, s4: RowTransform<N4, A4>, s5: RowTransform<N5, A5>, s6: RowTransform<N6, A6>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)>, A1 & A2 & A3 & A4 & A5 & A6>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object, N7 extends object, A7 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>, s4: RowTransform<N4, A4>, s5: RowTransform<N5, A5>, s6: RowTransform<N6, A6>, s7: RowTransform<N7, A7>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)> & Omit<N7, keyof (A1 & A2 & A3 & A4 & A5 & A6)>, A1 & A2 & A3 & A4 & A5 & A6 & A7>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object, N7 extends object, A7 extends object, N8 extends object, A8 extends object>(s1: RowTransform<N1, A1>, s2: RowTransform<N2, A2>, s3: RowTransform<N3, A3>, s4: RowTransform<N4, A4>, s5: RowTransform<N5, A5>, s6: RowTransform<N6, A6>, s7: RowTransform<N7, A7>, s8: RowTransform<N8, A8>): RowTransform<N1 & Omit<N2, keyof (A1)> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)> & Omit<N7, keyof (A1 & A2 & A3 & A4 & A5 & A6)> & Omit<N8, keyof (A1 & A2 & A3 & A4 & A5 & A6 & A7)>, A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8>;
export function compose(...steps: unknown[]): unknown {
  return new Composed(steps as RowTransform[]);
}
