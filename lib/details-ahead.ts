/** What has to be known of step 12 before any table is touched: can its tables be written, and would filled ones become empty? */
import type { Day } from '../schemas/days.js';
import { dns, dnsDendro, dnsEdge, dnsIngestSummary } from '../schemas/dns.js';
import { OaError } from '../schemas/errors.js';
import type { Batch } from '../streams/contracts.js';
import { RowTransform } from '../streams/rows.js';
import { DETAILS } from './dns-details.js';
import { inPartition, type Dialect } from './engine/dialects.js';
import { checkReads, hoursQuery, totalsQuery } from './engine/dns-queries.js';
import { alignmentOf } from './partitions/align.js';
import type { OpenContext } from './run-oa.js';

/** So many keys of the results, the most suspicious ones, are looked for in the raw rows: one that is found is enough. */
const MOST_KEYS = 100_000;

/** Whether the tables are filled, and then what the raw rows belong to: read up to the first rows that fit. */
export const aheadQueries = (dialect: Dialect, day: Day): { filled: string; raw: string } => {
  const columns = ['unix_tstamp', 'ip_dst', 'dns_qry_name'].map((name) => dialect.column(name));
  const tables = DETAILS.map(({ table }) => table);
  return {
    filled: totalsQuery(dialect, tables, day),
    raw: `SELECT ${columns.join(', ')} FROM ${dialect.table(dns)} WHERE ${inPartition(dialect, dns, day)}`,
  };
};

/**
 * Checks the tables that step 12 reads and writes, and tells the hours of the day that have raw rows.
 * @returns Unix times of the hours' first seconds
 * @throws {OaError} `TABLE_MISSING`, `TABLE_MISFIT`
 */
export async function hoursOfRawRows({ warehouse: { engine }, day }: OpenContext): Promise<Set<number>> {
  for (const { table, query } of DETAILS) {
    await checkReads(engine, query);
    const columns = await engine.describe(table);
    if (columns === null) throw new OaError('TABLE_MISSING', `table ${table.name} does not exist; init makes it`);
    alignmentOf(table, columns, table.columns);
  }
  const hours = new Set<number>();
  for await (const page of engine.pages(hoursQuery(engine.dialect, day, [dns]), { day })) {
    for (const { hour_start } of page) hours.add(hour_start as number);
  }
  return hours;
}

interface Keys {
  readonly unix_tstamp: number;
  readonly ip_dst: string;
  readonly dns_qry_name: string;
}

const hourOf = ({ unix_tstamp }: Keys): number => unix_tstamp - (unix_tstamp % 3600);
const detailKey = (row: Keys): string => `${hourOf(row)} ${row.dns_qry_name}`;

/** Follows the results that pass and, before any of them is committed, judges what the details will be. */
export class DetailsAhead extends RowTransform<Keys> {
  /** UTC hours of the results, by their first seconds. */
  readonly hours = new Set<number>();
  readonly #details = new Set<string>();
  readonly #clients = new Set<string>();
  readonly #context: OpenContext;
  readonly #rawHours: ReadonlySet<number>;
  readonly #ending = new AbortController();
  #judged: Promise<unknown> = Promise.resolve();

  /** @param rawHours hours of the day that have raw rows */
  constructor(context: OpenContext, rawHours: ReadonlySet<number>) {
    super({ unix_tstamp: 'bigint', ip_dst: 'string', dns_qry_name: 'string' });
    this.#context = context;
    this.#rawHours = rawHours;
  }

  override onBatch(batch: Batch<Keys>): Batch {
    for (const row of batch) {
      this.hours.add(hourOf(row));
      if (this.#details.size < MOST_KEYS) this.#details.add(detailKey(row));
      if (this.#clients.size < MOST_KEYS) this.#clients.add(row.ip_dst);
    }
    return batch as unknown as Batch;
  }

  /** @throws {OaError} `WOULD_EMPTY` */
  override async onEnd(): Promise<Batch> {
    this.#judged = this.#judge();
    await this.#judged;
    return [];
  }

  /** When another step fails meanwhile, no query goes on behind the back of the run. */
  override async onClose(): Promise<void> {
    this.#ending.abort();
    await this.#judged.catch(() => undefined);
  }

  async #judge(): Promise<void> {
    const { warehouse, day, options } = this.#context;
    if (options.allowEmpty) return;
    const queries = aheadQueries(warehouse.engine.dialect, day);
    const filled = await this.#filled(queries.filled);
    if (filled.length === 0) return;
    const fed = this.#rawHours.size === 0 ? new Set<string>() : await this.#fed(queries.raw);
    const emptied = filled.filter((name) => !fed.has(name));
    if (emptied.length === 0) return;
    const what = this.#rawHours.size === 0 ? 'no raw rows in dns' : 'no raw rows in dns that belong to the results';
    throw new OaError(
      'WOULD_EMPTY',
      `${day.text} has ${what}, and ${emptied.join(', ')} would become empty; --allow-empty lets that happen`,
    );
  }

  async #filled(sql: string): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const page of this.#pages(sql)) {
        for (const { origin, total } of page) if (total !== 0) names.push(String(origin));
      }
    } catch (error) {
      // A partition that is damaged is what this run replaces; it may have been filled.
      if (!(error instanceof OaError && error.code === 'QUERY_FAILED')) throw error;
      return DETAILS.map(({ table }) => table.name);
    }
    return names;
  }

  #pages(sql: string): AsyncIterable<Batch> {
    const { warehouse, day, signal } = this.#context;
    return warehouse.engine.pages(sql, { day, signal: AbortSignal.any([signal, this.#ending.signal]) });
  }

  /** Names of the tables that will have rows. */
  async #fed(sql: string): Promise<Set<string>> {
    const fed = new Set<string>([dnsIngestSummary.name]);
    for await (const page of this.#pages(sql)) {
      for (const row of page as unknown as Keys[]) {
        if (this.#details.has(detailKey(row))) fed.add(dnsEdge.name);
        if (this.#clients.has(row.ip_dst)) fed.add(dnsDendro.name);
      }
      if (fed.size === DETAILS.length) break;
    }
    return fed;
  }
}

export function warnOfMissingHours(
  { day, warn }: OpenContext,
  raw: ReadonlySet<number>,
  results: ReadonlySet<number>,
): void {
  const inDay = (start: number) => start >= day.start && start < day.start + 86_400;
  if (raw.size === 0) {
    return warn(
      'RAW_ROWS_MISSING',
      `table dns has no rows for ${day.text}: details, dendrogram and summary are empty`,
    );
  }
  const missing = [...results].filter((start) => inDay(start) && !raw.has(start)).sort((a, b) => a - b);
  if (missing.length === 0) return;
  const hours = missing.map((start) => new Date(start * 1000).toISOString().slice(11, 13));
  warn(
    'RAW_HOURS_MISSING',
    `table dns has no rows for hours ${hours.join(', ')} (UTC) of ${day.text}, which have results: their details are empty`,
  );
}
