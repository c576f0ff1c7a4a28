/** A day, its text forms and its partition. Days are UTC calendar dates; nothing here reads the clock of the zone. */
import { OaError } from './errors.js';

export interface Day {
  /** `20160708`, as in folder names and on the command line. */
  readonly text: string;
  /** `2016-07-08`, as in `tdate` of the ingest summary. */
  readonly iso: string;
  readonly y: number;
  readonly m: number;
  readonly d: number;
  /** Unix time of the day's first second, UTC. */
  readonly start: number;
}

/**
 * @param text `YYYYMMDD`
 * @throws {OaError} `DATE_INVALID`
 */
export function parseDay(text: string): Day {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (match) {
    const [y, m, d] = [Number(match[1]), Number(match[2]), Number(match[3])] as const;
    const time = Date.UTC(y, m - 1, d);
    const date = new Date(time);
    if (y >= 1970 && date.getUTCMonth() === m - 1 && date.getUTCDate() === d) {
      return { text, iso: `${match[1]}-${match[2]}-${match[3]}`, y, m, d, start: time / 1000 };
    }
  }
  throw new OaError('DATE_INVALID', `date ${JSON.stringify(text)}: expected a day of the calendar as YYYYMMDD`);
}

const dayOf = (time: number): Day => parseDay(new Date(time).toISOString().slice(0, 10).replaceAll('-', ''));

/**
 * The days that `-d` names: one day, `yesterday` (UTC) or `A..B`, both included, in order.
 * @throws {OaError} `DATE_INVALID`
 */
export function parseDays(text: string, now = Date.now()): Day[] {
  const oneDay = 86_400_000;
  if (text === 'yesterday') return [dayOf(now - oneDay)];
  const [from, to, ...rest] = text.split('..');
  if (from === undefined || rest.length > 0)
    throw new OaError('DATE_INVALID', `date ${JSON.stringify(text)}: expected YYYYMMDD, yesterday or A..B`);
  const first = parseDay(from);
  if (to === undefined) return [first];
  const last = parseDay(to);
  if (last.start < first.start) throw new OaError('DATE_INVALID', `dates ${text}: the second lies before the first`);
  const days: Day[] = [];
  for (let time = first.start * 1000; time <= last.start * 1000; time += oneDay) days.push(dayOf(time));
  return days;
}

/** @param count days; 1 is the day before */
export const dayBefore = (day: Day, count: number): Day => dayOf((day.start - count * 86_400) * 1000);
