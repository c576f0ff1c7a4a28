/**
 * The statements of the DNS OA: details, dendrogram, ingest summary, and what the run has to know beforehand. Each is
 * one statement whatever the number of suspicious rows, and its result is ordered, so that a second run writes the same
 * file and every engine keeps the same rows where a limit cuts.
 */
import type { Day } from '../../schemas/days.js';
import { dns, dnsDendro, dnsEdge, dnsScores, dnsThreatInvestigation } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Engine } from '../../streams/contracts.js';
import { inPartition, type Dialect } from './dialects.js';

/** Columns of the details that come from the raw table, in the order of the table. */
const EDGE_COLUMNS = Object.keys(dnsEdge.columns).filter((name) => Object.hasOwn(dns.columns, name));
const DENDRO_COLUMNS = Object.keys(dnsDendro.columns);
/** A response counts in the summary when none of these is missing. */
const SUMMARY_COLUMNS = [
  'unix_tstamp',
  'frame_time',
  'frame_len',
  'dns_qry_name',
  'ip_src',
  'dns_qry_class',
  'dns_qry_type',
  'dns_qry_rcode',
] as const;

/** Columns that each statement reads, by table. */
const READS = {
  edge: [
    [dns, EDGE_COLUMNS],
    [dnsScores, ['dns_qry_name', 'unix_tstamp']],
  ],
  dendro: [
    [dns, DENDRO_COLUMNS],
    [dnsScores, ['ip_dst']],
  ],
  summary: [[dns, SUMMARY_COLUMNS]],
} as const satisfies Record<string, readonly (readonly [TableDefinition, readonly string[]])[]>;

/**
 * Checks that the tables have the columns that a statement reads.
 * @throws {OaError} `TABLE_MISSING`, `TABLE_MISFIT`
 */
export async function checkReads(engine: Engine, query: keyof typeof READS): Promise<void> {
  for (const [table, names] of READS[query]) {
    const columns = await engine.describe(table);
    if (columns === null) throw tableMissing(table);
    const missing = names.filter((name) => !columns.some((column) => column.name === name));
    if (missing.length > 0) {
      throw new OaError(
        'TABLE_MISFIT',
        `table ${table.name} lacks ${missing.join(', ')}, needed for the ${query} query`,
      );
    }
  }
}

export const tableMissing = ({ name }: Pick<TableDefinition, 'name'>): OaError =>
  new OaError('TABLE_MISSING', `table ${name} does not exist; init makes it`);

const hourStart = (column: string) => `${column} - ${column} % 3600`;

/** Nulls last by an explicit term: engines differ in where they put them. */
const ordered = (columns: readonly string[]) => columns.map((c) => `(${c} IS NULL), ${c}`).join(', ');

function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new OaError('VALUE_INVALID', `details limit ${limit}: expected a whole number above 0`);
}

export interface DetailsOptions {
  /** Whether the raw table's partition `h` is the UTC hour of `unix_tstamp`: then only those of suspicious hours are read. */
  readonly hourPartitionIsUtc?: boolean;
}

/**
 * Details: the raw rows of each suspicious query name in its UTC hour, at most `limit` of each. Gives the raw columns
 * of `dns_edge` (`dns_a` never null) and `hh`, the UTC hour of `unix_tstamp`.
 */
export function edgeQuery(
  dialect: Dialect,
  day: Day,
  limit: number,
  { hourPartitionIsUtc = false }: DetailsOptions = {},
): string {
  const c = (name: string) => dialect.column(name);
  const [name, time] = [c('dns_qry_name'), c('unix_tstamp')];
  const others = EDGE_COLUMNS.filter((column) => column !== 'unix_tstamp').map((column) => `r.${c(column)}`);
  const columns = EDGE_COLUMNS.map((column) =>
    column === 'dns_a' ? `COALESCE(${c(column)}, '') AS ${c(column)}` : c(column),
  );
  const utcHour = (of: string) => `CAST(FLOOR((${of} % 86400) / 3600) AS ${dialect.type('int')})`;
  const pruned = hourPartitionIsUtc ? ` AND r.${c('h')} = ${utcHour('s.key_hour')}` : '';
  return `WITH suspicious AS (
  SELECT DISTINCT ${name} AS key_name, ${hourStart(time)} AS key_hour
  FROM ${dialect.table(dnsScores)} WHERE ${inPartition(dialect, dnsScores, day)}
), numbered AS (
  SELECT ${EDGE_COLUMNS.map((column) => `r.${c(column)}`).join(', ')}, s.key_hour, ROW_NUMBER() OVER (
    PARTITION BY s.key_name, s.key_hour ORDER BY r.${time}, ${ordered(others)}) AS rn
  FROM ${dialect.table(dns)} r
  JOIN suspicious s ON r.${name} = s.key_name AND ${hourStart(`r.${time}`)} = s.key_hour${pruned}
  WHERE ${inPartition(dialect, dns, day, { alias: 'r' })}
)
SELECT ${columns.join(', ')}, ${utcHour(time)} AS ${c('hh')}
FROM numbered WHERE rn <= ${checkLimit(limit)}
ORDER BY ${name}, key_hour, rn`;
}

