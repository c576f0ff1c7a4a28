import { parseDay } from '../../../schemas/days.js';
import type { Row } from '../../../schemas/columns.js';
import type { Engine } from '../../../streams/contracts.js';
import { pipe } from '../../../streams/pipe.js';
import { RowSink } from '../../../streams/rows.js';
import { queryRows } from '../../../streams/sources/query-rows.js';
import { limit } from '../../../streams/transforms/limit.js';

/** An engine of ten lines: endless pages, and a note of what it is asked. */
function endlessEngine() {
  const notes: unknown[] = [];
  const engine: Pick<Engine, 'pages'> = {
    async *pages(sql, { day, signal } = {}) {
      notes.push([sql, day?.text]);
      try {
        for (let i = 0; ; i++) {
          signal?.throwIfAborted();
          notes.push(i);
          yield [{ i: 2 * i }, { i: 2 * i + 1 }];
        }
      } finally {
        notes.push('ended');
      }
    },
  };
  return { notes, warehouse: { engine: engine as Engine } };
}

const collect = (rows: Row[]) =>
  new RowSink({}, () =>
    Promise.resolve({
      write: (batch) => Promise.resolve(void rows.push(...batch)),
      commit: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    }),
  );

describe('queryRows', () => {
  it('gives the pages of the engine, for the day, and ends the query early', async () => {
    const { notes, warehouse } = endlessEngine();
    const rows: Row[] = [];
    const source = queryRows(warehouse, 'SELECT …', { day: parseDay('20160708'), columns: { i: 'int' } });
    expect(notes).toEqual([]);
    await pipe(source, limit(3), collect(rows));
    expect(rows).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
    expect(notes[0]).toEqual(['SELECT …', '20160708']);
    expect(notes.at(-1)).toBe('ended');
    expect(notes.length).toBeLessThan(12);
  });

  it('asks nothing of an engine that nobody reads', async () => {
    const { notes, warehouse } = endlessEngine();
    await pipe(queryRows(warehouse, 'SELECT …'), limit(0), collect([]));
    expect(notes).toEqual([]);
  });

  it('ends with the signal', async () => {
    const { notes, warehouse } = endlessEngine();
    const controller = new AbortController();
    const source = queryRows(warehouse, 'SELECT …', { signal: controller.signal });
    const reading = async () => {
      for await (const batch of source) if (batch) controller.abort();
    };
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' });
    expect(notes.at(-1)).toBe('ended');
  });

  it('fails with the error of the engine', async () => {
    const engine = {
      // eslint-disable-next-line require-yield
      async *pages() {
        await Promise.resolve();
        throw new Error('no such table');
      },
    } as unknown as Engine;
    await expect(pipe(queryRows({ engine }, 'SELECT …'), collect([]))).rejects.toThrow('no such table');
  });
});
