import { dnsEdge, dnsIngestSummary } from '../../../schemas/dns.js';
import { defineTable, type TableDefinition } from '../../../schemas/tables.js';
import type { Batch, PartitionOptions, PartitionWriter } from '../../../streams/contracts.js';
import { pipe } from '../../../streams/pipe.js';
import { RowSource } from '../../../streams/rows.js';
import { insertRows } from '../../../streams/sinks/insert-rows.js';
import { writeTable } from '../../../streams/sinks/write-table.js';

/** A warehouse of ten lines that notes what it is asked. */
function notingWarehouse(failing?: keyof PartitionWriter) {
  const notes: unknown[] = [];
  const note = (what: keyof PartitionWriter) => (batch?: Batch) => {
    notes.push(batch ? [what, batch.length] : what);
    return what === failing ? Promise.reject(new Error(`${what} failed`)) : Promise.resolve();
  };
  const openPartition = (table: TableDefinition, options: PartitionOptions): Promise<PartitionWriter> => {
    notes.push(['open', table.name, options]);
    return Promise.resolve({ columns: [], write: note('write'), commit: note('commit'), abort: note('abort') });
  };
  return { notes, openPartition };
}

const columns = { tdate: 'string', total: 'bigint', more: 'int' } as const;
const rows = () =>
  RowSource.of(
    Array.from({ length: 5 }, (_, total) => ({ tdate: 'a', total, more: 1 })),
    { columns, batchRows: 2 },
  );
const date = '20160708';

describe.each([
  ['writeTable', writeTable, 'replace'],
  ['insertRows', insertRows, 'append'],
] as const)('%s', (_name, sink, mode) => {
  it('hands batches to a partition of the table, and commits at the end', async () => {
    const warehouse = notingWarehouse();
    const counts = await pipe(rows(), sink(warehouse, 'dns_ingest_summary', { date }));
    expect(counts).toEqual({ read: 5, written: 5 });
    expect(warehouse.notes).toEqual([
      ['open', 'dns_ingest_summary', { date, mode, rowColumns: columns }],
      ['write', 2],
      ['write', 2],
      ['write', 1],
      'commit',
    ]);
  });

  it('opens a partition for no rows too, for they may replace some', async () => {
    const warehouse = notingWarehouse();
    await pipe(RowSource.of([] as { tdate: string; total: number }[]), sink(warehouse, dnsIngestSummary, { date }));
    expect(warehouse.notes).toEqual([
      ['open', 'dns_ingest_summary', { date, mode, rowColumns: undefined }],
      'commit',
    ]);
  });

  it.each(['write', 'commit'] as const)('aborts when %s fails', async (failing) => {
    const warehouse = notingWarehouse(failing);
    await expect(pipe(rows(), sink(warehouse, 'dns_ingest_summary', { date }))).rejects.toThrow(`${failing} failed`);
    expect(warehouse.notes.at(-1)).toBe('abort');
  });

  it('aborts when the source fails', async () => {
    const warehouse = notingWarehouse();
    async function* failing() {
      yield { tdate: 'a', total: 1 };
      await Promise.resolve();
      throw new Error('source failed');
    }
    const source = RowSource.of<typeof columns, { tdate: string; total: number }>(failing(), { batchRows: 1 });
    await expect(pipe(source, sink(warehouse, 'dns_ingest_summary', { date }))).rejects.toThrow('source failed');
    expect(warehouse.notes.at(-1)).toBe('abort');
    expect(warehouse.notes).not.toContain('commit');
  });

  it('needs the required columns of its table', () => {
    expect(sink(notingWarehouse(), 'dns_ingest_summary', { date }).needs).toEqual({
      tdate: 'string',
      total: 'bigint',
    });
    expect(Object.keys(sink(notingWarehouse(), dnsEdge, { date }).needs)).toEqual([...dnsEdge.required]);
    const mine = defineTable({ name: 'mine', folder: 'mine', columns: { a: 'int', b: 'int' }, required: ['b'] });
    expect(sink(notingWarehouse(), mine, { date }).needs).toEqual({ b: 'int' });
  });

  it('is checked at run time where the compiler could not', async () => {
    const few = RowSource.of([{ tdate: 'a' }], { columns: { tdate: 'string' } });
    // @ts-expect-error the column total is missing
    const piped = pipe(few, sink(notingWarehouse(), 'dns_ingest_summary', { date }));
    await expect(piped).rejects.toMatchObject({ code: 'STEP_ORDER', message: expect.stringContaining('total') });
  });

  it('names the tables when it is asked for another', () => {
    // @ts-expect-error there is no such table
    expect(() => sink(notingWarehouse(), 'dns_score', { date })).toThrow(
      /"dns_score"; expected one of dns, dns_scores,/,
    );
    // @ts-expect-error nor this one
    expect(() => sink(notingWarehouse(), 'constructor', { date })).toThrow(/expected one of/);
  });

  it('hands on the hour', async () => {
    const warehouse = notingWarehouse();
    await pipe(RowSource.of([{ unix_tstamp: 1 }]), sink(warehouse, 'dns', { date, hour: 4 }));
    expect(warehouse.notes[0]).toEqual(['open', 'dns', { date, hour: 4, mode, rowColumns: undefined }]);
  });
});
