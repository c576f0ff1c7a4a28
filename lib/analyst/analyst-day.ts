/**
 * What an analyst does with a day, in a notebook or by a command: looks, searches further, scores, tells the story. Every
 * change is made under the day's lock, after its audit record is written, and makes the feedback for spot-ml anew.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { Row } from '../../schemas/columns.js';
import { parseDay, type Day } from '../../schemas/days.js';
import { dnsDendro, dnsEdge } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import { rowsQuery, summaryBetweenQuery, type KeyFilter } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { openWarehouse } from '../open-warehouse.js';
import { loadSettings } from '../settings.js';
import { auditOf, thisActor, type Actor, type AuditRecord } from './audit.js';
import { columnNames, dayRows, investigation } from './day-rows.js';
import { feedbackLines, rebuildFeedback, type FeedbackOptions, type FeedbackReport } from './feedback-file.js';
import type { LockPatience } from './day-lock.js';
import { settingsPath } from './notebook-settings.js';
import { resetPreview, resetScores, type ResetReport } from './reset.js';
import { score, type ScoreReport } from './score.js';
import { expandedSearch, saveStory, storiesOf, type Found, type Story, type StoryWithSearch } from './storyboard.js';
import { suspiciousRows, type Suspicious, type SuspiciousOptions } from './suspicious.js';
import { SEVERITIES, type AnalystVerdict, type ScoredConnection } from './verdicts.js';

export interface AnalystDayOptions extends LockPatience {
  /** Days before whose verdicts are remembered. @default 30 */
  readonly lowDays?: number;
  /** Who acts, for the audit. @default the user of this machine */
  readonly actor?: Actor;
}

/** Minutes and their connections. */
export interface IngestMinute extends Row {
  /** `YYYY-MM-DD HH:MM` */
  tdate: string;
  total: number;
}

export class AnalystDay {
  readonly warehouse: OpenWarehouse;
  readonly day: Day;
  readonly #lowDays: number;
  readonly #change: LockPatience & { readonly actor: Actor };

  /** @param date `YYYYMMDD` @throws {OaError} `DATE_INVALID` */
  constructor(warehouse: OpenWarehouse, date: string, options: AnalystDayOptions = {}) {
    const { lowDays = 30, actor = thisActor(), ...patience } = options;
    this.warehouse = warehouse;
    this.day = parseDay(date);
    this.#lowDays = lowDays;
    this.#change = { ...patience, actor };
  }

  /** `YYYYMMDD` */
  get date(): string {
    return this.day.text;
  }

  /** The condition of the day's partitions, for SQL of one's own: `y = 2016 AND m = 7 AND d = 8`. */
  get where(): string {
    const { y, m, d } = this.day;
    return `y = ${y} AND m = ${m} AND d = ${d}`;
  }

