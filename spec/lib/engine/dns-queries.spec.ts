import fc from 'fast-check';
import { duckdbDialect } from '../../../lib/engine/dialects.js';
import {
  checkReads,
  dendroQuery,
  edgeQuery,
  hoursQuery,
  scoresQuery,
  summaryQuery,
  totalsQuery,
} from '../../../lib/engine/dns-queries.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouse } from '../../../lib/warehouse.js';
import type { Row } from '../../../schemas/columns.js';
import { parseDay } from '../../../schemas/days.js';
import {
  dns,
  dnsDendro,
  dnsEdge,
  dnsIngestSummary,
  dnsScores,
  dnsThreatInvestigation,
  type DnsRow,
} from '../../../schemas/dns.js';
import type { TableDefinition, TableLayout } from '../../../schemas/tables.js';
import { codeOf } from '../../conformance/storage.js';
import { writeParquet } from '../../fakes/parquet-file.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const date = '20160708';
const day = parseDay(date);
const EDGE = [
  'unix_tstamp',
  'frame_len',
  'ip_dst',
  'ip_src',
  'dns_qry_name',
  'dns_qry_class',
  'dns_qry_type',
  'dns_qry_rcode',
  'dns_a',
];
const DENDRO = ['unix_tstamp', 'dns_a', 'dns_qry_name', 'ip_dst'];

const NAMES = ["o'brien.example", 'a\0b', 'other.example'];
// Few times and few names, so that every column has to decide which of the rows come first.
const TIMES = [0, 1, 3599, 3600, 7200].map((seconds) => day.start + seconds);
const orNull = <T>(values: readonly T[]) => fc.constantFrom<T | null>(...values, null);
const rawRow: fc.Arbitrary<DnsRow> = fc.record({
  frame_time: orNull([
    'Jul  8 2016 04:29:38.1 UTC',
    'Jul  8 2016 4:29:59 UTC',
    'Jul  8 2016 23:00:00 UTC',
    'no time',
  ]),
  unix_tstamp: orNull(TIMES),
  frame_len: orNull([60, 163]),
  ip_dst: orNull(['10.0.2.15', '10.0.2.16', '2001:db8::1']),
  ip_src: orNull(['10.0.2.2', '10.0.2.3']),
  dns_qry_name: orNull(NAMES),
  dns_qry_class: orNull(['0x00000001', '1']),
  dns_qry_type: orNull([1, 28]),
  dns_qry_rcode: orNull([0, 3]),
  dns_a: orNull(['192.0.2.1', '192.0.2.1|192.0.2.2', '']),
});
const scored = fc.record({
  unix_tstamp: fc.constantFrom(...TIMES),
  ip_dst: fc.constantFrom('10.0.2.15', '2001:db8::1', '10.9.9.9'),
  dns_qry_name: fc.constantFrom(...NAMES.slice(0, 2), 'unseen.example'),
});

const tables = [dns, dnsScores, dnsEdge, dnsIngestSummary, dnsThreatInvestigation];

/** In order of the column; missing values last; text by its bytes. */
function compareBy(columns: readonly string[]) {
  return (a: Row, b: Row): number => {
    for (const name of columns) {
      const [x, y] = [a[name] ?? null, b[name] ?? null];
      if (x === null || y === null) {
        if (x !== y) return x === null ? 1 : -1;
      } else if (typeof x === 'string') {
        const order = Buffer.compare(Buffer.from(x), Buffer.from(y as string));
        if (order !== 0) return order;
      } else if (x !== y) return (x as number) - (y as number);
    }
    return 0;
  };
}
const pick = (row: Row, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, row[name]]));
const distinct = (values: readonly unknown[]) =>
  [...new Set(values.map((value) => JSON.stringify(value)))].map((text) => JSON.parse(text) as Row);

