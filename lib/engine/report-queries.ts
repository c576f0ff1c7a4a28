/**
 * The statements of the report page. Each is one statement for a whole day and bounded twice: by rows of each key, and by
 * rows in all, the first ones of every key before the second ones of any.
 */
import type { Day } from '../../schemas/days.js';
import { dns, dnsDendro, dnsEdge, dnsIngestSummary, dnsScores } from '../../schemas/dns.js';
import { inPartition, type Dialect } from './dialects.js';

export interface RowLimits {
  /** Of each key. */
  readonly each: number;
  /** In all. */
  readonly most: number;
}

/** The rows of `dns_scores` that the page holds. */
export interface ShownRows {
  /** What the table calls the score. */
  readonly score: string;
  /** Rows. */
  readonly limit: number;
}

const limitOf = (dialect: Dialect, rows: number) => dialect.literal(rows, 'int');

/** Nulls last by an explicit term: engines differ in where they put them. */
const ordered = (columns: readonly string[]) => columns.map((c) => `(${c} IS NULL), ${c}`).join(', ');

/**
 * The day's rows of `dns_scores`, the most suspicious (lowest score) first.
 * @param columns those that are asked for; the score is given as `score`, whatever the table calls it
 */
export function suspiciousQuery(
  dialect: Dialect,
  day: Day,
  { score, limit }: ShownRows,
  columns: readonly string[] = ROW_KEY,
): string {
  const c = (name: string) => dialect.column(name);
  return `SELECT ${c(score)} AS ${c('score')}, ${columns.map(c).join(', ')}
FROM ${dialect.table(dnsScores)} WHERE ${inPartition(dialect, dnsScores, day)}
ORDER BY ${['score', ...ROW_KEY].map(c).join(', ')} LIMIT ${limitOf(dialect, limit)}`;
}

/** What orders rows of the same score. */
const ROW_KEY = ['unix_tstamp', 'ip_dst', 'dns_qry_name'];

/** The names, or clients, of those rows, each once. */
const keysOf = (dialect: Dialect, day: Day, shown: ShownRows, column: string) =>
  `SELECT DISTINCT ${dialect.column(column)} AS key_of FROM (
${suspiciousQuery(dialect, day, shown)}) shown`;

export const DETAIL_COLUMNS = [
  'unix_tstamp',
  'ip_dst',
  'ip_src',
  'dns_qry_type_name',
  'dns_qry_rcode_name',
  'dns_a',
  'frame_len',
] as const;

/**
 * Details: the first rows of `dns_edge` of each name in each of its hours, in order of time within these. Columns
 * `dns_qry_name`, `key_hour` (Unix time of the hour's first second, UTC), `total` (rows that there are of the two) and
 * those of `DETAIL_COLUMNS`.
 */
export function detailsQuery(dialect: Dialect, day: Day, shown: ShownRows, { each, most }: RowLimits): string {
  const c = (name: string) => dialect.column(name);
  const [name, time] = [c('dns_qry_name'), c('unix_tstamp')];
  const columns = DETAIL_COLUMNS.map(c);
  const others = columns.filter((column) => column !== time);
  const key = `PARTITION BY ${name}, key_hour`;
  return `WITH shown_names AS (
${keysOf(dialect, day, shown, 'dns_qry_name')}
), details AS (
  SELECT e.${name}, e.${time} - e.${time} % 3600 AS key_hour, ${columns.map((column) => `e.${column}`).join(', ')}
  FROM ${dialect.table(dnsEdge)} e JOIN shown_names s ON e.${name} = s.key_of
  WHERE ${inPartition(dialect, dnsEdge, day, { alias: 'e' })}
), numbered AS (
  SELECT ${name}, key_hour, ${columns.join(', ')}, COUNT(*) OVER (${key}) AS total,
    ROW_NUMBER() OVER (${key} ORDER BY ${time}, ${ordered(others)}) AS rn
  FROM details
)
SELECT ${name}, key_hour, total, ${columns.join(', ')} FROM numbered WHERE rn <= ${limitOf(dialect, each)}
ORDER BY rn, ${name}, key_hour LIMIT ${limitOf(dialect, most)}`;
}

/**
 * Dendrogram of a client: its names and their answers from `dns_dendro`, the suspicious names first, then by how often
 * they came, each with one answer before any has its second. Columns `ip_dst`, `dns_qry_name`, `dns_a`, `total`, and `answers`, how many such pairs the client has.
 */
