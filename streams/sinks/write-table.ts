/** `writeTable`: replaces a partition of a table by the rows, as a whole, when the stream finishes. */
import type { Columns, RowOf } from '../../schemas/columns.js';
import { DNS_TABLES, type DnsTableName } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { PartitionOptions, Warehouse } from '../contracts.js';
import { RowSink } from '../rows.js';

export interface WriteTableOptions {
  /** `YYYYMMDD` */
  readonly date: string;
  /** Only for tables with an hour partition: 0 to 23. */
  readonly hour?: number;
  /** Whether no rows may replace a filled partition; else `WOULD_EMPTY`. @default false */
  readonly allowEmpty?: boolean;
}

/** The rows that a table takes: those with its required columns. */
export type RowFor<T extends DnsTableName | TableDefinition> = RowOf<Needs<T>>;
type DefinitionOf<T> = T extends DnsTableName ? (typeof DNS_TABLES)[T] : T;
type Needs<T> =
  DefinitionOf<T> extends { columns: infer C extends Columns; required: readonly (infer N)[] }
    ? Pick<C, Extract<N, keyof C>>
    : never;

class TableSink<N extends object> extends RowSink<N> {
  constructor(warehouse: Pick<Warehouse, 'openPartition'>, table: TableDefinition, options: PartitionOptions) {
    super(requiredColumns(table), (rowColumns) => warehouse.openPartition(table, { ...options, rowColumns }));
  }
}

/** @internal common to the sinks of tables */
export function tableSink<const T extends DnsTableName | TableDefinition>(
  warehouse: Pick<Warehouse, 'openPartition'>,
  table: T,
  options: PartitionOptions,
): RowSink<RowFor<T>> {
  return new TableSink<RowFor<T>>(warehouse, definitionOf(table), options);
}

/**
 * @param table a DNS table's name, or a definition
 * @throws {OaError} as the stream's error: `TABLE_MISSING`, `TABLE_MISFIT`, `VALUE_INVALID`, `NUMBER_NOT_EXACT`,
 *   `WOULD_EMPTY`, `STORAGE_FAILED`
 */
export function writeTable<const T extends DnsTableName | TableDefinition>(
  warehouse: Pick<Warehouse, 'openPartition'>,
  table: T,
  options: WriteTableOptions,
): RowSink<RowFor<T>> {
  return tableSink(warehouse, table, { ...options, mode: 'replace' });
}

function definitionOf(table: DnsTableName | TableDefinition): TableDefinition {
  if (typeof table !== 'string') return table;
  if (Object.hasOwn(DNS_TABLES, table)) return DNS_TABLES[table];
  throw new OaError(
    'TABLE_UNKNOWN',
    `table ${JSON.stringify(table)}; expected one of ${Object.keys(DNS_TABLES).join(', ')}`,
  );
}

const requiredColumns = (table: TableDefinition): Columns =>
  Object.fromEntries(table.required.map((name) => [name, table.columns[name]!]));
