import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Columns, Row } from '../../schemas/columns.js';
import type { OaError } from '../../schemas/errors.js';
import type { Batch } from '../../streams/contracts.js';
import { compose, pipe, pipeAll } from '../../streams/pipe.js';
import { Enrichment, RowSink, RowSource, RowTransform } from '../../streams/rows.js';
import { limit } from '../../streams/transforms/limit.js';
import { streamsConformance, type Connect } from '../conformance/streams.js';
import {
  adds,
  addsLater,
  EvenRows,
  NumberSink,
  NumberSource,
  type Numbered,
  type NumberStep,
} from '../fakes/streams.js';

/** Node's own tells the first error at once, before the others have closed. */
const plain: Connect = async (source, steps, sink, signal) => {
  const all = [source, ...steps, sink];
  const closed = all.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
  await pipeline(all, { signal }).finally(() => Promise.all(closed));
};
const own: Connect = (source, steps, sink, signal) => pipeAll([source, ...steps, sink], { signal });
const composed =
  (connect: Connect): Connect =>
  (source, steps, sink, signal) =>
    connect(source, [(compose as (...steps: NumberStep[]) => NumberStep)(...steps)], sink, signal);

streamsConformance('pipe', own);
streamsConformance('stream.pipeline', plain);
streamsConformance('compose in pipe', composed(own));
streamsConformance('compose in stream.pipeline', composed(plain));

