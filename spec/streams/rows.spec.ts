import { on, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Batch } from '../../streams/contracts.js';
import { pipe, pipeAll } from '../../streams/pipe.js';
import { BATCH_ROWS, BatchEnrichment, Enrichment, RowSink, RowSource, RowTransform } from '../../streams/rows.js';
import { limit } from '../../streams/transforms/limit.js';
import { adds, addsLater, ClosingStep, NumberSink, NumberSource, turn, type Numbered } from '../fakes/streams.js';

const never = () => new Promise<never>(() => undefined);

async function batchesOf<R extends object>(source: RowSource<R>): Promise<R[][]> {
  const batches: R[][] = [];
  for await (const batch of source) batches.push(batch as R[]);
  return batches;
}

describe('RowSource', () => {
  it('opens nothing before the first read, and closes once', async () => {
    const source = new NumberSource({ batches: 2 });
    await turn();
    expect(source.opened).toBe(false);
    await expect(batchesOf(source.stream)).resolves.toHaveLength(2);
    expect(source).toMatchObject({ opened: true, closed: 1 });
    expect(source.stream.rows).toBe(200);
  });

  it('closes what was never read', async () => {
    const source = new NumberSource();
    source.stream.destroy();
    await once(source.stream, 'close');
    expect(source).toMatchObject({ opened: false, closed: 1, settled: [] });
  });

  it('passes over empty batches', async () => {
    const open = async function* () {
      yield [];
      yield [{ n: 1 }];
      yield [];
      yield [];
    };
    await expect(batchesOf(new RowSource({ open }))).resolves.toEqual([[{ n: 1 }]]);
  });

  it('can be left early by a loop', async () => {
    const source = new NumberSource();
    for await (const batch of source.stream) if ((batch as Batch)[0]) break;
    if (!source.stream.closed) await new Promise((resolve) => source.stream.once('close', resolve));
    expect(source).toMatchObject({ aborted: true, closed: 1, settled: [] });
  });

  it('fails as its iterator fails', async () => {
    const source = new NumberSource({ wait: () => Promise.reject(new Error('connection lost')) });
    await expect(batchesOf(source.stream)).rejects.toThrow('connection lost');
    expect(source.closed).toBe(1);
    expect(source.settled).toEqual([]);
  });

  it('fails with its own error where closing fails too', async () => {
    const close = () => Promise.reject(new Error('closing'));
    const bad = new RowSource({ open: () => Readable.from([Promise.reject(new Error('reading'))]), close });
    await expect(batchesOf(bad)).rejects.toThrow('reading');
    const good = new RowSource<Numbered>({ open: async function* () {}, close });
    await expect(finished(good.resume())).rejects.toThrow('closing');
  });

  describe('stop', () => {
    it('ends a read that is pending, and waits for no iterator', async () => {
      const source = new NumberSource({ wait: never });
      const batches = on(source.stream, 'data', { close: ['end'] });
      await batches.next();
      await source.stream.stop();
      expect(await batches.next()).toMatchObject({ done: true });
      expect(source.settled).toEqual([{ used: 100, complete: false }]);
      expect(source.aborted).toBe(true);
    });

    it('judges once, whoever asks', async () => {
      const source = new NumberSource({ settle: () => turn().then(() => Promise.reject(new Error('bad'))) });
      const failed = once(source.stream, 'error');
      const asked = await Promise.allSettled([source.stream.stop(0), source.stream.stop(5), source.stream.stop()]);
      expect(asked.map((one) => (one.status === 'rejected' ? (one.reason as Error).message : one.status))).toEqual([
        'bad',
        'bad',
        'bad',
      ]);
      expect(source.settled).toEqual([{ used: 0, complete: false }]);
      expect(await failed).toMatchObject([{ message: 'bad' }]);
      expect(source.opened).toBe(false);
    });

    it('waits for the verdict of an end that came by itself', async () => {
      let judged = false;
      const settle = async () => {
        for (let i = 0; i < 5; i++) await turn();
        judged = true;
      };
      const source = new NumberSource({ batches: 1, settle });
      source.stream.resume();
      while (source.settled.length === 0) await turn();
      await source.stream.stop(3);
      expect(judged).toBe(true);
      expect(source.settled).toEqual([{ used: 100, complete: true }]);
    });

    it('does nothing to a source that is destroyed', async () => {
      const source = new NumberSource();
      source.stream.destroy();
      await source.stream.stop();
      expect(source.settled).toEqual([]);
    });

    it.each([
      ['throws', { return: () => undefined as never }],
      ['hangs', { return: never }],
      ['fails', { return: () => Promise.reject(new Error('no')) }],
      ['is missing', {}],
    ])('bears an iterator whose return %s', async (_, ending) => {
      const pages = { next: () => Promise.resolve({ done: false as const, value: [{ n: 1 }] }), ...ending };
      const source = new RowSource<Numbered>({ open: () => ({ [Symbol.asyncIterator]: () => pages }) });
      const sink = new NumberSink();
      await pipe(source, limit(3), sink.stream);
      expect(sink.numbers).toEqual([1, 1, 1]);
    });
  });

  describe('of', () => {
    it('makes batches of any rows', async () => {
      const rows = Array.from({ length: BATCH_ROWS + 1 }, (_, n) => ({ n }));
      const lengths = async (source: RowSource) => (await batchesOf(source)).map(({ length }) => length);
      expect(await lengths(RowSource.of(rows))).toEqual([BATCH_ROWS, 1]);
      expect(await lengths(RowSource.of(Readable.from(rows.slice(0, 5)), { batchRows: 2 }))).toEqual([2, 2, 1]);
      expect(await lengths(RowSource.of([]))).toEqual([]);
    });

    it('ends a stream of rows that is not needed to its end', async () => {
      const rows = Readable.from(
        (function* () {
          for (let n = 0; ; n++) yield { n };
        })(),
      );
      const sink = new NumberSink();
      await pipe(RowSource.of<{ n: 'int' }, Numbered>(rows, { batchRows: 4 }), limit(6), sink.stream);
      expect(sink.numbers).toEqual([0, 1, 2, 3, 4, 5]);
      expect(rows.destroyed).toBe(true);
    });

    it('fails as the stream of rows fails', async () => {
      const rows = new PassThrough({ objectMode: true });
      rows.write({ n: 1 });
      setImmediate(() => rows.destroy(new Error('cut off')));
      await expect(pipeAll([RowSource.of(rows), new NumberSink().stream])).rejects.toThrow('cut off');
    });
  });
});

