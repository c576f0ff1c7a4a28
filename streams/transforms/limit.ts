import { OaError } from '../../schemas/errors.js';
import type { Batch } from '../contracts.js';
import { RowTransform } from '../rows.js';

class Limit extends RowTransform {
  override readonly keepsRows = true;
  override readonly takes: number;
  /** Rows handed on. */
  passed = 0;

  constructor(rows: number) {
    super();
    this.takes = rows;
    this.done = rows === 0;
  }

  override onBatch(batch: Batch<object>): Batch {
    const left = this.takes - this.passed;
    const rows = batch.length <= left ? batch : batch.slice(0, left);
    this.passed += rows.length;
    this.used = this.passed;
    this.done = this.passed === this.takes;
    return rows as Batch;
  }
}

/**
 * Hands on the first rows, then ends: what is upstream is stopped, what is downstream flushes and commits.
 * @param rows 0 or more; `Infinity` for all
 */
export function limit(rows: number): Limit {
  if (rows >= 0 && (Number.isInteger(rows) || rows === Infinity)) return new Limit(rows);
  throw new OaError('USAGE', `limit(${rows}): expected a whole number, 0 or more, or Infinity`);
}