describe('pipe', () => {
  const sinkOf = (needs: Columns) =>
    new RowSink(needs, () =>
      Promise.resolve({ write: async () => {}, commit: async () => {}, abort: async () => {} }),
    );
  const step = (needs: Columns, adds: Columns) => new Enrichment(needs, adds, () => ({}));
  const refusal = (...streams: object[]) =>
    pipeAll(streams).then(
      () => 'no error',
      (error: OaError) => `${error.code}: ${error.message}`,
    );

  it('counts the rows', async () => {
    const source = new NumberSource({ batches: 7, batchRows: 3 });
    const sink = new NumberSink();
    await expect(pipe(source.stream, adds('a'), sink.stream)).resolves.toEqual({ read: 21, written: 21 });
    const filtered = pipe(
      new NumberSource({ batches: 7, batchRows: 3 }).stream,
      new EvenRows(),
      new NumberSink().stream,
    );
    await expect(filtered).resolves.toEqual({ read: 21, written: 11 });
  });

  it('tells the sink which columns come in, where they are known', async () => {
    const sink = sinkOf({ a: 'int' });
    await pipeAll([new NumberSource({ batches: 1 }).stream, adds('a'), limit(1), sink]);
    expect(sink.incoming).toEqual({ n: 'int', a: 'int' });
    const unknown = sinkOf({ a: 'int' });
    await pipeAll([RowSource.of([{ n: 1 }]), adds('a'), unknown]);
    expect(unknown.incoming).toBeUndefined();
  });

  it('names what a step lacks, before anything is opened', async () => {
    const source = new NumberSource();
    expect(await refusal(source.stream, step({ a: 'int' }, { b: 'int' }), step({}, { a: 'int' }), sinkOf({}))).toBe(
      'STEP_ORDER: the step that adds b needs a; at this point the rows have n',
    );
    expect(await refusal(source.stream, adds('a'), sinkOf({ b: 'int' }))).toBe(
      'STEP_ORDER: the step RowSink needs b; at this point the rows have n, a',
    );
    expect(await refusal(source.stream, step({ n: 'string' }, {}), sinkOf({}))).toBe(
      'STEP_ORDER: the step Enrichment needs n as string; the rows have it as int',
    );
    expect(source.opened).toBe(false);
  });

  it('refuses a column that is there, known from the source or not', async () => {
    const source = new NumberSource();
    expect(await refusal(source.stream, adds('a'), step({}, { n: 'int', b: 'int' }), sinkOf({}))).toBe(
      'COLUMN_DUPLICATE: the step that adds n, b: the rows already have n',
    );
    expect(await refusal(RowSource.of([{ n: 1 }]), adds('a'), adds('a'), sinkOf({}))).toBe(
      'COLUMN_DUPLICATE: the step that adds a: the rows already have a',
    );
    expect(source.opened).toBe(false);
  });

  it('stops the source past a stream of other code', async () => {
    for (const steps of [[limit(5)], [addsLater('a'), limit(5), adds('b')]]) {
      const source = new NumberSource({ batchRows: 2 });
      const sink = new NumberSink();
      const other = new Transform({
        objectMode: true,
        transform: (batch: { n: number }[], _encoding, callback) =>
          callback(
            null,
            batch.map(({ n }) => ({ n: n + 1 })),
          ),
      });
      await pipeAll([source.stream, other, ...steps, sink.stream]);
      expect(sink.numbers).toEqual([1, 2, 3, 4, 5]);
      expect(source).toMatchObject({ aborted: true, closed: 1 });
      expect(source.settled).toHaveLength(1);
      expect(sink.last).toBe('committed');
    }
  });

  it('past a stream of other code, in a pipeline of Node, reads to the end, and gives the same rows', async () => {
    const source = new NumberSource({ batches: 20, batchRows: 2 });
    const sink = new NumberSink();
    await plain(source.stream, [new PassThrough({ objectMode: true }) as never, limit(5)], sink.stream);
    expect(sink.numbers).toEqual([0, 1, 2, 3, 4]);
    expect(source.settled).toEqual([{ used: 40, complete: true }]);
    expect(sink.last).toBe('committed');
  });

  it('knows nothing of the columns after a stream of other code', async () => {
    const other = () =>
      new Transform({
        objectMode: true,
        transform: (batch: object[], _encoding, callback) =>
          callback(
            null,
            batch.map((row) => ({ ...row, x: 1 })),
          ),
      });
    const source = () => new NumberSource({ batches: 1 }).stream;
    expect(await refusal(source(), other(), step({ x: 'int' }, { y: 'int' }), sinkOf({ y: 'int' }))).toBe('no error');
  });

  it('keeps the verdict of a step of other code that fails', async () => {
    const source = new NumberSource();
    const sink = new NumberSink();
    const bad = new Transform({
      objectMode: true,
      transform: (_batch, _encoding, callback) => callback(new Error('bad')),
    });
    await expect(pipeAll([source.stream, bad, limit(5), sink.stream])).rejects.toThrow('bad');
    expect(source.closed).toBe(1);
    expect(sink.events).not.toContain('commit');
  });

  it('takes options last', async () => {
    const work = pipe(new NumberSource().stream, new NumberSink().stream, { signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('compose', () => {
  const step = (needs: Columns, adds: Columns) => new Enrichment(needs, adds, () => ({}));

  it('needs what no step of its own adds before, and adds what all add', () => {
    const composed = compose(
      step({ a: 'int', b: 'int' }, { c: 'int' }),
      step({ c: 'int', d: 'string?' }, { e: 'int' }),
    );
    expect(composed.needs).toEqual({ a: 'int', b: 'int', d: 'string?' });
    expect(composed.adds).toEqual({ c: 'int', e: 'int' });
  });

  it('refuses a wrong order and a column added twice', () => {
    expect(() => compose(step({ a: 'int' }, { b: 'int' }), step({}, { a: 'int' }))).toThrow(
      expect.objectContaining({
        code: 'STEP_ORDER',
        message: 'the step that adds a comes after a step that needs a',
      }),
    );
    expect(() => compose(step({}, { b: 'int' }), step({}, { b: 'int' }))).toThrow(
      expect.objectContaining({ code: 'COLUMN_DUPLICATE' }),
    );
  });

  it('flushes every step, each into those after it', async () => {
    class Holding extends RowTransform<Numbered> {
      #held: Numbered[] = [];
      override onBatch(batch: Numbered[]) {
        this.#held.push(...batch);
        return [];
      }
      override onEnd() {
        return [{ n: this.#held.length }] as unknown as Row[];
      }
    }
    const sink = new NumberSink();
    const composed = compose(new Holding(), adds('a'), new Holding(), adds('b'));
    await pipeAll([new NumberSource({ batches: 2, batchRows: 5 }).stream, composed, sink.stream]);
    expect(sink.rows).toEqual([{ n: 1, b: 1 }]);
  });

  it('gives what a step still held to nobody once a step after it has ended', async () => {
    class Trailing extends RowTransform {
      override onBatch = (batch: Batch) => batch;
      override onEnd = () => [{ n: -1 }];
    }
    class OneBatch extends RowTransform {
      override onBatch = (batch: Batch) => {
        this.done = true;
        return batch;
      };
    }
    for (const ending of [limit(2), new OneBatch()]) {
      const sink = new NumberSink();
      const composed = compose(new Trailing(), ending, adds('a'));
      await pipeAll([new NumberSource({ batchRows: 2 }).stream, composed, sink.stream]);
      expect(sink.numbers).toEqual([0, 1]);
    }
  });

  it('holds any number of rows at the end', async () => {
    const many = 300_000;
    class Trailing extends RowTransform {
      override onBatch = () => [];
      override onEnd = () => Array.from({ length: many }, (_, n) => ({ n }));
    }
    const sink = new RowSink({}, () =>
      Promise.resolve({ write: async () => {}, commit: async () => {}, abort: async () => {} }),
    );
    const counts = await pipeAll([new NumberSource({ batches: 1 }).stream, compose(new Trailing(), adds('a')), sink]);
    expect(counts.written).toBe(many);
  });
});
