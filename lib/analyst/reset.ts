/** Takes away what analysts said of a day, and writes down what that was. */
import { ANALYST_TABLES, dnsStoryboard, dnsThreatDendro, dnsThreatInvestigation } from '../../schemas/dns.js';
import { parseDay, type Day } from '../../schemas/days.js';
import type { Row } from '../../schemas/columns.js';
import { analystRowsQuery } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { audited, thisActor, type Actor } from './audit.js';
import { underDayLock, type LockPatience } from './day-lock.js';
import { dayRows } from './day-rows.js';
import { feedbackPath } from './feedback-file.js';
import { storiesFrom } from './storyboard.js';
import { verdictList, verdictsOf } from './verdicts.js';

export interface ResetReport {
  /** Rows of each table that go. */
  readonly tables: Record<string, number>;
  /** Verdicts on clients and names. */
  readonly verdicts: number;
  readonly stories: number;
  /** Path of the feedback file, where there is one. */
  readonly feedback: string | null;
}

export interface ResetOptions extends LockPatience {
  readonly actor?: Actor;
  readonly note?: string;
}

type Said = Readonly<Record<string, readonly Row[]>>;

/** A table that is missing has no rows. */
async function saidOf(warehouse: OpenWarehouse, day: Day): Promise<Said> {
  const { engine } = warehouse;
  const said: Record<string, readonly Row[]> = {};
  for (const table of ANALYST_TABLES) {
    const isThere = (await engine.describe(table)) !== null;
    said[table.name] = isThere ? await dayRows(warehouse, analystRowsQuery(engine.dialect, table, day), day) : [];
  }
  return said;
}

const toldOf = (said: Said) => {
  const verdicts = verdictsOf(said[dnsThreatInvestigation.name]!);
  return {
    verdicts: verdictList(verdicts, verdicts),
    stories: storiesFrom(said[dnsStoryboard.name]!, said[dnsThreatDendro.name]!),
  };
};

const feedbackIn = ({ root }: OpenWarehouse, day: Day) => `${root}/${feedbackPath(day.text)}`;

async function reportOf(warehouse: OpenWarehouse, day: Day, said: Said): Promise<ResetReport> {
  const feedback = feedbackIn(warehouse, day);
  const { verdicts, stories } = toldOf(said);
  return {
    tables: Object.fromEntries(Object.entries(said).map(([name, rows]) => [name, rows.length])),
    verdicts: verdicts.length,
    stories: stories.length,
    feedback: (await warehouse.storage.stat(feedback)) === null ? null : feedback,
  };
}

/** What a reset would remove. */
export const resetPreview = async (warehouse: OpenWarehouse, day: Day): Promise<ResetReport> =>
  reportOf(warehouse, day, await saidOf(warehouse, day));

/** @internal for those who hold the day's lock: a run with `--reset` */
export async function resetLocked(
  warehouse: OpenWarehouse,
  day: Day,
  { actor = thisActor(), note }: Pick<ResetOptions, 'actor' | 'note'> = {},
): Promise<void> {
  const said = await saidOf(warehouse, day);
  const rows = Object.values(said).reduce((sum, of) => sum + of.length, 0);
  const what = { tables: ANALYST_TABLES.map(({ name }) => name), file: feedbackPath(day.text) };
  const action = { action: 'reset', what, before: toldOf(said), after: null, rows, note, actor } as const;
  await audited(warehouse, day, action, async () => {
    for (const table of ANALYST_TABLES) await warehouse.emptyPartition(table, day.text);
    await warehouse.storage.delete(feedbackIn(warehouse, day));
  });
}

/**
 * Removes what analysts said of a day: scores, storyboard, expanded searches and the feedback for spot-ml. The audit stays.
 * @returns what it removed
 * @throws {OaError} `DATE_INVALID`, `LOCKED` and whatever storage and engine say
 */
export function resetScores(
  warehouse: OpenWarehouse,
  date: string,
  { actor, note, ...patience }: ResetOptions = {},
): Promise<ResetReport> {
  const day = parseDay(date);
  const reset = async (check: () => Promise<void>): Promise<ResetReport> => {
    const before = await resetPreview(warehouse, day);
    await check();
    await resetLocked(warehouse, day, { actor, note });
    return before;
  };
  return underDayLock(warehouse, day, reset, patience);
}
