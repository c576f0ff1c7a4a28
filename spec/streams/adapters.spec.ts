import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { batchesToRows, rowsToBatches } from '../../streams/adapters.js';
import type { Batch } from '../../streams/contracts.js';
import { limit } from '../../streams/transforms/limit.js';
import { adds, NumberSink, NumberSource, turn, type Numbered } from '../fakes/streams.js';

const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));
const collecting = <T>(into: T[], wait = () => Promise.resolve()) =>
  new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (chunk: T, _encoding, callback) => {
      into.push(chunk);
      wait().then(() => callback(), callback);
    },
  });

describe('rowsToBatches', () => {
  it.each([
    [0, []],
    [2, [2]],
    [3, [3]],
    [7, [3, 3, 1]],
  ])('makes of %i rows batches %j', async (count, lengths) => {
    const batches: Batch[] = [];
    await pipeline(Readable.from(rows(count)), rowsToBatches(3), collecting(batches));
    expect(batches.map(({ length }) => length)).toEqual(lengths);
    expect(batches.flat()).toEqual(rows(count));
  });

  it('lets streams of single rows feed steps of batches', async () => {
    const sink = new NumberSink();
    await pipeline(Readable.from(rows(5)), rowsToBatches(2), limit(3), adds('a'), sink.stream);
    expect(sink.rows).toEqual(rows(3).map(({ n }) => ({ n, a: n })));
    expect(sink.last).toBe('committed');
  });
});

describe('batchesToRows', () => {
  it('gives row by row, and joins back', async () => {
    const single = new Transform({
      objectMode: true,
      transform: ({ n }: Numbered, _encoding, callback) => callback(null, { n: -n }),
    });
    const sink = new NumberSink();
    const source = new NumberSource({ batches: 3, batchRows: 4 });
    await pipeline(source.stream, batchesToRows(), single, rowsToBatches(5), sink.stream);
    expect(sink.numbers).toEqual(rows(12).map(({ n }) => -n));
  });

  it('holds the source back while the reader of rows is slow', async () => {
    const source = new NumberSource({ batches: 200, batchRows: 10 });
    const read: Numbered[] = [];
    let ahead = 0;
    const slow = async () => {
      ahead = Math.max(ahead, source.pulls - read.length / 10);
      await turn();
    };
    await pipeline(source.stream, batchesToRows(), collecting(read, slow));
    expect(read).toHaveLength(2000);
    expect(ahead).toBeLessThan(10);
  });
});
