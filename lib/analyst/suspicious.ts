/** The suspicious rows of a day as an analyst wants them: without what was scored, and with what is known of before. */
import type { Row } from '../../schemas/columns.js';
import { dayBefore, type Day } from '../../schemas/days.js';
import { dnsScores } from '../../schemas/dns.js';
import { CONNECTION, nameVerdictsQuery, rowsQuery, type KeyFilter } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { columnNames, dayRows } from './day-rows.js';
import { scoreColumn } from './scores.js';
import { SEVERITIES, type Verdicts } from './verdicts.js';

export interface SuspiciousOptions extends KeyFilter {
  /** Most rows, those of `seenBefore` not counted. @default 1000 */
  readonly limit?: number;
}

/** A row of `dns_scores`, its score as `score` whatever the table calls it. */
export interface SuspiciousRow extends Row {
  unix_tstamp: number;
  ip_dst: string;
  dns_qry_name: string;
  score: number;
  /** Day (`YYYYMMDD`) on which the name was scored high before; null: on none that is remembered. */
  highBefore: string | null;
}

/** Rows of a name that was scored low on a day before. */
export interface SeenBefore {
  readonly dns_qry_name: string;
  readonly severity: 'low';
  /** `YYYYMMDD` of that verdict. */
  readonly date: string;
  readonly rows: readonly SuspiciousRow[];
}

export interface Suspicious {
  /** The most suspicious first. */
  readonly rows: readonly SuspiciousRow[];
  /** In the order of their most suspicious row. */
  readonly seenBefore: readonly SeenBefore[];
}

/** A name's verdicts of the days before: the last day, and the last on which it was high, `YYYYMMDD`. */
export interface EarlierVerdict {
  readonly severity: number;
  readonly date: string;
  readonly highOn: string | null;
}

/** Of the `lowDays` days before the day. A missing table: none. */
export async function earlierVerdicts(
  warehouse: Pick<OpenWarehouse, 'engine'>,
  day: Day,
  lowDays: number,
): Promise<Map<string, EarlierVerdict>> {
  const earlier = new Map<string, EarlierVerdict>();
  if (lowDays < 1) return earlier;
  const sql = nameVerdictsQuery(warehouse.engine.dialect, dayBefore(day, lowDays), dayBefore(day, 1));
  const dated = (await dayRows(warehouse, sql)).map((row) => ({ row, date: dateOf(row) }));
  for (const { row, date } of dated.sort((a, b) => (a.date < b.date ? -1 : 1))) {
    const [name, severity] = [row.dns_qry_name as string, row.severity as number];
    const highOn = severity === SEVERITIES.high ? date : (earlier.get(name)?.highOn ?? null);
    earlier.set(name, { severity, date, highOn });
  }
  return earlier;
}

/** `YYYYMMDD` of a row's partition. */
export const dateOf = ({ y, m, d }: Row): string =>
  `${String(y).padStart(4, '0')}${String(m).padStart(2, '0')}${String(d).padStart(2, '0')}`;

const isScored = ({ names, clients }: Verdicts, row: Row) =>
  names.has(row.dns_qry_name as string) || clients.has(row.ip_dst as string);

/** @throws {OaError} `TABLE_MISSING`, `QUERY_FAILED` */
export async function suspiciousRows(
  warehouse: OpenWarehouse,
  day: Day,
  { limit = 1000, lowDays, ...filter }: SuspiciousOptions & { readonly lowDays: number },
): Promise<Suspicious> {
  const { engine } = warehouse;
  const score = await scoreColumn(engine);
  const columns = await columnNames(warehouse, dnsScores);
  const scored = await warehouse.scores(day.text);
  const earlier = await earlierVerdicts(warehouse, day, lowDays);
  const sql = rowsQuery(engine.dialect, dnsScores, day, { ...filter, columns, order: [score, ...CONNECTION] });
  const [rows, before]: [SuspiciousRow[], Map<string, SuspiciousRow[]>] = [[], new Map()];
  // To the last row, though the limit may be reached: the group counts all rows of its names.
  for await (const page of engine.pages(sql, { day })) {
    for (const found of page) {
      if (isScored(scored, found)) continue;
      const { ml_score, ...others } = found;
      const name = found.dns_qry_name as string;
      const known = earlier.get(name);
      const row = { ...others, score: found.score ?? ml_score, highBefore: known?.highOn ?? null } as SuspiciousRow;
      if (known?.severity !== SEVERITIES.low) {
        if (rows.length < limit) rows.push(row);
        continue;
      }
      const group = before.get(name);
      if (group) group.push(row);
      else before.set(name, [row]);
    }
  }
  const seenBefore = [...before].map(([name, of]): SeenBefore => ({
    dns_qry_name: name,
    severity: 'low',
    date: earlier.get(name)!.date,
    rows: of,
  }));
  return { rows, seenBefore };
}
