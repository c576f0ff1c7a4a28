import type { Columns, RowOf } from '../schemas/columns.js';
import { OaError } from '../schemas/errors.js';
import type { Batch } from './contracts.js';
import { RowTransform } from './row-transform.js';

/** A step that adds columns to each row by a pure function of the row, and changes none. */
export class Enrichment<N extends Columns, A extends Columns> extends RowTransform<RowOf<N>, RowOf<A>> {
  override readonly keepsRows = true;
  readonly #fieldsFor: (row: RowOf<N>) => RowOf<A>;

  constructor(needs: N, adds: A, fieldsFor: (row: RowOf<N>) => RowOf<A>) {
    super(needs, adds);
    this.#fieldsFor = fieldsFor;
  }

  override onBatch(batch: Batch<RowOf<N>>): Batch {
    const fieldsFor = this.#fieldsFor;
    for (const row of batch) Object.assign(row, fieldsFor(row));
    return batch as Batch;
  }
}

/** A step that adds columns by one asynchronous look-up per batch: fields of each row, in the batch's order. */
export class BatchEnrichment<N extends Columns, A extends Columns> extends RowTransform<RowOf<N>, RowOf<A>> {
  override readonly keepsRows = true;
  readonly #fieldsFor: (batch: readonly RowOf<N>[], options: { signal: AbortSignal }) => Promise<readonly RowOf<A>[]>;

  constructor(
    needs: N,
    adds: A,
    fieldsFor: (batch: readonly RowOf<N>[], options: { signal: AbortSignal }) => Promise<readonly RowOf<A>[]>,
  ) {
    super(needs, adds);
    this.#fieldsFor = fieldsFor;
  }

  override async onBatch(batch: Batch<RowOf<N>>, signal: AbortSignal): Promise<Batch> {
    const fields = await this.#fieldsFor(batch, { signal });
    if (fields.length !== batch.length) {
      const columns = Object.keys(this.adds).join(', ');
      throw new OaError('VALUE_INVALID', `${columns}: fields of ${fields.length} rows; expected ${batch.length}`);
    }
    batch.forEach((row, i) => Object.assign(row, fields[i]));
    return batch as Batch;
  }
}
