/** What the analysts' commands have in common: one day of the configured warehouse, and who acts. */
import { text } from 'node:stream/consumers';
import { parseDays } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { AnalystDay } from '../analyst/analyst-day.js';
import { thisActor } from '../analyst/audit.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { openWarehouse } from '../open-warehouse.js';
import type { FullSettings } from '../settings.js';
import { localStorage } from '../storage/local.js';
import { readText } from '../storage/text.js';
import { settingsOf } from './arguments.js';
import type { Console } from './main.js';
import { count, logFetch, printable } from './terminal.js';

type CommonValues = Parameters<typeof settingsOf>[0];

/** The one day of `-d`. @throws {OaError} `USAGE`, `DATE_INVALID` */
export function oneDay(command: string, date: string | undefined): string {
  if (date === undefined) throw new OaError('USAGE', `${command}: expected -d YYYYMMDD`);
  const [day, ...more] = parseDays(date);
  if (day === undefined || more.length > 0) throw new OaError('USAGE', `${command} -d ${date}: expected one day`);
  return day.text;
}

export async function withWarehouse<T>(
  values: CommonValues,
  console: Console,
  work: (warehouse: OpenWarehouse, settings: FullSettings) => Promise<T>,
): Promise<T> {
  const settings = await settingsOf(values);
  const { signal } = console;
  const onWarning = ({ code, message }: { code: string; message: string }) =>
    console.log(`warning: ${code}: ${printable(message)}`);
  const warehouse = await openWarehouse(settings, { onWarning, onFetch: logFetch(console), signal });
  try {
    return await work(warehouse, settings);
  } finally {
    await warehouse.close();
  }
}

export const withDay = <T>(
  values: CommonValues,
  { date, console }: { date: string; console: Console },
  work: (day: AnalystDay) => Promise<T>,
): Promise<T> =>
  withWarehouse(values, console, (warehouse, settings) => {
    const { lowDays } = settings.analyst;
    return work(new AnalystDay(warehouse, date, { lowDays, actor: thisActor(settings), signal: console.signal }));
  });

/** A file of this machine, or standard input for `-`. @throws {OaError} `FILE_NOT_FOUND` */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  const found = await readText(localStorage(), file);
  if (found === null) throw new OaError('FILE_NOT_FOUND', `${file} does not exist`);
  return found;
}

/** So many are named in a line. */
const NAMED = 20;

/** Texts of attackers in a line for a person. */
export function named(texts: readonly string[]): string {
  const some = texts.slice(0, NAMED).map((one) => printable(one) || '""');
  return texts.length > NAMED ? `${some.join(', ')} and ${texts.length - NAMED} more` : some.join(', ');
}

/** @param names scored low */
export const usedText = (names: readonly string[]): string =>
  `names scored low, which spot-ml will use: ${count(names.length)}${names.length > 0 ? ` (${named(names)})` : ''}`;
