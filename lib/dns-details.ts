/** Step 12: details, dendrogram and ingest summary, each from one statement inside the engine, whatever the number of rows. */
import type { Columns, Row } from '../schemas/columns.js';
import type { Day } from '../schemas/days.js';
import { dnsDendro, dnsEdge, dnsIngestSummary } from '../schemas/dns.js';
import { OaError } from '../schemas/errors.js';
import type { Batch } from '../streams/contracts.js';
import { pipeAll } from '../streams/pipe.js';
import { RowTransform } from '../streams/rows.js';
import { writeTable } from '../streams/sinks/write-table.js';
import { queryRows } from '../streams/sources/query-rows.js';
import { ianaNames } from '../streams/transforms/iana-names.js';
import { networkContext } from '../streams/transforms/network-context.js';
import type { DnsLookups } from './dns-lookups.js';
import { checkReads, dendroQuery, edgeQuery, hoursQuery, summaryQuery, totalsQuery } from './engine/dns-queries.js';
import type { OpenContext } from './run-oa.js';

/** The three tables of step 12, each from one statement. */
export const DETAILS = [
  { table: dnsEdge, query: 'edge', sql: edgeQuery, enriched: true },
  { table: dnsDendro, query: 'dendro', sql: dendroQuery, enriched: false },
  { table: dnsIngestSummary, query: 'summary', sql: summaryQuery, enriched: false },
] as const;

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

/**
 * Before any table is touched: do the tables have what the statements read, and would empty details replace filled ones?
 * @throws {OaError} `TABLE_MISSING`, `TABLE_MISFIT`, `WOULD_EMPTY`
 */
export async function hoursOfRawRows({ warehouse, day, options }: OpenContext): Promise<Set<number>> {
  for (const { query } of DETAILS) await checkReads(warehouse.engine, query);
  const { dialect } = warehouse.engine;
  const hours = new Set<number>();
  for await (const page of warehouse.engine.pages(hoursQuery(dialect, day), { day })) {
    for (const { origin, hour_start } of page) if (origin === 'dns') hours.add(hour_start as number);
  }
  if (hours.size > 0 || options.allowEmpty) return hours;
  const filled = await filledTables(warehouse, dialect, day);
  if (filled.length === 0) return hours;
  throw new OaError(
    'WOULD_EMPTY',
    `${day.text} has no raw rows in dns, and ${filled.join(', ')} would become empty; --allow-empty lets that happen`,
  );
}

async function filledTables(
  { engine }: OpenContext['warehouse'],
  dialect: OpenContext['warehouse']['engine']['dialect'],
  day: Day,
): Promise<string[]> {
  const rows: Row[] = [];
  const tables = DETAILS.map(({ table }) => table);
  for await (const page of engine.pages(totalsQuery(dialect, tables, day), { day })) rows.push(...page);
  return rows.filter(({ total }) => total !== 0).map(({ origin }) => String(origin));
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

export async function writeDetails(
  context: OpenContext,
  part: (typeof DETAILS)[number],
  lookups: DnsLookups,
): Promise<void> {
  const { warehouse, day, settings, options, report, signal } = context;
  const sql = part.sql(warehouse.engine.dialect, day, settings.details.limit);
  const enrichments = part.enriched ? [ianaNames(lookups.iana), networkContext(lookups.contexts)] : [];
  const added = new Set(enrichments.flatMap(({ adds }) => Object.keys(adds)));
  const columns: Columns = Object.fromEntries(
    Object.entries(part.table.columns).filter(([name]) => !added.has(name)),
  );
  // Without raw rows nothing can be lost: whether filled partitions may become empty was decided before the first write.
  const sink = writeTable(warehouse, part.table, { date: day.text, allowEmpty: options.allowEmpty });
  await pipeAll([queryRows(warehouse, sql, { day, columns }), ...enrichments, sink], { signal });
  report.tables[part.table.name] = sink.rows;
}