describe('queries of the DNS pipeline', () => {
  const temporary = temporaryFolder();
  let warehouse: EmbeddedWarehouse;
  const open = async (layout: TableLayout = 'documented') => {
    warehouse = await openEmbeddedWarehouse({ root: temporary.path, layout, tables });
  };
  afterEach(() => warehouse.close());

  async function put(table: TableDefinition, rows: Row[], hour?: number): Promise<void> {
    const writer = await warehouse.openPartition(table, { date, hour, allowEmpty: true });
    await writer.write(rows.map((row) => ({ ...row })));
    await writer.commit();
  }
  const score = (rows: Row[]) =>
    put(
      dnsScores,
      rows.map((row) => ({ frame_time: '04:29', score: 0.1, ...row })),
    );
  const query = (sql: string) => rowsOf(warehouse.engine, sql, { day });

  const data = fc.record({
    raw: fc.array(rawRow, { minLength: 30, maxLength: 60 }),
    scores: fc.array(scored, { minLength: 2, maxLength: 8 }),
    limit: fc.integer({ min: 1, max: 3 }),
    layout: fc.constantFrom<TableLayout>('documented', 'spot-1.0'),
  });

  /** Runs a check over many small warehouses. */
  const forAll = (check: (raw: DnsRow[], scores: Row[], limit: number) => Promise<void>) =>
    fc.assert(
      fc.asyncProperty(data, async ({ raw, scores, limit, layout }) => {
        await open(layout);
        // Spread over two partitions: the queries read the day, whatever file a row lies in.
        await put(dns, raw.slice(0, 20) as Row[], 0);
        await put(dns, raw.slice(20) as Row[], 1);
        await score(scores);
        await check(raw, scores, limit);
        await warehouse.close();
        await warehouse.storage.delete(temporary.path);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  const ENOUGH = 60_000;

  it(
    'edgeQuery gives the first raw rows of each suspicious name in its hour',
    async () => {
      await forAll(async (raw, scores, limit) => {
        const hourOf = (time: number) => time - (time % 3600);
        const keys = distinct(scores.map((row) => [row.dns_qry_name, hourOf(row.unix_tstamp as number)]));
        keys.sort(compareBy(['0', '1']));
        const expected = keys.flatMap((key) => {
          const [name, hour] = key as unknown as [string, number];
          return raw
            .filter(
              (row) => row.dns_qry_name === name && row.unix_tstamp !== null && hourOf(row.unix_tstamp) === hour,
            )
            .sort(compareBy(EDGE))
            .slice(0, limit)
            .map((row) => ({
              ...pick(row, EDGE),
              dns_a: row.dns_a ?? '',
              hh: new Date(row.unix_tstamp! * 1000).getUTCHours(),
            }));
        });
        expect(await query(edgeQuery(duckdbDialect, day, limit))).toEqual(expected);
      });
    },
    ENOUGH,
  );

  it(
    'dendroQuery gives the first distinct answers of each suspicious client',
    async () => {
      await forAll(async (raw, scores, limit) => {
        const clients = distinct(scores.map((row) => [row.ip_dst])).sort(compareBy(['0']));
        const answers = distinct(raw.map((row) => pick({ ...row, dns_a: row.dns_a ?? '' }, DENDRO)));
        const expected = clients.flatMap((client) =>
          answers
            .filter((row) => row.ip_dst === client[0])
            .sort(compareBy(DENDRO))
            .slice(0, limit),
        );
        expect(await query(dendroQuery(duckdbDialect, day, limit))).toEqual(expected);
      });
    },
    ENOUGH,
  );

  it(
    'summaryQuery counts complete rows by minute',
    async () => {
      await forAll(async (raw) => {
        const minutes: Record<string, string> = { '04:29:38.1': '04:29', '4:29:59': '04:29', '23:00:00': '23:00' };
        const counts = new Map<string, number>();
        for (const { dns_a, ip_dst, ...row } of raw) {
          const minute = minutes[row.frame_time?.split(/ +/)[3] ?? ''];
          if (minute === undefined || Object.values(row).includes(null)) continue;
          counts.set(`2016-07-08 ${minute}`, (counts.get(`2016-07-08 ${minute}`) ?? 0) + 1);
          void dns_a;
          void ip_dst;
        }
        const expected = [...counts].map(([tdate, total]) => ({ tdate, total })).sort(compareBy(['tdate']));
        expect(await query(summaryQuery(duckdbDialect, day))).toEqual(expected);
      });
    },
    ENOUGH,
  );

  it('hoursQuery tells the hours in which there are rows', async () => {
    await open();
    const times = [0, 1, 3599, 7200].map((seconds) => ({ unix_tstamp: day.start + seconds }));
    await put(dns, [...times, { unix_tstamp: null }], 5);
    await score([{ unix_tstamp: day.start + 90_000, ip_dst: '10.0.0.1', dns_qry_name: 'a' }]);
    const rows = await query(hoursQuery(duckdbDialect, day));
    expect(rows.sort(compareBy(['origin', 'hour_start']))).toEqual([
      { origin: 'dns', hour_start: day.start, total: 3 },
      { origin: 'dns', hour_start: day.start + 7200, total: 1 },
      { origin: 'dns_scores', hour_start: day.start + 90_000, total: 1 },
    ]);
  });

  it('scoresQuery gives the most severe score of each name and client', async () => {
    await open();
    await put(dnsThreatInvestigation, [
      { unix_tstamp: 1, ip_dst: '10.0.0.1', dns_qry_name: "o'brien", ip_sev: 0, dns_sev: 3 },
      { unix_tstamp: 2, ip_dst: '10.0.0.1', dns_qry_name: "o'brien", ip_sev: 2, dns_sev: 1 },
      { unix_tstamp: 3, ip_dst: '10.0.0.2', dns_qry_name: 'b', ip_sev: 0, dns_sev: null },
      { unix_tstamp: 3, ip_dst: null, dns_qry_name: null, ip_sev: 1, dns_sev: 1 },
    ]);
    const rows = await query(scoresQuery(duckdbDialect, day));
    expect(rows.sort(compareBy(['scored']))).toEqual([
      { scored: 'client', scored_key: '10.0.0.1', severity: 2 },
      { scored: 'name', scored_key: "o'brien", severity: 1 },
    ]);
  });

  it('totalsQuery counts the rows of each table on the day', async () => {
    await open();
    await put(dnsIngestSummary, [{ tdate: '2016-07-08 04:29', total: 3 }]);
    const rows = await query(totalsQuery(duckdbDialect, [dnsEdge, dnsIngestSummary], day));
    expect(rows.sort(compareBy(['origin']))).toEqual([
      { origin: 'dns_edge', total: 0 },
      { origin: 'dns_ingest_summary', total: 1 },
    ]);
  });

  it('all are one statement, whatever the number of suspicious rows', async () => {
    await open();
    for (const sql of [
      edgeQuery(duckdbDialect, day, 250),
      dendroQuery(duckdbDialect, day, 250),
      summaryQuery(duckdbDialect, day),
      hoursQuery(duckdbDialect, day),
      scoresQuery(duckdbDialect, day),
    ]) {
      expect(await query(sql)).toEqual([]);
    }
    expect(warehouse.engine.statements).toBe(5);
  });

  it('give the columns that their tables take', async () => {
    await open();
    const columnsOf = async (sql: string) =>
      (await rowsOf(warehouse.engine, `DESCRIBE ${sql}`)).map(({ column_name }) => column_name);
    const edge = await columnsOf(edgeQuery(duckdbDialect, day, 1));
    expect(edge).toEqual(Object.keys(dnsEdge.columns).slice(0, edge.length));
    expect(await columnsOf(dendroQuery(duckdbDialect, day, 1))).toEqual(Object.keys(dnsDendro.columns));
    expect(await columnsOf(summaryQuery(duckdbDialect, day))).toEqual(Object.keys(dnsIngestSummary.columns));
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuse the limit %p', async (limit) => {
    await open();
    expect(() => edgeQuery(duckdbDialect, day, limit)).toThrow(/limit/);
    expect(() => dendroQuery(duckdbDialect, day, limit)).toThrow(/limit/);
  });

  it('checkReads names the column that a table lacks', async () => {
    const { frame_len, ip_src, ...others } = dns.columns;
    void [frame_len, ip_src];
    await writeParquet(`${temporary.path}/dns/hive/y=2016/m=7/d=8/h=0/a.parquet`, others, [{ unix_tstamp: 1 }]);
    await open();
    await checkReads(warehouse.engine, 'dendro');
    expect(await codeOf(checkReads(warehouse.engine, 'edge'))).toBe('TABLE_MISFIT');
    await expect(checkReads(warehouse.engine, 'summary')).rejects.toThrow(/table dns lacks frame_len, ip_src/);
  });
});
