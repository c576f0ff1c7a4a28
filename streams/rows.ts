/**
 * Sources, transforms and sinks of row batches. Each is an ordinary Node stream, so `stream.pipeline` works as well as
 * `pipe`; what they add is a type (which columns a step needs and adds), a batch-wise shell around a pure calculation,
 * and an early end: `stop()` travels upstream, everything downstream flushes and commits.
 */
export { BATCH_ROWS } from './batches.js';
export { BatchEnrichment, Enrichment } from './enrichment.js';
export { RowSink, type SinkTarget } from './row-sink.js';
export { batchesOf, RowSource } from './row-source.js';
export { RowTransform } from './row-transform.js';