describe('RowTransform', () => {
  it('may end by itself after any batch', async () => {
    class UntilSeven extends RowTransform<Numbered> {
      override onBatch(batch: Batch<Numbered>): Batch {
        this.done = batch.some(({ n }) => n === 7);
        return batch as unknown as Batch;
      }
    }
    for (const before of [[], [addsLater('a')]]) {
      const source = new NumberSource({ batchRows: 5 });
      const sink = new NumberSink();
      await pipeAll([source.stream, ...before, new UntilSeven(), adds('b'), sink.stream]);
      expect(sink.numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(source).toMatchObject({ aborted: true, closed: 1 });
      // The step does not say how many rows it used: all that were handed on, then.
      expect(source.settled).toEqual([{ used: source.stream.rows, complete: false }]);
    }
  });

  it('of which nothing is known passes no count of rows on', async () => {
    class Doubling extends RowTransform {
      override onBatch = (batch: Batch) => [...batch, ...batch];
    }
    const source = new NumberSource({ batchRows: 2 });
    const sink = new NumberSink();
    await pipeAll([source.stream, new Doubling(), limit(6), sink.stream]);
    expect(sink.numbers).toEqual([0, 1, 0, 1, 2, 3]);
  });

  it('closes once, after an error too', async () => {
    for (const wait of [undefined, () => Promise.reject(new Error('bad'))]) {
      const step = new ClosingStep();
      await pipeAll([new NumberSource({ batches: 3, wait }).stream, step, new NumberSink().stream]).catch(() => {});
      if (!step.closed) await once(step, 'close');
      expect(step.closings).toBe(1);
    }
  });

  it('fails with the error of its flush, and nothing commits', async () => {
    class Flushing extends RowTransform {
      override onBatch = (batch: Batch) => batch;
      override onEnd = () => {
        throw new Error('flush');
      };
    }
    for (const steps of [[new Flushing()], [new Flushing(), limit(5)], [limit(5), new Flushing()]]) {
      const sink = new NumberSink();
      await expect(
        pipeAll([new NumberSource({ batches: 1, batchRows: 3 }).stream, ...steps, sink.stream]),
      ).rejects.toThrow('flush');
      expect(sink.events).not.toContain('commit');
    }
  });

  it('gives an asynchronous step a signal that fires when the stream is destroyed', async () => {
    const abort = new AbortController();
    let seen: unknown;
    const step = new BatchEnrichment({ n: 'int' }, { a: 'int' }, async (batch, { signal }) => {
      setImmediate(() => abort.abort());
      await once(signal, 'abort');
      seen = signal.reason;
      return batch.map(() => ({ a: 1 }));
    });
    const work = pipe(new NumberSource().stream, step, new NumberSink().stream, { signal: abort.signal });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    await turn();
    expect(seen).toMatchObject({ name: 'AbortError' });
  });
});

describe('Enrichment', () => {
  it('adds fields in place', async () => {
    const row = { n: 3 };
    const sink = new NumberSink();
    await pipe(
      RowSource.of([row], { columns: { n: 'int' } }),
      new Enrichment({ n: 'int' }, { twice: 'int' }, ({ n }) => ({ twice: 2 * n })),
      sink.stream,
    );
    expect(sink.rows[0]).toBe(row);
    expect(row).toEqual({ n: 3, twice: 6 });
  });

  it('of a batch gives fields to every row, or fails', async () => {
    const one = new BatchEnrichment({ n: 'int' }, { a: 'int', b: 'int' }, () => Promise.resolve([{ a: 1, b: 2 }]));
    const work = pipe(new NumberSource({ batches: 1, batchRows: 2 }).stream, one, new NumberSink().stream);
    await expect(work).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: 'a, b: fields of 1 rows; expected 2',
    });
  });
});

