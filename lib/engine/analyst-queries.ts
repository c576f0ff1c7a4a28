/**
 * The statements of the analysts' library. A value stands in them as a literal of the dialect, a column under its checked
 * name, the day as its partition; each result is ordered, so that every engine gives the same rows where a limit cuts.
 */
import type { Day } from '../../schemas/days.js';
import type { dnsThreatDendro } from '../../schemas/dns.js';
import { dns, dnsIngestSummary, dnsScores, dnsStoryboard, dnsThreatInvestigation } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import { inPartition, type Dialect } from './dialects.js';

/** What a connection is told by. */
export const CONNECTION = ['unix_tstamp', 'ip_dst', 'dns_qry_name'] as const;

/** A client or a query name, or both: a row has to match both then. */
export interface KeyFilter {
  readonly ip?: string;
  readonly name?: string;
}

/** Names and clients of which a row has to match one. */
export interface Keys {
  readonly names: readonly string[];
  readonly clients: readonly string[];
}

/** More keys than that are not looked for one by one: all rows of the day are read. */
const MOST_KEYS = 1000;

const list = (dialect: Dialect, names: readonly string[], alias = '') =>
  names.map((name) => `${alias}${dialect.column(name)}`).join(', ');

const equals = (dialect: Dialect, column: string, value: string) =>
  `${dialect.column(column)} = ${dialect.literal(value, 'string')}`;

const all = (conditions: readonly (string | false)[]) => conditions.filter((one) => one !== false).join(' AND ');

const keyConditions = (dialect: Dialect, { ip, name }: KeyFilter) => [
  ip !== undefined && equals(dialect, 'ip_dst', ip),
  name !== undefined && equals(dialect, 'dns_qry_name', name),
];

export interface RowsOptions extends KeyFilter {
  /** Columns of the result; the others of the order must be among them. */
  readonly columns: readonly string[];
  /** UTC hour of `dns_edge`. */
  readonly hour?: number;
  readonly order: readonly string[];
}

/** Rows of a table's day. */
export function rowsQuery(
  dialect: Dialect,
  table: TableDefinition,
  day: Day,
  { columns, hour, order, ...keys }: RowsOptions,
): string {
  const where = all([
    inPartition(dialect, table, day),
    ...keyConditions(dialect, keys),
    hour !== undefined && `${dialect.column('hh')} = ${dialect.literal(hour, 'int')}`,
  ]);
  return `SELECT ${list(dialect, columns)} FROM ${dialect.table(table)} WHERE ${where} ORDER BY ${list(dialect, order)}`;
}

/** The condition that a row matches one of the keys; none for more keys than a statement should hold. */
function matching(dialect: Dialect, { names, clients }: Keys): string | false {
  if (names.length + clients.length > MOST_KEYS) return false;
  const among = (column: string, values: readonly string[]) =>
    `${dialect.column(column)} IN (${values.map((value) => dialect.literal(value, 'string')).join(', ')})`;
  const either = [
    names.length > 0 && among('dns_qry_name', names),
    clients.length > 0 && among('ip_dst', clients),
  ].filter((one) => one !== false);
  return either.length > 0 ? `(${either.join(' OR ')})` : '1 = 0';
}

/** Rows of `dns_scores` that match a key, the most suspicious first. Of very many keys all rows: the caller looks. */
export function matchedQuery(
  dialect: Dialect,
  day: Day,
  keys: Keys,
  { columns, score }: { columns: readonly string[]; score: string },
): string {
  const where = all([inPartition(dialect, dnsScores, day), matching(dialect, keys)]);
  return `SELECT ${list(dialect, columns)} FROM ${dialect.table(dnsScores)} WHERE ${where} ORDER BY ${list(dialect, [score, ...CONNECTION])}`;
}

const RAW_KEY = [...CONNECTION, 'dns_qry_class', 'dns_qry_type', 'dns_qry_rcode'];

