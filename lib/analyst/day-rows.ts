/** What of a day's tables analysts' work is made from. */
import type { Row } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { dns, dnsScores, dnsThreatInvestigation } from '../../schemas/dns.js';
import type { TableDefinition } from '../../schemas/tables.js';
import {
  analystRowsQuery,
  CONNECTION,
  matchedQuery,
  rawOfConnectionsQuery,
  type Keys,
} from '../engine/analyst-queries.js';
import { tableMissing } from '../engine/dns-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { FEEDBACK_COLUMNS, feedbackRow, type FeedbackRow } from './feedback.js';
import { scoreColumn } from './scores.js';
import { connectionKey, scoredRows, type Scored, type Verdicts } from './verdicts.js';

type Reader = Pick<OpenWarehouse, 'engine'>;

/** @throws {OaError} `QUERY_FAILED`, `TABLE_MISSING` */
export async function dayRows({ engine }: Reader, sql: string, day?: Day): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of engine.pages(sql, { day })) rows.push(...page);
  return rows;
}

/** @throws {OaError} `TABLE_MISSING` */
export async function columnNames({ engine }: Reader, table: TableDefinition): Promise<string[]> {
  const columns = await engine.describe(table);
  if (columns === null) throw tableMissing(table);
  return columns.map(({ name }) => name);
}

/** Rows of an analysts' table. @throws {OaError} `TABLE_MISSING` */
export async function analystRows(
  warehouse: Reader,
  table: Parameters<typeof analystRowsQuery>[1],
  day: Day,
): Promise<Row[]> {
  await columnNames(warehouse, table);
  return dayRows(warehouse, analystRowsQuery(warehouse.engine.dialect, table, day), day);
}

export const investigation = (warehouse: Reader, day: Day): Promise<Row[]> =>
  analystRows(warehouse, dnsThreatInvestigation, day);

export interface ScoredDay {
  /** Rows of `dns_scores` and of what was scored before, with their severities, the most suspicious first. */
  readonly scored: readonly Scored[];
  readonly feedback: readonly FeedbackRow[];
}

const keysOf = ({ names, clients }: Verdicts): Keys => ({ names: [...names.keys()], clients: [...clients.keys()] });

/** @param before rows of `dns_threat_investigation`, as they are stored */
export async function scoredDay(
  warehouse: Reader,
  day: Day,
  before: readonly Row[],
  verdicts: Verdicts,
): Promise<ScoredDay> {
  const keys = keysOf(verdicts);
  if (keys.names.length + keys.clients.length === 0) return { scored: [], feedback: [] };
  const { engine } = warehouse;
  const score = await scoreColumn(engine);
  const there = new Set(await columnNames(warehouse, dnsScores));
  const columns = FEEDBACK_COLUMNS.map((name) => (name === 'score' ? score : name)).filter((name) => there.has(name));
  const matched = await dayRows(warehouse, matchedQuery(engine.dialect, day, keys, { columns, score }), day);
  const suspicious = matched.map(({ ml_score, ...row }): Row =>
    ml_score === undefined ? row : { ...row, score: ml_score },
  );
  const scored = scoredRows(suspicious, before, verdicts);
  const lacking = scored.some(({ row }) => (row.frame_len ?? null) === null || row.frame_time === undefined);
  const raw = lacking ? await rawRows(warehouse, day, keys) : new Map<string, Row[]>();
  return { scored, feedback: scored.map((one) => feedbackRow(one, rawOf(one.row, raw))) };
}

/** Raw rows by their connection; none where the raw table is missing, or lacks a column. */
async function rawRows(warehouse: Reader, day: Day, keys: Keys): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>();
  const columns = (await warehouse.engine.describe(dns))?.map(({ name }) => name) ?? [];
  const needed = [...CONNECTION, 'dns_qry_class', 'dns_qry_type', 'dns_qry_rcode', 'frame_time', 'frame_len'];
  if (!needed.every((name) => columns.includes(name))) return found;
  for (const row of await dayRows(warehouse, rawOfConnectionsQuery(warehouse.engine.dialect, day, keys), day)) {
    const key = connectionKey(row);
    const same = found.get(key);
    if (same) same.push(row);
    else found.set(key, [row]);
  }
  return found;
}

/** A connection may have several raw rows: the one of the same type and answer, if there is one. */
function rawOf(row: Row, raw: ReadonlyMap<string, Row[]>): Row | undefined {
  const candidates = raw.get(connectionKey(row)) ?? [];
  const same = ({ dns_qry_type, dns_qry_rcode }: Row) =>
    dns_qry_type === row.dns_qry_type && dns_qry_rcode === row.dns_qry_rcode;
  return candidates.find(same) ?? candidates[0];
}
