/** The public interface of spot-dns-oa. Importing it loads no engine: DuckDB comes with the first query. */
export {
  defineColumns,
  type Column,
  type ColumnKind,
  type Columns,
  type Kind,
  type Row,
  type RowOf,
} from '../schemas/columns.js';
export { parseDay, parseDays, type Day } from '../schemas/days.js';
export {
  ANALYST_TABLES,
  DNS_TABLES,
  dnsResults,
  type DnsResult,
  type DnsRow,
  type DnsTableName,
} from '../schemas/dns.js';
export { DNS_FEATURES, type DnsFeature } from '../schemas/dns-features.js';
export { confDifferences, parseDnsConf, type DnsConf } from '../schemas/dns-conf.js';
export { ERRORS, OaError, type ErrorCode } from '../schemas/errors.js';
export {
  DAY_PARTITION,
  defineSource,
  defineTable,
  HOUR_PARTITION,
  type SourceDefinition,
  type TableDefinition,
  type TableLayout,
} from '../schemas/tables.js';

export { batchesToRows, rowsToBatches } from '../streams/adapters.js';
export type * from '../streams/contracts.js';
export { compose, pipe, pipeAll, type PipeCounts, type PipeOptions } from '../streams/pipe.js';
export { BatchEnrichment, Enrichment, RowSink, RowSource, RowTransform, type SinkTarget } from '../streams/rows.js';
export { insertRows } from '../streams/sinks/insert-rows.js';
export { writeDelimited, type WriteDelimitedOptions } from '../streams/sinks/write-delimited.js';
export { writeTable, type WriteTableOptions } from '../streams/sinks/write-table.js';
export { queryRows, type QueryRowsOptions } from '../streams/sources/query-rows.js';
export { ReadResults, readResults, type ReadResultsOptions } from '../streams/sources/read-results.js';
export { copyTo } from '../streams/transforms/copy-to.js';
export { geolocation, LOCATION_COLUMNS, type LocationColumn } from '../streams/transforms/geolocation.js';
export { dnsFeatures, type DnsFeatureOptions } from '../streams/transforms/dns-features.js';
export { hour } from '../streams/transforms/hour.js';
export { codeName, ianaNames, type CodeTable, type IanaTables } from '../streams/transforms/iana-names.js';
export { internal } from '../streams/transforms/internal.js';
export { limit } from '../streams/transforms/limit.js';
export { networkContext } from '../streams/transforms/network-context.js';
export { reputation } from '../streams/transforms/reputation.js';
export { severity } from '../streams/transforms/severity.js';
export { tld, type TldOptions } from '../streams/transforms/tld.js';

export { AnalystDay, openAnalystDay, type AnalystDayOptions, type IngestMinute } from './analyst/analyst-day.js';
export { auditOf, thisActor, type Actor, type AuditAction, type AuditRecord } from './analyst/audit.js';
export { FEEDBACK_COLUMNS, feedbackText, type FeedbackRow } from './analyst/feedback.js';
export { feedbackPath, type FeedbackOptions, type FeedbackReport } from './analyst/feedback-file.js';
export { resetScores, type ResetOptions, type ResetReport } from './analyst/reset.js';
export type { ScoreReport } from './analyst/score.js';
export type { Found, Story, StoryWithSearch } from './analyst/storyboard.js';
export type { SeenBefore, Suspicious, SuspiciousOptions, SuspiciousRow } from './analyst/suspicious.js';
export { exportScores, importScores, type ImportReport } from './analyst/transfer.js';
export { SEVERITIES, type AnalystVerdict, type ScoredConnection, type Severity } from './analyst/verdicts.js';
export { planDnsOa, runDnsOa } from './dns-oa.js';
export {
  loadGeolocation,
  watchGeolocation,
  type Geolocation,
  type GeolocationFiles,
  type WatchedGeolocation,
} from './lookups/geolocation.js';
export { loadIanaTable, type IanaDuplicate } from './lookups/iana-tables.js';
export {
  loadNetworkContext,
  watchNetworkContext,
  type NetworkContextFiles,
  type WatchedContext,
} from './lookups/network-context.js';
export type { WatchOptions } from './lookups/watched-files.js';
export type { OpenEngine, OpenWarehouse } from './oa-warehouse.js';
export { openWarehouse, type OpenWarehouseOptions } from './open-warehouse.js';
export { operationText, type Operation } from './operations.js';
export { loadReputation, type ReputationOptions } from './reputation/load-reputation.js';
export type { OwnServiceFactory, OwnServiceOptions } from './reputation/own-service.js';
export type { ReputationReport } from './reputation/run-reputation.js';
export type { RunningService, ServiceReport } from './reputation/running.js';
export { planOa } from './plan-oa.js';
export { reportData, type ReportOptions } from './report/collect.js';
export { renderReport } from './report/render.js';
export type * from './report/report-data.js';
export {
  runOa,
  type OaContext,
  type OaOptions,
  type OaPipeline,
  type OaStep,
  type OpenContext,
  type Progress,
  type RunReport,
  type Warning,
} from './run-oa.js';
export { checkSettings, loadSettings, type Settings } from './settings.js';
