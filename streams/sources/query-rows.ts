/** `queryRows`: the result of a query as a source, page by page, never the whole. Ending it early ends the query. */
import { addAbortSignal } from 'node:stream';
import type { Columns, Row, RowOf } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import type { Batch, Warehouse } from '../contracts.js';
import { RowSource } from '../rows.js';

export interface QueryRowsOptions {
  /** Only this day's partitions are read. */
  readonly day?: Day;
  /** Columns of the result, where they are known: `pipe` then checks the steps against them. */
  readonly columns?: Columns;
  readonly signal?: AbortSignal;
}

/** @throws {OaError} as the stream's error: `QUERY_FAILED`, `TABLE_MISSING`, `PARTITION_CHANGED` */
export function queryRows<const C extends Columns>(
  warehouse: Pick<Warehouse, 'engine'>,
  sql: string,
  options: QueryRowsOptions & { columns: C },
): RowSource<RowOf<C>>;
export function queryRows<R extends object = Row>(
  warehouse: Pick<Warehouse, 'engine'>,
  sql: string,
  options?: QueryRowsOptions,
): RowSource<R>;
export function queryRows<R extends object>(
  { engine }: Pick<Warehouse, 'engine'>,
  sql: string,
  { day, columns, signal }: QueryRowsOptions = {},
): RowSource<R> {
  const source = new RowSource<R>({
    columns,
    open: (closed) => engine.pages(sql, { day, signal: closed }) as AsyncIterable<Batch<R>>,
  });
  return signal ? addAbortSignal(signal, source) : source;
}
