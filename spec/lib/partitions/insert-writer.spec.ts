import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { ClusterEngine } from '../../../lib/engine/cluster-engine.js';
import { alignmentOf } from '../../../lib/partitions/align.js';
import { InsertWriter, type InsertLimits } from '../../../lib/partitions/insert-writer.js';
import { columnList } from '../../../schemas/columns.js';
import { dnsIngestSummary } from '../../../schemas/dns.js';
import { ToldClient } from '../../fakes/statement-client.js';

const columns = columnList(dnsIngestSummary.columns);
const row = (total: number, tdate = '2016-07-08 00:00') => ({ tdate, total });

describe('rows as INSERT statements', () => {
  let client: ToldClient;
  const writer = (limits?: InsertLimits) => {
    client = new ToldClient();
    return new InsertWriter({
      engine: new ClusterEngine(client, clusterDialect({ name: 'hive', database: 'spot' })),
      table: dnsIngestSummary,
      partition: { y: 2016, m: 7, d: 8 },
      columns,
      alignmentFor: (names) =>
        alignmentOf(dnsIngestSummary, columns, Object.fromEntries(names.map((name) => [name, undefined]))),
      limits,
    });
  };
  const rowsOf = (sql: string) => sql.split('), (').length;

  it('are one statement where they fit', async () => {
    const one = writer();
    await one.write([row(1), row(2)]);
    expect(client.told).toEqual([]);
    await one.commit();
    expect(client.told).toEqual([
      "INSERT INTO `spot`.`dns_ingest_summary` PARTITION (`y`=2016, `m`=7, `d`=8) VALUES (CAST('2016-07-08 00:00' AS STRING), CAST(1 AS BIGINT)), (CAST('2016-07-08 00:00' AS STRING), CAST(2 AS BIGINT))",
    ]);
  });

  it('are split by values and by bytes, and no row is lost or told twice', async () => {
    const byValues = writer({ values: 7 });
    await byValues.write(Array.from({ length: 10 }, (_, i) => row(i)));
    expect(client.told.map(rowsOf)).toEqual([3, 3, 3]);
    await byValues.commit();
    expect(client.told.map(rowsOf)).toEqual([3, 3, 3, 1]);
    expect(client.told.join().match(/CAST\(\d+ AS/g)).toEqual(Array.from({ length: 10 }, (_, i) => `CAST(${i} AS`));

    const byBytes = writer({ bytes: 300 });
    await byBytes.write(Array.from({ length: 10 }, (_, i) => row(i, 'é'.repeat(20))));
    await byBytes.commit();
    expect(Math.max(...client.told.map((sql) => Buffer.byteLength(sql)))).toBeLessThanOrEqual(300);
    expect(client.told.map(rowsOf).reduce((a, b) => a + b)).toBe(10);
  });

  it('wait for a statement before more rows are taken', async () => {
    let answer = (): void => undefined;
    const slow = writer({ values: 2 });
    client.answer = () => new Promise((resolve) => (answer = () => resolve([])));
    let taken = false;
    const writing = slow.write([row(1), row(2)]).then(() => (taken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.told).toHaveLength(1);
    expect(taken).toBe(false);
    answer();
    await writing;
  });

  it('of a row that no statement can hold, or with a null that cannot be, are an error', async () => {
    await expect(writer({ bytes: 200 }).write([row(1, 'x'.repeat(200))])).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining('bytes') as string,
    });
    await expect(writer().write([{ tdate: null, total: 1 }])).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining('tdate is null') as string,
    });
  });

  it('are nothing where there are none, and after an abort', async () => {
    await writer().commit();
    expect(client.told).toEqual([]);
    const aborted = writer();
    await aborted.write([row(1)]);
    await aborted.abort();
    await aborted.commit();
    expect(client.told).toEqual([]);
  });
});
