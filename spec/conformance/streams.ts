/** What every way to connect sources, steps and sinks has to do: `pipe`, `stream.pipeline`, and both with `compose`. */

import { limit } from '../../streams/transforms/limit.js';
import {
  adds,
  addsLater,
  ClosingStep,
  EvenRows,
  NumberSink,
  NumberSource,
  turn,
  type NumberStep,
} from '../fakes/streams.js';

export type Connect = (
  source: NumberSource['stream'],
  steps: NumberStep[],
  sink: NumberSink['stream'],
  signal?: AbortSignal,
) => Promise<unknown>;

const count = (rows: number) => Array.from({ length: rows }, (_, i) => i);
const evens = (rows: number) => count(rows).map((i) => 2 * i);

/** Steps around a limit of so many rows. `numbers` come out; `exact`: the source hands on no row more than is used. */
const COMPOSITIONS: {
  name: string;
  steps: (rows: number) => NumberStep[];
  numbers: (rows: number) => number[];
  exact: boolean;
}[] = [
  { name: 'limit', steps: (rows) => [limit(rows)], numbers: count, exact: true },
  { name: 'limit, step', steps: (rows) => [limit(rows), adds('a')], numbers: count, exact: true },
  { name: 'step, limit', steps: (rows) => [adds('a'), limit(rows)], numbers: count, exact: true },
  { name: 'later step, limit', steps: (rows) => [addsLater('a'), limit(rows)], numbers: count, exact: true },
  {
    name: 'later step, limit, step, later step',
    steps: (rows) => [addsLater('a'), limit(rows), adds('b'), addsLater('c')],
    numbers: count,
    exact: true,
  },
  {
    name: 'two limits',
    steps: (rows) => [limit(rows + 50), addsLater('a'), limit(rows)],
    numbers: count,
    exact: true,
  },
  { name: 'filter, limit', steps: (rows) => [new EvenRows(), limit(rows)], numbers: evens, exact: false },
  {
    name: 'limit, filter',
    steps: (rows) => [limit(2 * rows), new EvenRows(), addsLater('a')],
    numbers: evens,
    exact: true,
  },
];

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  );
const fails = (message: string) => () => {
  throw new Error(message);
};

