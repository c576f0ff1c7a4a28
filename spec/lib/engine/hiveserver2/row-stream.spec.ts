import { setImmediate as turn } from 'node:timers/promises';
import { RowStream } from '../../../../lib/engine/hiveserver2/row-stream.js';

const PAGES = 500;

/** Pages of ten rows, each a turn of the event loop away. */
function numbered() {
  const seen = { fetched: 0, ended: false };
  async function* pages() {
    try {
      for (let page = 0; page < PAGES; page++) {
        await turn();
        seen.fetched += 1;
        yield Array.from({ length: 10 }, (_, i) => ({ n: page * 10 + i }));
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, stream: new RowStream(pages) };
}

describe('RowStream', () => {
  it('fetches no page before the rows of the last one are in the stream, however often it is read', async () => {
    const { seen, stream } = numbered();
    stream.read(0);
    for (let i = 0; i < 2 * PAGES; i++) await turn();
    expect(seen.fetched).toBe(100);
    expect(stream.readableLength).toBe(1000);
    const rows: number[] = [];
    for await (const { n } of stream) {
      rows.push(n as number);
      if (rows.length % 100 === 0) await turn();
    }
    expect(rows).toEqual(Array.from({ length: 10 * PAGES }, (_, i) => i));
  });

  it('goes on when it is read to its end in one turn', async () => {
    const { stream } = numbered();
    const rows: number[] = [];
    stream.on('readable', () => {
      for (let row = stream.read() as { n: number } | null; row !== null; row = stream.read()) rows.push(row.n);
    });
    await new Promise((resolve) => stream.once('end', resolve));
    expect(rows).toEqual(Array.from({ length: 10 * PAGES }, (_, i) => i));
  });

  it('ends the query when it is destroyed, and only then is closed', async () => {
    const { seen, stream } = numbered();
    stream.read(0);
    for (let i = 0; i < 10; i++) await turn();
    const closed = new Promise((resolve) => stream.once('close', () => resolve(seen.ended)));
    stream.destroy();
    expect(await closed).toBe(true);
    expect(seen.fetched).toBeLessThan(20);
  });
});
