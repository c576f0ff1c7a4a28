import { OaError } from '../../schemas/errors.js';
import type { Batch } from '../contracts.js';
import { RowTransform } from '../rows.js';

class Limit extends RowTransform {
  /** Rows handed on. */
  passed = 0;
  readonly #rows: number;

  constructor(rows: number) {
    super();
    this.#rows = rows;
    this.done = rows === 0;
  }

  override onBatch(batch: Batch): Batch {
    const left = this.#rows - this.passed;
    const rows = batch.length <= left ? batch : batch.slice(0, left);
    this.passed += rows.length;
    this.surplus = batch.length - rows.length;
    this.done = this.passed === this.#rows;
    return rows;
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
