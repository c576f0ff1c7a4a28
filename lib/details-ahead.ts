/** What has to be known of step 12 before anything is read: can its tables be written, and are there raw rows to fill them? */
import { dns } from '../schemas/dns.js';
import { OaError } from '../schemas/errors.js';
import type { Batch } from '../streams/contracts.js';
import { RowTransform } from '../streams/rows.js';
import { DETAILS } from './dns-details.js';
import { checkReads, hoursQuery, tableMissing, totalsQuery } from './engine/dns-queries.js';
import { alignmentOf } from './partitions/align.js';
import type { OpenContext } from './run-oa.js';

/**
 * Checks the tables that step 12 reads and writes, and tells the hours of the day that have raw rows.
 * @returns Unix times of the hours' first seconds
 * @throws {OaError} `TABLE_MISSING`, `TABLE_MISFIT`; `WOULD_EMPTY` when there is none and details were there
 */
export async function hoursOfRawRows({
  warehouse: { engine },
  day,
  options,
  signal,
}: OpenContext): Promise<Set<number>> {
  for (const { table, query } of DETAILS) {
    await checkReads(engine, query);
    const columns = await engine.describe(table);
    if (columns === null) throw tableMissing(table);
    alignmentOf(table, columns, table.columns);
  }
  const hours = new Set<number>();
  for await (const page of engine.pages(hoursQuery(engine.dialect, day, [dns]), { day, signal })) {
    for (const { hour_start } of page) hours.add(hour_start as number);
  }
  if (hours.size > 0 || options.allowEmpty) return hours;
  const filled: string[] = [];
  const tables = DETAILS.map(({ table }) => table);
  for await (const page of engine.pages(totalsQuery(engine.dialect, tables, day), { day, signal })) {
    for (const { origin, total } of page) if (total !== 0) filled.push(String(origin));
  }
  if (filled.length === 0) return hours;
  throw new OaError(
    'WOULD_EMPTY',
    `${day.text} has no raw rows in dns, and ${filled.join(', ')} would become empty; --allow-empty lets that happen`,
  );
}

/** UTC hours of the results that pass, to be compared with those of the raw rows. */
export class HoursSeen extends RowTransform<{ unix_tstamp: number }> {
  readonly hours = new Set<number>();

  constructor() {
    super({ unix_tstamp: 'bigint' });
  }

  override onBatch(batch: Batch<{ unix_tstamp: number }>): Batch {
    for (const { unix_tstamp } of batch) this.hours.add(unix_tstamp - (unix_tstamp % 3600));
    return batch as unknown as Batch;
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
