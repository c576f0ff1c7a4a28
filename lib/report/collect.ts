/** `reportData`: what the report page shows of a day, read from the tables in a fixed number of statements. */
import type { Row } from '../../schemas/columns.js';
import { parseDay, parseDays, type Day } from '../../schemas/days.js';
import { dns, dnsDendro, dnsEdge, dnsIngestSummary, dnsScores } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import { scoreColumn } from '../analyst/scores.js';
import { tableMissing, totalsQuery } from '../engine/dns-queries.js';
import {
  answersQuery,
  askersQuery,
  DETAIL_COLUMNS,
  detailsQuery,
  minutesQuery,
  trafficDaysQuery,
  suspiciousQuery,
} from '../engine/report-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { packageVersion } from '../package-root.js';
import type { ClientAnswers, DetailRow, NameDetails, NameSeen, ReportData, SuspiciousRow } from './report-data.js';

export interface ReportOptions {
  /** Most rows of the page; the least suspicious are left out. @default 10,000 */
  readonly rows?: number;
  /** Days, up to and with the report's, of the raw table in which a name is looked for. @default 30 */
  readonly seenDays?: number;
  /** Milliseconds since 1970. @default the clock's */
  readonly now?: number;
  readonly signal?: AbortSignal;
}

const ROWS = 10_000;
const SEEN_DAYS = 30;
/** So much of a name, or of a client, helps a person; the rest is in the tables. In all: some megabytes of a page. */
const LIMITS = {
  details: { each: 25, most: 40_000 },
  answers: { each: 60, most: 40_000 },
  askers: { each: 40, most: 60_000 },
} as const;

const ROW_COLUMNS = [
  'frame_time',
  'unix_tstamp',
  'frame_len',
  'ip_dst',
  'dns_qry_name',
  'dns_qry_class_name',
  'dns_qry_type_name',
  'dns_qry_rcode_name',
  'tld',
  'query_rep',
  'network_context',
] as const;

/**
 * Suspicious rows with the analysts' severities, who asked for their names and since when, details, answers of the
 * clients, ingest by minute.
 * @param date `YYYYMMDD`
 * @throws {OaError} `DATE_INVALID`; `NO_RESULTS` where the day has no row in `dns_scores`; `TABLE_MISSING`, and what the
 * engine throws
 */
export async function reportData(
  warehouse: OpenWarehouse,
  date: string,
  { rows: limit = ROWS, seenDays = SEEN_DAYS, now = Date.now(), signal }: ReportOptions = {},
): Promise<ReportData> {
  const day = parseDay(date);
  const { engine } = warehouse;
  const { dialect } = engine;
  const read = (sql: string, days: readonly Day[] = [day]) => engine.pages(sql, { days, signal });

  const columns = await engine.describe(dnsScores);
  if (columns === null) throw tableMissing(dnsScores);
  const there = ROW_COLUMNS.filter((name) => columns.some((column) => column.name === name));
  const shown = { score: await scoreColumn(engine), limit };
  const { names: ofNames, clients: ofClients } = await warehouse.scores(day.text);
  const rows: SuspiciousRow[] = [];
  for await (const page of read(suspiciousQuery(dialect, day, shown, there))) {
    for (const row of page) {
      const dns_sev = ofNames.get(row.dns_qry_name as string) ?? 0;
      rows.push(suspiciousRow(row, dns_sev, ofClients.get(row.ip_dst as string) ?? 0));
    }
  }
  if (rows.length === 0)
    throw new OaError('NO_RESULTS', `dns_scores has no row of ${day.text}; run -d ${day.text} first`);

  const days = daysUntil(day, seenDays);
  return {
    date: day.text,
    iso: day.iso,
    engine: engine.name,
    version: packageVersion(),
    made: new Date(now).toISOString(),
    totals: await totalsOf(read(totalsQuery(dialect, [dns, dnsScores, dnsEdge, dnsDendro, dnsIngestSummary], day))),
    seenDays: days.length,
    trafficDays: await trafficDaysOf(read(trafficDaysQuery(dialect, days), days)),
    rows,
    names: await namesSeen(read(askersQuery(dialect, days, shown, LIMITS.askers), days)),
    details: await detailsOf(read(detailsQuery(dialect, day, shown, LIMITS.details))),
    clients: await answersOf(read(answersQuery(dialect, day, shown, LIMITS.answers))),
    minutes: await minutesOf(read(minutesQuery(dialect, day))),
  };
}

