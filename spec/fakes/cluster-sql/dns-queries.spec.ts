/** The statements of the DNS OA give on a cluster what they give on the embedded engine. */
import { columnList, KINDS } from '../../../schemas/columns.js';
import { parseDay } from '../../../schemas/days.js';
import { createTable } from '../../../schemas/ddl.js';
import { dns, dnsScores, dnsThreatInvestigation } from '../../../schemas/dns.js';
import type { Row } from '../../../schemas/columns.js';
import type { TableDefinition } from '../../../schemas/tables.js';
import { TIME_OF_DAY_PATTERN } from '../../../streams/calculations/time-of-day.js';
import { HOSTILE_NAMES } from '../../../lib/demo/hostile-names.js';
import { duckdbDialect, type Dialect } from '../../../lib/engine/dialects.js';
import {
  dendroQuery,
  edgeQuery,
  hoursQuery,
  scoresQuery,
  summaryQuery,
  totalsQuery,
} from '../../../lib/engine/dns-queries.js';
import { localStorage } from '../../../lib/storage/local.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouse } from '../../../lib/warehouse.js';
import { FakeClusterSql } from '../cluster-sql.js';
import { rowsOf } from '../rows-of.js';
import { temporaryFolder } from '../temporary-folder.js';
import { DIALECTS } from './cluster.js';

const date = '20160708';
const day = parseDay(date);
const TABLES = [dns, dnsScores, dnsThreatInvestigation];

/** A dialect of a cluster, as short as the statements let it be. */
const text = (value: string) => `'${value.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\000')}'`;
const part = (of: string, group: number) => `regexp_extract(${of}, ${text(TIME_OF_DAY_PATTERN)}, ${group})`;
const number = (of: string, group: number) => `CAST(NULLIF(${part(of, group)}, '') AS INT)`;
const dialectOf = (name: 'impala' | 'hive'): Dialect => ({
  ...duckdbDialect,
  name,
  column: (column) => `\`${column}\``,
  table: (table) => `\`spot\`.\`${table.name}\``,
  type: (kind) => KINDS[kind].sql,
  literal: (value, kind) => (kind === 'string' ? text(value as string) : duckdbDialect.literal(value, kind)),
  minuteOf: (of) =>
    `CASE WHEN ${number(of, 1)} <= 23 AND ${number(of, 2)} <= 59 THEN CONCAT(LPAD(${part(of, 1)}, 2, '0'), ':', ${part(of, 2)}) END`,
});

/** Few values of each, so that the order of all columns decides which rows a limit keeps. */
function rawRows(): Row[] {
  const pick = <T>(values: readonly T[], i: number) => values[i % values.length]!;
  return Array.from({ length: 600 }, (_, i) => ({
    frame_time: pick(
      ['Jul  8 2016 23:00:00 UTC', 'Jul  8 2016 04:29:38.1 UTC', 'Jul  8 2016 4:29:59 UTC', 'no time', null],
      i,
    ),
    unix_tstamp: pick([day.start, day.start + 1, day.start + 3599, day.start + 3600, null], i * 7),
    frame_len: pick([60, 163, null], i),
    ip_dst: pick(['10.0.2.15', '10.0.2.16', '2001:db8::1', null], i * 3),
    ip_src: pick(['10.0.2.2', '10.0.2.3'], i),
    dns_qry_name: pick(HOSTILE_NAMES, i * 5 + (i % 11)),
    dns_qry_class: pick(['0x00000001', '1'], i),
    dns_qry_type: pick([1, 28, null], i * 2),
    dns_qry_rcode: pick([0, 3], i),
    dns_a: pick(['192.0.2.1', '192.0.2.1|192.0.2.2', '', null], i),
  }));
}

describe.each(DIALECTS)('the DNS statements on %s', (name) => {
  const temporary = temporaryFolder();
  const dialect = dialectOf(name);
  let warehouse: EmbeddedWarehouse;
  let sql: FakeClusterSql;

  beforeEach(async () => {
    warehouse = await openEmbeddedWarehouse({ root: temporary.path, tables: TABLES, layout: 'spot-1.0' });
    const raw = rawRows();
    const scores = raw
      .filter((row) => row.frame_time !== null && row.unix_tstamp !== null && row.ip_dst !== null)
      .slice(0, 60)
      .map((row, i) => ({ ...row, score: i / 1000 }));
    await write(dns, raw.slice(0, 400), 3);
    await write(dns, raw.slice(400), 4);
    await write(dnsScores, scores);
    await write(dnsThreatInvestigation, [
      { unix_tstamp: 1, ip_dst: '10.0.2.15', dns_qry_name: "it's.example", ip_sev: 1, dns_sev: 3 },
      { unix_tstamp: 2, ip_dst: '10.0.2.15', dns_qry_name: null, ip_sev: 2, dns_sev: 0 },
    ]);
    sql = new FakeClusterSql({ storage: localStorage(), dialect: name });
    await sql.run('CREATE DATABASE spot');
    for (const table of TABLES) {
      await sql.run(createTable(table, { layout: 'spot-1.0', root: temporary.path, database: 'spot' }));
      const hours = Object.hasOwn(table.partition, 'h') ? [', h=3', ', h=4'] : [''];
      const added = hours.map((hour) => `PARTITION (y=2016, m=7, d=8${hour})`).join(' ');
      await sql.run(`ALTER TABLE ${dialect.table(table)} ADD IF NOT EXISTS ${added}`);
    }
  });
  afterEach(async () => {
    await sql.close();
    await warehouse.close();
  });

  async function write(table: TableDefinition, rows: Row[], hour?: number): Promise<void> {
    const writer = await warehouse.openPartition(table, { date, hour });
    await writer.write(rows.map((row) => ({ ...row })));
    await writer.commit();
  }

  const onCluster = async (statement: string): Promise<Row[]> => {
    const { columns, rows } = (await sql.run(statement))!;
    const plain = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, plain(row[i])])));
  };

  it.each<[string, (of: Dialect) => string]>([
    ['details', (of) => edgeQuery(of, day, 2)],
    ['dendrogram', (of) => dendroQuery(of, day, 3)],
    ['summary', (of) => summaryQuery(of, day)],
    ['hours', (of) => `SELECT * FROM (${hoursQuery(of, day, [dns, dnsScores])}) q ORDER BY origin, hour_start`],
    ['scores', (of) => `SELECT * FROM (${scoresQuery(of, day)}) q ORDER BY scored, scored_key`],
    ['totals', (of) => `SELECT * FROM (${totalsQuery(of, TABLES, day)}) q ORDER BY origin`],
  ])('%s', async (_what, statement) => {
    const here = await rowsOf(warehouse.engine, statement(duckdbDialect), { day });
    expect(here.length).toBeGreaterThan(1);
    const there = await onCluster(statement(dialect));
    const bare = there.map((row) =>
      Object.fromEntries(Object.entries(row).map(([of, v]) => [of.replace('q.', ''), v])),
    );
    expect(bare).toEqual(here);
  });

  it('find the columns that the tables were made with', async () => {
    const described = await sql.run(`DESCRIBE ${dialect.table(dnsScores)}`);
    const columns = columnList({ ...dnsScores.spot10!, ...dnsScores.partition });
    expect(described!.rows.slice(0, columns.length)).toEqual(
      columns.map((column) => [column.name, KINDS[column.kind].sql.toLowerCase(), '']),
    );
  });
});
