/**
 * `ml_feedback.csv` as spot-ml reads it: one header line, 18 columns between tabs, integers where it makes integers of
 * them. One line that is otherwise makes the whole of its next run fail, so that nothing of a value may break a line.
 * Source: `DNSFeedback.scala` of Apache Spot 1.0.
 */
import type { Row } from '../../schemas/columns.js';

export const FEEDBACK_COLUMNS = [
  'frame_time',
  'frame_len',
  'ip_dst',
  'dns_qry_name',
  'dns_qry_class',
  'dns_qry_type',
  'dns_qry_rcode',
  'score',
  'tld',
  'query_rep',
  'hh',
  'ip_sev',
  'dns_sev',
  'dns_qry_class_name',
  'dns_qry_type_name',
  'dns_qry_rcode_name',
  'network_context',
  'unix_tstamp',
] as const;

/** A value for each column; what is missing is an empty text, or 0. */
export type FeedbackRow = Readonly<Partial<Record<(typeof FEEDBACK_COLUMNS)[number], unknown>>>;

const [INT, LONG] = [2n ** 31n, 2n ** 63n];
/** Where spot-ml makes integers, with the first value beyond what it takes. */
const INTEGERS: Readonly<Record<string, bigint>> = {
  frame_len: INT,
  dns_qry_type: INT,
  dns_qry_rcode: INT,
  ip_sev: INT,
  dns_sev: INT,
  unix_tstamp: LONG,
};

/** As tshark writes them, from which the names of raw rows come: what spot-ml reads is the name that it knows. */
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export const HEADER = FEEDBACK_COLUMNS.join('\t');

/** The whole file. */
export const feedbackText = (rows: readonly FeedbackRow[]): string => `${[HEADER, ...rows.map(line)].join('\n')}\n`;

const line = (row: FeedbackRow): string =>
  FEEDBACK_COLUMNS.map((name) =>
    Object.hasOwn(INTEGERS, name) ? integer(row[name], INTEGERS[name]!) : text(row[name]),
  ).join('\t');

const text = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : String(value as string).replace(/[\t\n\r]/g, (found) => ESCAPES[found]!);

/** What is no integer that spot-ml can hold is 0. */
function integer(value: unknown, limit: bigint): string {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as number | bigint) : 0n;
  return String(whole >= -limit && whole < limit ? whole : 0n);
}

/** How a line of a feedback file is: spot-ml fails at one that is not `readable`. */
export type LineForm = 'readable' | 'commas' | 'unreadable';

/** @param text of a file, whoever wrote it; the header line is not looked at */
export function lineForms(file: string): LineForm[] {
  const lines = file.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines
    .slice(1)
    .filter((one) => one !== lines[0])
    .map(formOf);
}

/** Spot's UI appends its values between commas, none of them in quotes. */
function formOf(of: string): LineForm {
  const cells = of.split('\t');
  if (cells.length === 1 && of.includes(',')) return 'commas';
  const isWhole = (at: number) => /^\s*[+-]?\d+\s*$/.test(cells[at] ?? '');
  if (!isWhole(12)) return 'unreadable';
  return Number(cells[12]) !== 3 || [1, 5, 6, 17].every(isWhole) ? 'readable' : 'unreadable';
}

/** The row of a connection: those of `dns_scores`, and where that has none, of the raw row. */
export function feedbackRow(
  { row, ip_sev, dns_sev }: { row: Row; ip_sev: number; dns_sev: number },
  raw: Row | undefined,
): FeedbackRow {
  const filled: Record<string, unknown> = { ip_sev, dns_sev };
  for (const name of FEEDBACK_COLUMNS) filled[name] ??= row[name] ?? raw?.[name];
  return filled;
}
