/** The day's `ml_feedback.csv`, made anew from the tables; never a line appended. */
import { posix } from 'node:path';
import { dayBefore, parseDay, type Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { readText, writeText } from '../storage/text.js';
import { underDayLock, type LockPatience } from './day-lock.js';
import { investigation, scoredDay } from './day-rows.js';
import { feedbackText, lineForms, type FeedbackRow } from './feedback.js';
import { SEVERITIES, verdictsOf } from './verdicts.js';

/** Where spot-ml reads the day's feedback, below the warehouse's root. */
export const feedbackPath = (date: string): string =>
  `dns/scored_results/${parseDay(date).text}/feedback/ml_feedback.csv`;

const pathIn = ({ root }: Pick<OpenWarehouse, 'root'>, day: Day) => posix.join(root, feedbackPath(day.text));

/** Whole, in the place of the old one. */
export const writeFeedback = (warehouse: OpenWarehouse, day: Day, rows: readonly FeedbackRow[]): Promise<void> =>
  writeText(warehouse.storage, pathIn(warehouse, day), feedbackText(rows));

/** Lines of the day's file by their form; null when there is no file. */
export async function feedbackForms(
  warehouse: Pick<OpenWarehouse, 'storage' | 'root'>,
  day: Day,
): Promise<{ readable: number; commas: number; unreadable: number } | null> {
  const text = await readText(warehouse.storage, pathIn(warehouse, day));
  if (text === null) return null;
  const counts = { readable: 0, commas: 0, unreadable: 0 };
  for (const form of lineForms(text)) counts[form] += 1;
  return counts;
}

/** Lines of the day's file as spot-ml splits them, the header's names as keys; none when there is no file. */
export async function feedbackLines(
  warehouse: Pick<OpenWarehouse, 'storage' | 'root'>,
  day: Day,
): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = ((await readText(warehouse.storage, pathIn(warehouse, day))) ?? '').split('\n');
  const names = header.split('\t');
  return lines
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [names[i] ?? `column ${i}`, cell])));
}

export interface FeedbackOptions extends LockPatience {
  /** Days before, of which the names scored low come in too. @default 0 */
  readonly fromDays?: number;
  /** Whether a file with lines may become one without. @default false, but with `fromDays` true */
  readonly rebuild?: boolean;
}

export interface FeedbackReport {
  /** Path in the warehouse's storage. */
  readonly path: string;
  /** Lines of the file, its header not counted. */
  readonly lines: number;
  /** Of them, lines from days before. */
  readonly fromBefore: number;
  /** Names of which spot-ml takes the lines: those scored low. */
  readonly forSpotMl: readonly string[];
  /** Lines of the old file that spot-ml could not have read. */
  readonly replaced: number;
}

/** @throws {OaError} `WOULD_EMPTY`, `LOCKED`, `TABLE_MISSING` and whatever storage and engine say */
export function rebuildFeedback(
  warehouse: OpenWarehouse,
  day: Day,
  { fromDays = 0, rebuild = fromDays > 0, ...patience }: FeedbackOptions = {},
): Promise<FeedbackReport> {
  if (!Number.isSafeInteger(fromDays) || fromDays < 0)
    throw new OaError('VALUE_INVALID', `days before: ${fromDays}; expected a whole number, 0 or more`);
  const change = async (check: () => Promise<void>): Promise<FeedbackReport> => {
    const { own, earlier } = await feedbackOf(warehouse, day, fromDays);
    const rows = [...own, ...earlier];
    const old = await feedbackForms(warehouse, day);
    const filled = old !== null && old.readable + old.commas + old.unreadable > 0;
    if (filled && rows.length === 0 && !rebuild) {
      throw new OaError(
        'WOULD_EMPTY',
        `the feedback of ${day.text} has lines, and the tables no verdict; --rebuild (rebuild) replaces them all the same`,
      );
    }
    await check();
    await writeFeedback(warehouse, day, rows);
    return {
      path: pathIn(warehouse, day),
      lines: rows.length,
      fromBefore: earlier.length,
      forSpotMl: lowNames(rows),
      replaced: (old?.commas ?? 0) + (old?.unreadable ?? 0),
    };
  };
  return underDayLock(warehouse, day, change, patience);
}

const isLow = ({ dns_sev }: FeedbackRow) => dns_sev === SEVERITIES.low;

export const lowNames = (rows: readonly FeedbackRow[]): string[] => [
  ...new Set(rows.filter(isLow).map(({ dns_qry_name }) => dns_qry_name as string)),
];

/** The rows of the day, and of each name whose last verdict of the days before is low the rows of that day. */
async function feedbackOf(
  warehouse: OpenWarehouse,
  day: Day,
  fromDays: number,
): Promise<{ own: readonly FeedbackRow[]; earlier: readonly FeedbackRow[] }> {
  const before = await investigation(warehouse, day);
  const verdicts = verdictsOf(before);
  const { feedback: own } = await scoredDay(warehouse, day, before, verdicts);
  const judged = new Set(verdicts.names.keys());
  const earlier: FeedbackRow[] = [];
  for (let back = 1; back <= fromDays; back++) {
    const that = dayBefore(day, back);
    const rows = await investigation(warehouse, that);
    const { names } = verdictsOf(rows);
    const low = new Map([...names].filter(([name, severity]) => severity === SEVERITIES.low && !judged.has(name)));
    for (const name of names.keys()) judged.add(name);
    const { feedback } = await scoredDay(warehouse, that, rows, { names: low, clients: new Map() });
    earlier.push(...feedback.filter(isLow));
  }
  return { own, earlier };
}
