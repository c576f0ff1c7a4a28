/** What the report page shows of the sample day, on the embedded engine and on Impala and Hive of the loopback. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenWarehouse } from '../../../lib/oa-warehouse.js';
import { openWarehouse } from '../../../lib/open-warehouse.js';
import { reportData } from '../../../lib/report/collect.js';
import type { ReportData } from '../../../lib/report/report-data.js';
import { webHdfsStorage } from '../../../lib/storage/webhdfs.js';
import type { Row } from '../../../schemas/columns.js';
import { DNS_TABLES, dns } from '../../../schemas/dns.js';
import { pipe } from '../../../streams/pipe.js';
import { RowSource } from '../../../streams/rows.js';
import { insertRows } from '../../../streams/sinks/insert-rows.js';
import { ClusterHome } from '../../conformance/oa-on-cluster.js';
import { codeOf } from '../../conformance/storage.js';
import { DATE, temporaryHomes } from '../../e2e/homes.js';
import { inProcess } from '../../e2e/in-process.js';
import { FakeClusterSql } from '../../fakes/cluster-sql.js';
import { FAST } from '../../fakes/hdfs-fixture.js';
import { startFakeHiveServer2 } from '../../fakes/hiveserver2-server.js';
import { startFakeWebHdfs } from '../../fakes/webhdfs-server.js';
import { rowsOf } from '../../fakes/rows-of.js';

const homes = temporaryHomes();
const now = Date.UTC(2016, 6, 9, 6);
/** Of the 30 days up to the report's the first, one of another month, and one too many. */
const EARLIER = { within: ['20160609', '20160630'], before: '20160608' };

let sample: string;
let warehouse: OpenWarehouse;
let embedded: ReportData;
let raw: Row[];

/** Names of the day were asked for earlier, too: the most suspicious, and two others. */
async function askEarlier(on: OpenWarehouse, names: readonly string[]): Promise<void> {
  const days = [[EARLIER.before, [0, 1]] as const, ['20160630', [0, 2]] as const, ['20160609', [2]] as const];
  for (const [date, which] of days) {
    const rows = which.map((i) => ({ unix_tstamp: 1, ip_dst: '192.0.2.200', dns_qry_name: names[i]! }));
    await pipe(RowSource.of(rows, { columns: dns.columns }), insertRows(on, 'dns', { date, hour: 3 }));
  }
}

async function score(on: OpenWarehouse, names: readonly string[], client: string): Promise<void> {
  const rows = [
    { unix_tstamp: 1, ip_dst: 'x', dns_qry_name: names[0]!, ip_sev: 0, dns_sev: 3 },
    { unix_tstamp: 1, ip_dst: client, dns_qry_name: 'x', ip_sev: 2, dns_sev: 0 },
  ];
  const { columns } = DNS_TABLES.dns_threat_investigation;
  await pipe(RowSource.of(rows, { columns }), insertRows(on, 'dns_threat_investigation', { date: DATE }));
}

const namesOf = (data: Pick<ReportData, 'rows'>) => [...new Set(data.rows.map(({ dns_qry_name }) => dns_qry_name))];

beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
  warehouse = await openWarehouse({ storage: { type: 'local', root: join(sample, 'spot-data') } });
  const before = await reportData(warehouse, DATE);
  await askEarlier(warehouse, namesOf(before));
  await score(warehouse, namesOf(before), before.rows[9]!.ip_dst);
  embedded = await reportData(warehouse, DATE, { now });
  raw = await rowsOf(warehouse.engine, 'SELECT * FROM dns WHERE y = 2016 AND m = 7 AND d = 8');
});
afterAll(() => warehouse.close());