export function answersQuery(dialect: Dialect, day: Day, shown: ShownRows, { each, most }: RowLimits): string {
  const c = (name: string) => dialect.column(name);
  const [client, name, answer] = [c('ip_dst'), c('dns_qry_name'), c('dns_a')];
  const pair = [client, name, answer];
  return `WITH shown_names AS (
${keysOf(dialect, day, shown, 'dns_qry_name')}
), shown_clients AS (
${keysOf(dialect, day, shown, 'ip_dst')}
), pairs AS (
  SELECT ${pair.map((column) => `d.${column}`).join(', ')}, COUNT(*) AS total
  FROM ${dialect.table(dnsDendro)} d JOIN shown_clients k ON d.${client} = k.key_of
  WHERE ${inPartition(dialect, dnsDendro, day, { alias: 'd' })}
  GROUP BY ${pair.map((column) => `d.${column}`).join(', ')}
), ranked AS (
  SELECT ${pair.join(', ')}, total, COUNT(*) OVER (PARTITION BY ${client}) AS answers,
    ROW_NUMBER() OVER (PARTITION BY ${client}, ${name} ORDER BY total DESC, ${ordered([answer])}) AS of_name
  FROM pairs
), numbered AS (
  SELECT ${pair.map((column) => `r.${column}`).join(', ')}, r.total, r.answers, ROW_NUMBER() OVER (PARTITION BY r.${client}
    ORDER BY r.of_name, (s.key_of IS NULL), r.total DESC, ${ordered([`r.${name}`])}) AS rn
  FROM ranked r LEFT JOIN shown_names s ON r.${name} = s.key_of
)
SELECT ${pair.join(', ')}, total, answers FROM numbered WHERE rn <= ${limitOf(dialect, each)}
ORDER BY rn, ${client} LIMIT ${limitOf(dialect, most)}`;
}

/**
 * Who asked for each suspicious name of the last of the days, from the raw table, and since when. Columns
 * `dns_qry_name`, `ip_dst`, `total` (the client's responses on that day), `clients` (how many asked on that day),
 * `first_day` (the first of the days on which anybody asked, as the number `YYYYMMDD`). The clients that asked most come
 * first; those that asked on earlier days alone have a `total` of 0. Rows without a client do not count.
 * @param days in order, without a gap
 */
export function askersQuery(
  dialect: Dialect,
  days: readonly [Day, ...Day[]],
  shown: ShownRows,
  { each, most }: RowLimits,
): string {
  const c = (name: string) => dialect.column(name);
  const day = days.at(-1)!;
  const [client, name] = [c('ip_dst'), c('dns_qry_name')];
  return `WITH shown_names AS (
${keysOf(dialect, day, shown, 'dns_qry_name')}
), askers AS (
  SELECT r.${name}, r.${client},
    COUNT(CASE WHEN ${inPartition(dialect, dns, day, { alias: 'r' })} THEN 1 END) AS total,
    MIN(${dayNumber(dialect, 'r')}) AS asked_first
  FROM ${dialect.table(dns)} r JOIN shown_names s ON r.${name} = s.key_of
  WHERE (${inDays(dialect, days, 'r')}) AND r.${client} IS NOT NULL GROUP BY r.${name}, r.${client}
), numbered AS (
  SELECT ${name}, ${client}, total,
    COUNT(CASE WHEN total > 0 THEN 1 END) OVER (PARTITION BY ${name}) AS clients,
    MIN(asked_first) OVER (PARTITION BY ${name}) AS first_day,
    ROW_NUMBER() OVER (PARTITION BY ${name} ORDER BY total DESC, ${client}) AS rn
  FROM askers
)
SELECT ${name}, ${client}, total, clients, first_day FROM numbered WHERE rn <= ${limitOf(dialect, each)}
ORDER BY rn, ${name} LIMIT ${limitOf(dialect, most)}`;
}

/** Of how many of the days the raw table has rows: column `day_count`. */
export function trafficDaysQuery(dialect: Dialect, days: readonly [Day, ...Day[]]): string {
  return `SELECT COUNT(DISTINCT ${dayNumber(dialect, 'r')}) AS day_count FROM ${dialect.table(dns)} r WHERE ${inDays(dialect, days, 'r')}`;
}

/** The day of a raw row's partition as the number `YYYYMMDD`. */
function dayNumber(dialect: Dialect, alias: string): string {
  const part = (name: string) => `CAST(${alias}.${dialect.column(name)} AS ${dialect.type('int')})`;
  return `${part('y')} * 10000 + ${part('m')} * 100 + ${part('d')}`;
}

/** The raw table's partitions of days, month by month: a few terms, by which every engine finds them unread. */
function inDays(dialect: Dialect, days: readonly Day[], alias: string): string {
  const months = new Map<string, Day[]>();
  for (const day of days) {
    const month = day.text.slice(0, 6);
    months.set(month, [...(months.get(month) ?? []), day]);
  }
  const column = (name: string) => `${alias}.${dialect.column(name)}`;
  const value = (of: number) => dialect.literal(of, 'smallint');
  const term = (from: Day, to: Day) =>
    `(${column('y')} = ${value(from.y)} AND ${column('m')} = ${value(from.m)} AND ${column('d')} BETWEEN ${value(from.d)} AND ${value(to.d)})`;
  return [...months.values()].map((of) => term(of[0]!, of.at(-1)!)).join(' OR ');
}

/** Ingest by minute, in order: columns `tdate` (`YYYY-MM-DD HH:MM`), `total`. */
export function minutesQuery(dialect: Dialect, day: Day): string {
  const [tdate, total] = [dialect.column('tdate'), dialect.column('total')];
  return `SELECT ${tdate}, ${total} FROM ${dialect.table(dnsIngestSummary)}
WHERE ${inPartition(dialect, dnsIngestSummary, day)} ORDER BY ${tdate}`;
}