type Pages = AsyncIterable<readonly Row[]>;

function daysUntil(day: Day, count: number): [Day, ...Day[]] {
  if (!Number.isSafeInteger(count) || count < 1 || count > 366)
    throw new OaError('VALUE_INVALID', `${count} days to look for names in: expected a whole number from 1 to 366`);
  const first = new Date(Math.max(0, day.start - (count - 1) * 86_400) * 1000).toISOString().slice(0, 10);
  return parseDays(`${first.replaceAll('-', '')}..${day.text}`) as [Day, ...Day[]];
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));

function suspiciousRow(row: Row, dns_sev: number, ip_sev: number): SuspiciousRow {
  return {
    score: number(row.score),
    frame_time: text(row.frame_time),
    unix_tstamp: Number(row.unix_tstamp),
    frame_len: number(row.frame_len),
    ip_dst: text(row.ip_dst) ?? '',
    dns_qry_name: text(row.dns_qry_name) ?? '',
    dns_qry_class_name: text(row.dns_qry_class_name),
    dns_qry_type_name: text(row.dns_qry_type_name),
    dns_qry_rcode_name: text(row.dns_qry_rcode_name),
    tld: text(row.tld),
    query_rep: text(row.query_rep),
    network_context: text(row.network_context),
    dns_sev,
    ip_sev,
  };
}

async function totalsOf(pages: Pages): Promise<Record<string, number>> {
  const totals: Record<string, number> = {};
  for await (const page of pages) for (const { origin, total } of page) totals[origin as string] = Number(total);
  return totals;
}

async function trafficDaysOf(pages: Pages): Promise<number> {
  for await (const [row] of pages) return Number(row?.day_count ?? 0);
  return 0;
}

async function namesSeen(pages: Pages): Promise<NameSeen[]> {
  const found = new Map<string, NameSeen & { askers: [string, number][] }>();
  for await (const page of pages) {
    for (const { dns_qry_name, ip_dst, total, clients, first_day } of page) {
      const name = dns_qry_name as string;
      const seen = found.get(name) ?? { name, clients: Number(clients), firstDay: isoOf(first_day), askers: [] };
      if (Number(total) > 0) seen.askers.push([ip_dst as string, Number(total)]);
      found.set(name, seen);
    }
  }
  return [...found.values()];
}

const isoOf = (day: unknown): string => String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');

async function detailsOf(pages: Pages): Promise<NameDetails[]> {
  const found = new Map<string, NameDetails & { rows: DetailRow[] }>();
  for await (const page of pages) {
    for (const row of page) {
      const [name, hour] = [row.dns_qry_name as string, Number(row.key_hour)];
      const key = `${hour} ${name}`;
      const details = found.get(key) ?? { name, hour, total: Number(row.total), rows: [] };
      const entries = DETAIL_COLUMNS.map((column) => [column, row[column] ?? null]);
      details.rows.push(Object.fromEntries(entries) as DetailRow);
      found.set(key, details);
    }
  }
  return [...found.values()];
}

async function answersOf(pages: Pages): Promise<ClientAnswers[]> {
  const found = new Map<string, ClientAnswers & { answers: [string | null, string | null, number][] }>();
  for await (const page of pages) {
    for (const { ip_dst, dns_qry_name, dns_a, total, answers } of page) {
      const client = ip_dst as string;
      const one = found.get(client) ?? { client, total: Number(answers), answers: [] };
      one.answers.push([text(dns_qry_name), text(dns_a), Number(total)]);
      found.set(client, one);
    }
  }
  return [...found.values()];
}

async function minutesOf(pages: Pages): Promise<[number, number][]> {
  const minutes: [number, number][] = [];
  for await (const page of pages) {
    for (const { tdate, total } of page) {
      const match = / (\d\d):(\d\d)/.exec(String(tdate));
      if (match) minutes.push([Number(match[1]) * 60 + Number(match[2]), Number(total)]);
    }
  }
  return minutes;
}
