/**
 * Verdicts and storyboard as JSON lines, to be carried from one warehouse to another, or past a run of the Python OA, which
 * deletes them: `{"kind":"connection","date":…}` is a row of `dns_threat_investigation`, `{"kind":"story","date":…}` a
 * story with its expanded search.
 */
import { z } from 'zod';
import type { Row } from '../../schemas/columns.js';
import { parseDay, type Day } from '../../schemas/days.js';
import { dnsStoryboard, dnsThreatInvestigation } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import { saidDaysQuery } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { underDayLock } from './day-lock.js';
import { columnNames, dayRows, investigation } from './day-rows.js';
import { changeScores, type ChangeOptions } from './score.js';
import { checked, putStories, storiesOf, type StoryWithSearch } from './storyboard.js';
import { dateOf } from './suspicious.js';
import { storedText, verdictsOf } from './verdicts.js';

const text = z.string().transform(storedText);
const severity = z.int().min(0).max(3);
const count = z.int().min(0);
const dated = { date: z.string() };

const connectionLine = z.strictObject({
  kind: z.literal('connection'),
  ...dated,
  unix_tstamp: z.int().nullable(),
  ip_dst: text.nullable(),
  dns_qry_name: text.nullable(),
  ip_sev: severity,
  dns_sev: severity,
});
const storyLine = z.strictObject({
  kind: z.literal('story'),
  ...dated,
  ip: text.optional(),
  name: text.optional(),
  title: text,
  text,
  search: z.array(z.strictObject({ total: count, dns_qry_name: text, ip_dst: text })),
});
const anyLine = z.discriminatedUnion('kind', [connectionLine, storyLine]);
type Line = z.output<typeof anyLine>;

/** Days of which analysts said anything, in order. @throws {OaError} `TABLE_MISSING` */
export async function saidDays(warehouse: Pick<OpenWarehouse, 'engine'>): Promise<Day[]> {
  for (const table of [dnsThreatInvestigation, dnsStoryboard]) await columnNames(warehouse, table);
  const rows = await dayRows(warehouse, saidDaysQuery(warehouse.engine.dialect));
  return rows.map(dateOf).sort().map(parseDay);
}

/** One line each, with its line end. @param days @default all of which anything was said */
export async function* exportScores(
  warehouse: Pick<OpenWarehouse, 'engine'>,
  days?: readonly Day[],
): AsyncGenerator<string> {
  for (const day of days ?? (await saidDays(warehouse))) {
    for (const row of await investigation(warehouse, day)) {
      const { unix_tstamp, ip_dst, dns_qry_name, ip_sev, dns_sev } = row;
      const connection = { unix_tstamp, ip_dst, dns_qry_name, ip_sev: ip_sev ?? 0, dns_sev: dns_sev ?? 0 };
      yield lineOf({ kind: 'connection', date: day.text, ...connection });
    }
    for (const story of await storiesOf(warehouse, day)) yield lineOf({ kind: 'story', date: day.text, ...story });
  }
}

const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

export interface ImportReport {
  readonly date: string;
  /** Rows of `dns_threat_investigation` that are new or other than before. */
  readonly rows: number;
  readonly verdicts: number;
  readonly stories: number;
}

/**
 * Merges them in, day by day: what is imported of a key wins over what is there, the rest stays. Every line is checked
 * before anything is changed.
 * @throws {OaError} `VALUE_INVALID` with the number of the line, and whatever storage and engine say
 */
export async function importScores(
  warehouse: OpenWarehouse,
  lines: string,
  options: ChangeOptions,
): Promise<ImportReport[]> {
  const days = new Map<string, Line[]>();
  for (const [i, of] of lines.split('\n').entries()) {
    if (of.trim() === '') continue;
    const line = parseLine(of, i + 1);
    const ofDay = days.get(line.date);
    if (ofDay) ofDay.push(line);
    else days.set(line.date, [line]);
  }
  const reports: ImportReport[] = [];
  for (const date of [...days.keys()].sort()) {
    reports.push(await importDay(warehouse, parseDay(date), days.get(date)!, options));
  }
  return reports;
}

function parseLine(of: string, number: number): Line {
  try {
    const line = anyLine.parse(JSON.parse(of));
    parseDay(line.date);
    if (line.kind === 'story') checked(line);
    return line;
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ')
        : (error as Error).message;
    throw new OaError('VALUE_INVALID', `line ${number}: ${reason}`, { cause: error });
  }
}

async function importDay(
  warehouse: OpenWarehouse,
  day: Day,
  lines: readonly Line[],
  options: ChangeOptions,
): Promise<ImportReport> {
  const connections = lines.flatMap((line): Row[] => (line.kind === 'connection' ? [line] : []));
  const given = verdictsOf(connections);
  const verdicts = given.names.size + given.clients.size;
  const { rows } =
    verdicts > 0
      ? await changeScores(warehouse, day, { given, rows: connections, action: 'import' }, options)
      : { rows: 0 };
  // Of several of one threat the last.
  const stories = new Map<string, StoryWithSearch>();
  for (const line of lines)
    if (line.kind === 'story') stories.set(JSON.stringify([line.ip, line.name]), checked(line));
  const all = [...stories.values()];
  if (all.length > 0) {
    await underDayLock(
      warehouse,
      day,
      (check) => putStories(warehouse, day, all, { ...options, action: 'import', check }),
      options,
    );
  }
  return { date: day.text, rows, verdicts, stories: all.length };
}
