/**
 * `pipe` connects a source, up to 16 steps and a sink, built on `stream/promises`. A step in the wrong order, or one
 * that adds a column which is there already, does not compile; the same is checked again when it runs.
 */
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isStoppable, type Stoppable } from './batches.js';
import { checkOrder } from './column-order.js';
import { RowTransform, type Fresh } from './row-transform.js';
import { RowSink, type RowSource } from './rows.js';

export { compose } from './compose.js';

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
  if (last instanceof Writable || last === undefined) return pipeAll(parts as object[]);
  return pipeAll(parts.slice(0, -1) as object[], last as PipeOptions);
}

/** `pipe` for a list of streams that is made at run time: a source, any number of steps, a sink. */
export async function pipeAll(streams: readonly object[], { signal }: PipeOptions = {}): Promise<PipeCounts> {
  checkOrder(streams);
  bridgeForeign(streams);
  const source = streams[0] as RowSource;
  const sink = streams.at(-1) as RowSink;
  try {
    await pipeline(streams as unknown as [Readable, Writable], { signal });
  } catch (error) {
    await closed(streams);
    throw error;
  }
  return { read: source.rows, written: sink.rows };
}

/** A stream of other code does not hand `stop()` on: the step after it stops the nearest one before it that does. */
function bridgeForeign(streams: readonly object[]): void {
  let stoppable: Stoppable | undefined;
  for (const stream of streams) {
    if (stream instanceof RowTransform && stoppable) stream.beyond = stoppable;
    if (isStoppable(stream)) stoppable = stream;
  }
}

/** Node's pipeline fails at the first error; what the others undo (a sink its staging) must be undone when we tell. */
async function closed(streams: readonly object[]): Promise<void> {
  const own = streams.filter((stream) => isStoppable(stream) || stream instanceof RowSink) as (Readable | Writable)[];
  const open = own.filter((stream) => !stream.closed);
  await Promise.all(open.map((stream) => new Promise((resolve) => stream.once('close', resolve).destroy())));
}
