/**
 * Joins batches with streams of single rows. A source of single rows is `RowSource.of(rows)`, which takes any iterable,
 * Node streams included; inside a `stream.pipeline` of other code these two stand between.
 */
import { Transform } from 'node:stream';
import type { Row } from '../schemas/columns.js';
import type { Batch } from './contracts.js';
import { BATCH_ROWS } from './rows.js';

/** Single rows to batches of `size` rows; the last one may be smaller. */
export function rowsToBatches(size = BATCH_ROWS): Transform {
  let batch: Batch = [];
  return new Transform({
    writableObjectMode: true,
    readableObjectMode: true,
    readableHighWaterMark: 2,
    transform(row: Row, _encoding, callback) {
      batch.push(row);
      if (batch.length < size) return callback();
      const full = batch;
      batch = [];
      callback(null, full);
    },
    flush(callback) {
      callback(null, batch.length > 0 ? batch : undefined);
    },
  });
}

/** Batches to single rows; a reader that is slow holds back at most the batch at hand. */
export function batchesToRows(): Transform {
  return new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 2,
    readableObjectMode: true,
    transform(batch: Batch, _encoding, callback) {
      for (const row of batch) this.push(row);
      callback();
    },
  });
}
