/**
 * `insertRows`: adds the rows to a partition of a table, one file more when the stream finishes. For small sets of
 * rows; a day's whole result belongs to `writeTable`, which a second run can repeat.
 */
import type { DnsTableName } from '../../schemas/dns.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Warehouse } from '../contracts.js';
import type { RowSink } from '../rows.js';
import { tableSink, type RowFor, type WriteTableOptions } from './write-table.js';

/**
 * @param table a DNS table's name, or a definition
 * @throws {OaError} as the stream's error: `TABLE_MISSING`, `TABLE_MISFIT`, `VALUE_INVALID`, `NUMBER_NOT_EXACT`,
 *   `STORAGE_FAILED`
 */
export function insertRows<const T extends DnsTableName | TableDefinition>(
  warehouse: Pick<Warehouse, 'openPartition'>,
  table: T,
  options: Omit<WriteTableOptions, 'allowEmpty'>,
): RowSink<RowFor<T>> {
  return tableSink(warehouse, table, { ...options, mode: 'append' });
}