export function streamsConformance(what: string, connect: Connect): void {
  describe(`${what}: early end`, () => {
    describe.each(COMPOSITIONS)('$name', ({ steps, numbers, exact }) => {
      it('takes the rows of the limit from an endless source, and commits', async () => {
        const source = new NumberSource();
        const sink = new NumberSink();
        await connect(source.stream, steps(500), sink.stream);
        expect(sink.numbers).toEqual(numbers(500));
        expect(sink.events).toEqual(['open', 'write', 'commit', 'committed']);
        expect(source).toMatchObject({ aborted: true, closed: 1 });
        expect(source.settled).toHaveLength(1);
        expect(source.settled[0]).toMatchObject({ complete: false });
        if (exact) expect(source.settled[0]!.used).toBe(source.stream.rows);
        expect(source.pulls).toBeLessThan(30);
      });

      it('ends in the middle of a batch', async () => {
        const source = new NumberSource({ batchRows: 7 });
        const sink = new NumberSink();
        await connect(source.stream, steps(10), sink.stream);
        expect(sink.numbers).toEqual(numbers(10));
        expect(sink.last).toBe('committed');
      });

      it('opens nothing when nothing is wanted', async () => {
        const source = new NumberSource();
        const sink = new NumberSink();
        await connect(source.stream, steps(0), sink.stream);
        expect(source).toMatchObject({ opened: false, closed: 1 });
        expect(sink.events).toEqual(['open', 'commit', 'committed']);
      });

      it('gives all rows of a source that has fewer', async () => {
        const source = new NumberSource({ batches: 3, batchRows: 4 });
        const sink = new NumberSink();
        await connect(source.stream, steps(500), sink.stream);
        expect(sink.numbers).toEqual(numbers(500).filter((n) => n < 12));
        expect(source.settled).toEqual([{ used: 12, complete: true }]);
        expect(sink.last).toBe('committed');
      });

      it('never commits on a bad verdict of the source', async () => {
        for (const batches of [1, 2, 3, Infinity]) {
          const source = new NumberSource({ batches, batchRows: 4, settle: () => turn().then(fails('bad verdict')) });
          const sink = new NumberSink();
          expect(await codeOf(connect(source.stream, steps(4), sink.stream))).toBe('bad verdict');
          expect(sink.events).not.toContain('commit');
          expect([undefined, 'aborted']).toContain(sink.last);
          expect(source.closed).toBe(1);
        }
      });
    });

    it('is the same a thousand times', async () => {
      const outcomes = new Set<string>();
      for (let i = 0; i < 1000; i++) {
        const wait = i % 3 === 0 ? turn : undefined;
        const settle = async () => {
          for (let wait = i % 6; wait > 0; wait--) await turn();
          fails('bad verdict')();
        };
        const source = new NumberSource({ batches: 1 + (i % 4), batchRows: 1 + (i % 5), wait, settle });
        const sink = new NumberSink();
        const steps = i % 2 === 0 ? [limit(1 + (i % 7))] : [addsLater('a'), limit(1 + (i % 7))];
        outcomes.add(await codeOf(connect(source.stream, steps, sink.stream)));
        outcomes.add(sink.events.includes('commit') ? 'committed' : 'not committed');
      }
      expect([...outcomes].sort()).toEqual(['bad verdict', 'not committed']);
    }, 60_000);

    it('does not wait for a read that is pending, nor hear what the closed connection says', async () => {
      const hangs = (signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('socket hang up')));
        });
      const source = new NumberSource({ batchRows: 10, wait: hangs });
      const sink = new NumberSink();
      // The filter hides from the source that ten rows are enough; before it a step long enough for the next read.
      const threeTurns = () => turn().then(turn).then(turn);
      await connect(source.stream, [addsLater('a', threeTurns), new EvenRows(), limit(5)], sink.stream);
      expect(sink.numbers).toEqual(evens(5));
      expect(sink.last).toBe('committed');
      expect(source).toMatchObject({ aborted: true, closed: 1, pulls: 2 });
    });
  });

  describe(`${what}: errors`, () => {
    const inEveryPosition: [string, () => { source?: NumberSource; steps?: NumberStep[]; sink?: NumberSink }][] = [
      ['the source, later', () => ({ source: new NumberSource({ wait: () => turn().then(fails('bad')) }) })],
      ['the verdict', () => ({ source: new NumberSource({ batches: 3, settle: () => turn().then(fails('bad')) }) })],
      ['a step', () => ({ steps: [adds('b', ({ n }) => (n > 250 ? fails('bad')() : n))] })],
      [
        'a later step',
        () => ({ steps: [addsLater('b', (batch) => turn().then(batch > 2 ? fails('bad') : undefined))] }),
      ],
      ['opening the sink', () => ({ sink: new NumberSink({ open: fails('bad') }) })],
      ['writing', () => ({ sink: new NumberSink({ write: fails('bad') }) })],
      [
        'committing',
        () => ({ source: new NumberSource({ batches: 3 }), sink: new NumberSink({ commit: fails('bad') }) }),
      ],
    ];

    it.each(inEveryPosition)('of %s destroys all the others', async (position, parts) => {
      const { source = new NumberSource(), steps = [adds('b')], sink = new NumberSink() } = parts();
      const [first, last] = [new ClosingStep(), new ClosingStep()];
      const all = [first, adds('a'), ...steps, addsLater('z'), last];
      expect(await codeOf(connect(source.stream, all, sink.stream))).toBe('bad');
      expect([source.stream.closed, sink.stream.closed]).toEqual([true, true]);
      expect([source.closed, first.closings, last.closings]).toEqual([1, 1, 1]);
      expect(sink.events).not.toContain('committed');
      expect(sink.events).not.toContain('overlap');
      if (position !== 'opening the sink' && sink.events.includes('open')) expect(sink.last).toBe('aborted');
    });

    it('of an abort leave nothing behind, and name no other cause', async () => {
      const abort = new AbortController();
      const source = new NumberSource({ wait: turn });
      const sink = new NumberSink({ write: () => abort.abort() });
      const work = connect(source.stream, [adds('a'), addsLater('b')], sink.stream, abort.signal);
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
      expect(source).toMatchObject({ aborted: true, closed: 1 });
      expect(sink.events).toEqual(['open', 'write', 'abort', 'aborted']);
    });

    it('of an abort before the start open nothing', async () => {
      const source = new NumberSource();
      const sink = new NumberSink();
      const work = connect(source.stream, [adds('a')], sink.stream, AbortSignal.abort());
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
      expect(source.opened).toBe(false);
      expect(sink.events).toEqual([]);
    });
  });

  describe(`${what}: order and memory`, () => {
    it('keeps the order when later steps take their time', async () => {
      const source = new NumberSource({ batches: 50, batchRows: 10 });
      const sink = new NumberSink();
      const uneven = async (batch: number) => {
        for (let i = 0; i < (batch * 7) % 5; i++) await turn();
      };
      await connect(source.stream, [addsLater('a', uneven), adds('b'), addsLater('c', uneven)], sink.stream);
      expect(sink.rows).toEqual(count(500).map((n) => ({ n, a: n, b: n, c: n })));
    });

    it('asks the source for no more than a few batches ahead of a slow sink, through seven steps', async () => {
      const source = new NumberSource({ batches: 200, batchRows: 1 });
      let ahead = 0;
      const sink = new NumberSink({
        write: async () => {
          for (let i = 0; i < 10; i++) await turn();
          ahead = Math.max(ahead, source.pulls - sink.rows.length);
        },
      });
      const steps = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((as) => adds(as));
      await connect(source.stream, steps, sink.stream);
      expect(sink.numbers).toEqual(count(200));
      // Two in each buffer: the source's, the steps' two each, the sink's. Node's default of 16 would be all of them.
      expect(ahead).toBeLessThanOrEqual(2 * (1 + 2 * steps.length + 1));
    });
  });
}