  /** The first rows of a query; the embedded engine sees the day's partitions only. @param options.limit @default 1000 */
  async rows(sql: string, { limit = 1000 }: { limit?: number } = {}): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.warehouse.engine.pages(sql, { day: this.day })) {
      rows.push(...page.slice(0, limit - rows.length));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  /**
   * Rows of `dns_scores`, the most suspicious (lowest score) first, without those whose name or client was scored on the
   * day. Names scored low in the days before stand in `seenBefore`; those scored high are flagged (`highBefore`).
   */
  suspicious(options: SuspiciousOptions = {}): Promise<Suspicious> {
    return suspiciousRows(this.warehouse, this.day, { ...options, lowDays: this.#lowDays });
  }

  /** Raw rows of a suspicious name (`dns_edge`). @param hour UTC, 0 to 23. @default all */
  async detailsOf(name: string, hour?: number): Promise<Row[]> {
    if (hour !== undefined && !(Number.isInteger(hour) && hour >= 0 && hour <= 23))
      throw new OaError('VALUE_INVALID', `hour ${hour}: expected 0 to 23`);
    return this.#rowsOf(dnsEdge, { name, hour, order: ['unix_tstamp', 'ip_dst'] });
  }

  /** What a suspicious client asked for (`dns_dendro`). */
  clientDetails(ip: string): Promise<Row[]> {
    return this.#rowsOf(dnsDendro, { ip, order: ['dns_qry_name', 'unix_tstamp', 'dns_a'] });
  }

  /** Gives verdicts, any number at once; `none` withdraws. @param options.note for the audit */
  async score(verdicts: readonly AnalystVerdict[], { note }: { note?: string } = {}): Promise<ScoreReport> {
    return score(this.warehouse, this.day, verdicts, { ...this.#change, note });
  }

  /** Rows of `dns_threat_investigation`: the connections that were scored. */
  async scored(): Promise<ScoredConnection[]> {
    return (await investigation(this.warehouse, this.day)) as ScoredConnection[];
  }

  /** Clients and names that were scored high, each in order. */
  async threats(): Promise<{ clients: string[]; names: string[] }> {
    const { clients, names } = await this.warehouse.scores(this.date);
    const high = (of: ReadonlyMap<string, number>) =>
      [...of].flatMap(([key, severity]) => (severity === SEVERITIES.high ? [key] : [])).sort();
    return { clients: high(clients), names: high(names) };
  }

  /** Removes every score, storyboard entry, expanded search and the feedback of the day. */
  async reset({ note }: { note?: string } = {}): Promise<ResetReport> {
    return resetScores(this.warehouse, this.date, { ...this.#change, note });
  }

  /** What `reset` would remove. */
  resetPreview(): Promise<ResetReport> {
    return resetPreview(this.warehouse, this.day);
  }

  /** Who asked for a name, or what a client asked for, in all responses of the day; the most frequent first. */
  async expandedSearch(of: KeyFilter, limit?: number): Promise<Found[]> {
    return expandedSearch(this.warehouse, this.day, of, limit);
  }

  /** Title and text of a threat, with its expanded search; takes the place of an earlier story of it. */
  async saveStory(story: Story, { note }: { note?: string } = {}): Promise<StoryWithSearch> {
    return saveStory(this.warehouse, this.day, story, { ...this.#change, note });
  }

  stories(): Promise<StoryWithSearch[]> {
    return storiesOf(this.warehouse, this.day);
  }

  /** Connections per minute from one day to another, both included. @param from `YYYYMMDD` */
  async ingestSummary(from = this.date, to = from): Promise<IngestMinute[]> {
    const [first, last] = [parseDay(from), parseDay(to)];
    if (last.start < first.start)
      throw new OaError('DATE_INVALID', `dates ${from}..${to}: the second lies before the first`);
    const sql = summaryBetweenQuery(this.warehouse.engine.dialect, first, last);
    return (await dayRows(this.warehouse, sql, from === to ? first : undefined)) as IngestMinute[];
  }

  /** Makes `ml_feedback.csv` anew. */
  async feedback(options: Pick<FeedbackOptions, 'fromDays' | 'rebuild'> = {}): Promise<FeedbackReport> {
    return rebuildFeedback(this.warehouse, this.day, { ...this.#change, ...options });
  }

  /** What `ml_feedback.csv` says, line by line, as spot-ml splits it. */
  feedbackLines(): Promise<Record<string, string>[]> {
    return feedbackLines(this.warehouse, this.day);
  }

  /** Who did what, the earliest first. */
  audit(): Promise<AuditRecord[]> {
    return auditOf(this.warehouse, this.day);
  }

  close(): Promise<void> {
    return this.warehouse.close();
  }

  async #rowsOf(
    table: TableDefinition,
    options: KeyFilter & { hour?: number; order: readonly string[] },
  ): Promise<Row[]> {
    const columns = await columnNames(this.warehouse, table);
    return dayRows(
      this.warehouse,
      rowsQuery(this.warehouse.engine.dialect, table, this.day, { ...options, columns }),
      this.day,
    );
  }
}

/**
 * The day whose folder a notebook lies in, on the settings of the run that made it.
 * @param folder `<home>/ipynb/dns/<date>`, or a folder in it. @default the current folder, where a notebook runs
 * @throws {OaError} `DATE_INVALID` when no folder on the way is named after a day, `SETTINGS_INVALID`
 */
export async function openAnalystDay(folder = '.'): Promise<AnalystDay> {
  const here = dayFolder(resolve(folder));
  const day = parseDay(basename(here));
  const settings = await loadSettings(settingsPath(join(here, '../../..'), day));
  const { lowDays } = settings.analyst;
  return new AnalystDay(await openWarehouse(settings), day.text, { lowDays, actor: thisActor(settings) });
}

/** The nearest that is named like a day; the folder itself where none is, for the error's sake. */
function dayFolder(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (/^\d{8}$/.test(basename(at))) return at;
  return folder;
}
