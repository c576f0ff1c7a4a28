import type { Row } from '../../schemas/columns.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSink, RowSource } from '../../streams/rows.js';

/** The rows that come out of steps of which so many rows go in, in batches of two. */
export async function rowsThrough(rows: readonly object[], ...steps: object[]): Promise<Row[]> {
  const out: Row[] = [];
  const sink = new RowSink({}, () =>
    Promise.resolve({
      write: async (batch) => void out.push(...batch),
      commit: async () => {},
      abort: async () => {},
    }),
  );
  const source = RowSource.of(
    rows.map((row) => ({ ...row })),
    { batchRows: 2 },
  );
  await pipeAll([source, ...steps, sink]);
  return out;
}

/** What one step adds to rows. */
export async function fieldsAdded(rows: readonly object[], step: { adds: object }): Promise<Row[]> {
  const through = await rowsThrough(rows, step);
  return through.map((row) => Object.fromEntries(Object.keys(step.adds).map((name) => [name, row[name]])));
}
