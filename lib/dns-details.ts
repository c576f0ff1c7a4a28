/** Step 12: details, dendrogram and ingest summary, each from one statement inside the engine, whatever the number of rows. */
import type { Columns } from '../schemas/columns.js';
import { dnsDendro, dnsEdge, dnsIngestSummary } from '../schemas/dns.js';
import { pipeAll } from '../streams/pipe.js';
import { writeTable } from '../streams/sinks/write-table.js';
import { queryRows } from '../streams/sources/query-rows.js';
import { ianaNames } from '../streams/transforms/iana-names.js';
import { networkContext } from '../streams/transforms/network-context.js';
import type { DnsLookups } from './dns-lookups.js';
import { dendroQuery, edgeQuery, summaryQuery } from './engine/dns-queries.js';
import type { OpenContext } from './run-oa.js';

/** The three tables of step 12, each from one statement. */
export const DETAILS = [
  { table: dnsEdge, query: 'edge', sql: edgeQuery, enriched: true },
  { table: dnsDendro, query: 'dendro', sql: dendroQuery, enriched: false },
  { table: dnsIngestSummary, query: 'summary', sql: summaryQuery, enriched: false },
] as const;

export async function writeDetails(
  context: OpenContext,
  part: (typeof DETAILS)[number],
  lookups: DnsLookups,
): Promise<void> {
  const { warehouse, day, settings, options, report, signal } = context;
  const sql = part.sql(warehouse.engine.dialect, day, settings.details.limit, settings.details);
  const enrichments = part.enriched ? [ianaNames(lookups.iana), networkContext(lookups.contexts)] : [];
  const added = new Set(enrichments.flatMap(({ adds }) => Object.keys(adds)));
  const columns: Columns = Object.fromEntries(
    Object.entries(part.table.columns).filter(([name]) => !added.has(name)),
  );
  const sink = writeTable(warehouse, part.table, { date: day.text, allowEmpty: options.allowEmpty });
  await pipeAll([queryRows(warehouse, sql, { day, columns }), ...enrichments, sink], { signal });
  report.tables[part.table.name] = sink.rows;
}