/** Dendrogram: the distinct raw rows of each suspicious client, at most `limit` of each. Columns of `dns_dendro`. */
export function dendroQuery(dialect: Dialect, day: Day, limit: number): string {
  const c = (name: string) => dialect.column(name);
  const client = c('ip_dst');
  const columns = DENDRO_COLUMNS.map(c);
  const values = DENDRO_COLUMNS.map((name) =>
    name === 'dns_a' ? `COALESCE(r.${c(name)}, '') AS ${c(name)}` : `r.${c(name)}`,
  );
  const [first, ...others] = columns as [string, ...string[]];
  return `WITH suspicious AS (
  SELECT DISTINCT ${client} AS key_client
  FROM ${dialect.table(dnsScores)} WHERE ${inPartition(dialect, dnsScores, day)}
), answers AS (
  SELECT DISTINCT ${values.join(', ')}
  FROM ${dialect.table(dns)} r JOIN suspicious s ON r.${client} = s.key_client
  WHERE ${inPartition(dialect, dns, day, { alias: 'r' })}
), numbered AS (
  SELECT ${columns.join(', ')}, ROW_NUMBER() OVER (
    PARTITION BY ${client} ORDER BY (${first} IS NULL), ${first}, ${ordered(others)}) AS rn
  FROM answers
)
SELECT ${columns.join(', ')} FROM numbered WHERE rn <= ${checkLimit(limit)}
ORDER BY ${client}, rn`;
}

/** Ingest summary: complete raw rows of the day by minute of `frame_time`; `tdate` is `YYYY-MM-DD HH:MM`, the run's day. */
export function summaryQuery(dialect: Dialect, day: Day): string {
  const complete = SUMMARY_COLUMNS.map((name) => `${dialect.column(name)} IS NOT NULL`).join(' AND ');
  return `WITH minutes AS (
  SELECT ${dialect.minuteOf(dialect.column('frame_time'))} AS of_day
  FROM ${dialect.table(dns)} WHERE ${inPartition(dialect, dns, day)} AND ${complete}
)
SELECT CONCAT(${dialect.literal(`${day.iso} `, 'string')}, of_day) AS tdate, COUNT(*) AS total
FROM minutes WHERE of_day IS NOT NULL
GROUP BY of_day ORDER BY tdate`;
}

/**
 * Hours (Unix time of their first second, UTC) in which the day's partitions of the tables have rows: columns `origin`
 * (the table's name), `hour_start`, `total`.
 */
export function hoursQuery(
  dialect: Dialect,
  day: Day,
  tables: readonly TableDefinition[] = [dns, dnsScores],
): string {
  const time = dialect.column('unix_tstamp');
  const hoursOf = (
    table: TableDefinition,
  ) => `SELECT ${dialect.literal(table.name, 'string')} AS origin, ${hourStart(time)} AS hour_start, COUNT(*) AS total
FROM ${dialect.table(table)} WHERE ${inPartition(dialect, table, day)} AND ${time} IS NOT NULL GROUP BY ${hourStart(time)}`;
  return tables.map(hoursOf).join('\nUNION ALL\n');
}

/**
 * Severities that analysts gave on the day: columns `scored` (`name` or `client`), `scored_key`, `severity`. Of several
 * scores of one key the most severe, the smallest of 1, 2 and 3, wins.
 */
export function scoresQuery(dialect: Dialect, day: Day): string {
  const scoresOf = (what: string, key: string, severity: string) => {
    const [k, s] = [dialect.column(key), dialect.column(severity)];
    return `SELECT ${dialect.literal(what, 'string')} AS scored, ${k} AS scored_key, MIN(${s}) AS severity
FROM ${dialect.table(dnsThreatInvestigation)} WHERE ${inPartition(dialect, dnsThreatInvestigation, day)} AND ${s} BETWEEN 1 AND 3 AND ${k} IS NOT NULL GROUP BY ${k}`;
  };
  return `${scoresOf('name', 'dns_qry_name', 'dns_sev')}\nUNION ALL\n${scoresOf('client', 'ip_dst', 'ip_sev')}`;
}

/** How many rows the day's (and hour's) partition of each table has: columns `origin` (the table's name), `total`. */
export function totalsQuery(dialect: Dialect, tables: readonly TableDefinition[], day: Day, hour?: number): string {
  return tables
    .map(
      (table) =>
        `SELECT ${dialect.literal(table.name, 'string')} AS origin, COUNT(*) AS total FROM ${dialect.table(table)} WHERE ${inPartition(dialect, table, day, { hour })}`,
    )
    .join('\nUNION ALL\n');
}