describe('RowSink', () => {
  it('finishes when the target has committed', async () => {
    let committed = false;
    const sink = new NumberSink({
      commit: async () => {
        await turn();
        committed = true;
      },
    });
    sink.stream.on('finish', () => sink.events.push(`finish ${committed}`));
    sink.stream.end([{ n: 1 }]);
    await finished(sink.stream);
    expect(sink.events).toEqual(['open', 'write', 'commit', 'committed', 'finish true']);
    expect(sink.stream.rows).toBe(1);
  });

  it('opens its target for an empty pipeline too', async () => {
    const sink = new NumberSink();
    sink.stream.end();
    await finished(sink.stream);
    expect(sink.events).toEqual(['open', 'commit', 'committed']);
  });

  it.each(['open', 'write', 'commit'] as const)('destroyed during %s aborts after it', async (during) => {
    let go = () => {};
    const running = new Promise<void>((resolve) => (go = resolve));
    const sink = new NumberSink({ [during]: () => running });
    sink.stream.end([{ n: 1 }]);
    while (sink.events.at(-1) !== during) await turn();
    await turn();
    sink.stream.destroy();
    const closed = once(sink.stream, 'close');
    await turn();
    expect(sink.last).toBe(during);
    go();
    await closed;
    expect(sink.events).not.toContain('overlap');
    // What has been committed is no longer undone.
    expect(sink.last).toBe(during === 'commit' ? 'committed' : 'aborted');
  });

  it('says why it came to the abort, not how that failed', async () => {
    const failing = (message: string) => () => Promise.reject(new Error(message));
    const sink = new NumberSink({ write: failing('disk full'), abort: failing('abort') });
    sink.stream.end([{ n: 1 }]);
    await expect(finished(sink.stream)).rejects.toThrow('disk full');
    const alone = new NumberSink({ abort: failing('abort') });
    alone.stream.write([{ n: 1 }]);
    while (alone.rows.length === 0) await turn();
    alone.stream.destroy();
    await expect(once(alone.stream, 'close')).rejects.toThrow('abort');
  });

  it('that was never written to has nothing to abort', async () => {
    const sink = new NumberSink();
    sink.stream.destroy();
    await once(sink.stream, 'close');
    expect(sink.events).toEqual([]);
    expect(new RowSink({}, () => Promise.reject(new Error('never asked')))).toMatchObject({ rows: 0 });
  });
});