/** The raw rows of the connections that match a key or were scored before: the key and type, `frame_time`, `frame_len`. */
export function rawOfConnectionsQuery(dialect: Dialect, day: Day, keys: Keys): string {
  const c = (name: string) => dialect.column(name);
  const connections = (table: TableDefinition, more: string | false) =>
    `SELECT ${list(dialect, CONNECTION)} FROM ${dialect.table(table)} WHERE ${all([inPartition(dialect, table, day), more])}`;
  return `WITH wanted AS (
  ${connections(dnsScores, matching(dialect, keys))}
  UNION
  ${connections(dnsThreatInvestigation, false)}
)
SELECT ${RAW_KEY.map((name) => `r.${c(name)} AS ${c(name)}`).join(', ')}, MIN(r.${c('frame_time')}) AS ${c('frame_time')}, MIN(r.${c('frame_len')}) AS ${c('frame_len')}
FROM ${dialect.table(dns)} r
JOIN wanted w ON ${CONNECTION.map((name) => `r.${c(name)} = w.${c(name)}`).join(' AND ')}
WHERE ${inPartition(dialect, dns, day, { alias: 'r' })}
GROUP BY ${list(dialect, RAW_KEY, 'r.')} ORDER BY ${list(dialect, RAW_KEY)}`;
}

/** Who asked for a name, or what a client asked for, in all responses of the day; the most frequent first. */
export function expandedSearchQuery(dialect: Dialect, day: Day, keys: KeyFilter, limit: number): string {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new OaError('VALUE_INVALID', `limit ${limit}: expected a whole number above 0`);
  const columns = ['dns_qry_name', 'ip_dst'];
  const known = columns.map((name) => `${dialect.column(name)} IS NOT NULL`);
  const where = all([inPartition(dialect, dns, day), ...keyConditions(dialect, keys), ...known]);
  return `SELECT ${list(dialect, columns)}, COUNT(*) AS total FROM ${dialect.table(dns)} WHERE ${where}
GROUP BY ${list(dialect, columns)} ORDER BY total DESC, ${list(dialect, columns)} LIMIT ${limit}`;
}

/** The condition that a row lies in the partition of one of the days, both ends included; a term a month. */
export function inDays(dialect: Dialect, from: Day, to: Day): string {
  const months: string[] = [];
  for (
    let [y, m] = [from.y, from.m];
    y < to.y || (y === to.y && m <= to.m);
    [y, m] = m === 12 ? [y + 1, 1] : [y, m + 1]
  ) {
    const parts: [string, number, '=' | '>=' | '<='][] = [
      ['y', y, '='],
      ['m', m, '='],
    ];
    if (y === from.y && m === from.m) parts.push(['d', from.d, '>=']);
    if (y === to.y && m === to.m) parts.push(['d', to.d, '<=']);
    months.push(`(${parts.map(([name, value, is]) => `${dialect.column(name)} ${is} ${value}`).join(' AND ')})`);
  }
  return months.length === 1 ? months[0]! : `(${months.join(' OR ')})`;
}

/** Connections per minute between two days. */
export function summaryBetweenQuery(dialect: Dialect, from: Day, to: Day): string {
  const columns = list(dialect, ['tdate', 'total']);
  return `SELECT ${columns} FROM ${dialect.table(dnsIngestSummary)} WHERE ${inDays(dialect, from, to)} ORDER BY ${dialect.column('tdate')}`;
}

/** Verdicts on names between two days: `y`, `m`, `d`, `dns_qry_name`, `severity` (the most severe of the day). */
export function nameVerdictsQuery(dialect: Dialect, from: Day, to: Day): string {
  const key = list(dialect, ['y', 'm', 'd', 'dns_qry_name']);
  const [name, severity] = [dialect.column('dns_qry_name'), dialect.column('dns_sev')];
  return `SELECT ${key}, MIN(${severity}) AS severity FROM ${dialect.table(dnsThreatInvestigation)}
WHERE ${inDays(dialect, from, to)} AND ${severity} BETWEEN 1 AND 3 AND ${name} IS NOT NULL GROUP BY ${key}`;
}

/** Days of which an analyst said anything: `y`, `m`, `d`. */
export function saidDaysQuery(dialect: Dialect): string {
  const days = (table: TableDefinition) => `SELECT ${list(dialect, ['y', 'm', 'd'])} FROM ${dialect.table(table)}`;
  return [dnsThreatInvestigation, dnsStoryboard].map(days).join('\nUNION\n');
}

/** Every row of an analysts' table of the day, in the order of its columns. */
export function analystRowsQuery(
  dialect: Dialect,
  table: typeof dnsThreatInvestigation | typeof dnsThreatDendro | typeof dnsStoryboard,
  day: Day,
): string {
  const columns = Object.keys(table.columns);
  return rowsQuery(dialect, table, day, { columns, order: columns });
}