describe('reportData', () => {
  it('gives the rows in order, with what analysts said of names and clients', () => {
    const { rows, ...rest } = embedded;
    expect(rest).toMatchObject({
      ...{ date: DATE, iso: '2016-07-08', engine: 'duckdb', made: '2016-07-09T06:00:00.000Z' },
      ...{ seenDays: 30, trafficDays: 3 },
      totals: { dns: 2000, dns_scores: 500 },
    });
    expect(rows).toHaveLength(500);
    const scores = rows.map((row) => row.score!);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const scored = namesOf(embedded)[0];
    for (const row of rows) {
      expect(row.dns_sev).toBe(row.dns_qry_name === scored ? 3 : 0);
      expect(row.ip_sev).toBe(row.ip_dst === rows[9]!.ip_dst ? 2 : 0);
    }
  });

  it('counts the clients of each name on the day, and finds the first of 30 days', () => {
    expect(embedded.names.map(({ name }) => name).sort()).toEqual(
      namesOf(embedded)
        .filter((name) => raw.some((row) => row.dns_qry_name === name && row.ip_dst !== null))
        .sort(),
    );
    const [both, tooEarly, first] = namesOf(embedded);
    const earlier = new Map([
      [both, '2016-06-30'],
      [first, '2016-06-09'],
    ]);
    for (const { name, clients, firstDay, askers } of embedded.names) {
      const times = new Map<string, number>();
      for (const row of raw.filter(({ dns_qry_name, ip_dst }) => dns_qry_name === name && ip_dst !== null)) {
        const ip = row.ip_dst as string;
        times.set(ip, (times.get(ip) ?? 0) + 1);
      }
      expect({ name, clients, firstDay }).toEqual({
        ...{ name, clients: times.size },
        firstDay: earlier.get(name) ?? '2016-07-08',
      });
      expect(askers).toHaveLength(Math.min(times.size, 40));
      for (const [client, total] of askers) expect(times.get(client)).toBe(total);
      const totals = askers.map(([, total]) => total);
      expect(totals).toEqual([...totals].sort((a, b) => b - a));
    }
    expect(earlier.has(tooEarly!)).toBe(false);
  });

  it('looks at so many days as it is told', async () => {
    const few = await reportData(warehouse, DATE, { seenDays: 9 });
    expect([few.seenDays, few.trafficDays]).toEqual([9, 2]);
    const seen = (name: string) => few.names.find((one) => one.name === name)!.firstDay;
    expect(namesOf(few).slice(0, 3).map(seen)).toEqual(['2016-06-30', '2016-07-08', '2016-06-30']);
    for (const seenDays of [0, 1.5, 367])
      expect(await codeOf(reportData(warehouse, DATE, { seenDays }))).toBe('VALUE_INVALID');
  });

  it('gives the first details of each name and hour, and says how many there are', async () => {
    const edge = await rowsOf(warehouse.engine, 'SELECT * FROM dns_edge WHERE y = 2016 AND m = 7 AND d = 8');
    const hourOf = (time: number) => time - (time % 3600);
    const keys = new Map<string, Row[]>();
    for (const row of edge) {
      const key = `${hourOf(row.unix_tstamp as number)} ${String(row.dns_qry_name)}`;
      keys.set(key, [...(keys.get(key) ?? []), row]);
    }
    expect(embedded.details).toHaveLength(keys.size);
    for (const { name, hour, total, rows } of embedded.details) {
      const all = keys.get(`${hour} ${name}`)!;
      expect([total, rows.length]).toEqual([all.length, Math.min(all.length, 25)]);
      const times = rows.map(({ unix_tstamp }) => unix_tstamp);
      const first = all.map(({ unix_tstamp }) => unix_tstamp as number).sort((a, b) => a - b);
      expect(times).toEqual(first.slice(0, rows.length));
    }
  });

  it('gives answers of each client, every suspicious name once before any name twice', () => {
    const suspicious = new Set(namesOf(embedded));
    expect(embedded.clients.map(({ client }) => client).sort()).toEqual(
      [...new Set(embedded.rows.map(({ ip_dst }) => ip_dst))].sort(),
    );
    for (const { answers, total } of embedded.clients) {
      expect(answers).toHaveLength(Math.min(total, 60));
      const names = answers.map(([name]) => name!);
      const firsts = names.slice(0, new Set(names).size);
      expect(new Set(firsts).size).toBe(firsts.length);
      const ranks = firsts.map((name) => (suspicious.has(name) ? 0 : 1));
      expect(ranks).toEqual([...ranks].sort());
    }
  });

  it('gives the minutes of the day, which hold all complete rows', () => {
    const complete = raw.filter((row) =>
      Object.entries(row).every(([name, value]) => ['dns_a', 'ip_dst'].includes(name) || value !== null),
    );
    expect(embedded.minutes.reduce((sum, [, total]) => sum + total, 0)).toBe(complete.length);
    const minutes = embedded.minutes.map(([minute]) => minute);
    expect(minutes).toEqual([...minutes].sort((a, b) => a - b));
    expect(Math.min(...minutes) >= 0 && Math.max(...minutes) < 1440).toBe(true);
  });

  it('leaves the least suspicious rows out where there are too many, and all that belongs to them', async () => {
    const few = await reportData(warehouse, DATE, { rows: 20 });
    expect(few.rows).toEqual(embedded.rows.slice(0, 20));
    expect(few.totals.dns_scores).toBe(500);
    const names = new Set(namesOf(few));
    for (const { name } of [...few.names, ...few.details]) expect(names.has(name)).toBe(true);
    expect(new Set(few.clients.map(({ client }) => client))).toEqual(new Set(few.rows.map(({ ip_dst }) => ip_dst)));
    expect(few.names).toEqual(embedded.names.filter(({ name }) => names.has(name)));
  });

  it('takes a fixed number of statements, and reads no raw day but those that it looks at', async () => {
    // Neither of the two could be read.
    for (const day of ['m=6/d=1', 'm=7/d=9']) {
      const folder = join(sample, 'spot-data/dns/hive/y=2016', day, 'h=0');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'part-0.parquet'), 'none');
    }
    const before = warehouse.engine.statements;
    await reportData(warehouse, DATE, { rows: 5 });
    const taken = warehouse.engine.statements - before;
    await reportData(warehouse, DATE);
    expect(warehouse.engine.statements - before).toBe(2 * taken);
    for (const day of ['m=6/d=1', 'm=7/d=9'])
      await rm(join(sample, 'spot-data/dns/hive/y=2016', day), { recursive: true });
  });

  it('says so where the day has no rows', async () => {
    expect(await codeOf(reportData(warehouse, '20160709'))).toBe('NO_RESULTS');
    expect(await codeOf(reportData(warehouse, '20160732'))).toBe('DATE_INVALID');
  });

  it.each([
    ['impala', 'spot-1.0'],
    ['hive', 'documented'],
  ] as const)('gives on %s, with %s tables, what it gives on the embedded engine', async (dialect, layout) => {
    const hdfs = await startFakeWebHdfs({ nameNodes: 1 });
    const options = { nameNodes: hdfs.nameNodes, user: 'spot', retry: FAST };
    const cluster = new FakeClusterSql({ storage: webHdfsStorage(options), dialect });
    const server = await startFakeHiveServer2({ run: cluster.run, dialect });
    try {
      const engine = { type: dialect, host: `127.0.0.1:${server.port}`, auth: 'nosasl' };
      const at = { hdfs: options, engine, root: '/user/spot', database: 'spot' };
      const on = await new ClusterHome(at, sample, await homes.empty()).prepare();
      await on.init('--tables', layout);
      await on.run();
      await on.withWarehouse(async (there) => {
        await score(there, namesOf(embedded), embedded.rows[9]!.ip_dst);
        const { rows, ...rest } = await reportData(there, DATE, { now });
        expect(rest).toEqual({ ...withoutRows(embedded), engine: dialect });
        const expected = layout === 'spot-1.0' ? embedded.rows.map(asSpot10) : embedded.rows;
        const given =
          layout === 'spot-1.0'
            ? rows.map(({ frame_len, ...row }) => ({ ...row, frame_len: typeof frame_len }))
            : rows;
        expect(given).toEqual(expected);
      });
    } finally {
      await server.close();
      await cluster.close();
      await hdfs.close();
    }
  });
});

const withoutRows = ({ rows: _, ...rest }: ReportData) => rest;
/** Spot 1.0 has the length in its table, and the score as FLOAT. */
const asSpot10 = (row: ReportData['rows'][number]) => ({
  ...row,
  score: Math.fround(row.score!),
  frame_len: 'number',
});
