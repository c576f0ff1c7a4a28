/** CREATE TABLE of Impala and Hive, from the same lists of columns as everything else. */
import { checkIdentifier, columnList, KINDS, type Columns } from './columns.js';
import { OaError } from './errors.js';
import { layoutColumns, type TableDefinition, type TableLayout } from './tables.js';

const definitions = (columns: Columns) =>
  columnList(columns).map(({ name, kind }) => `\`${name}\` ${KINDS[kind].sql}`);

/** A Parquet table whose files are the server's own, and go with it. */
export const createManagedTable = (table: TableDefinition, database: string): string =>
  `CREATE TABLE ${nameOf(table, database)} (${definitions(table.columns).join(', ')})
PARTITIONED BY (${definitions(table.partition).join(', ')})
STORED AS PARQUET`;

const nameOf = (table: TableDefinition, database?: string) =>
  `${database === undefined ? '' : `\`${checkIdentifier(database, 'database')}\`.`}\`${checkIdentifier(table.name, 'table')}\``;

/**
 * An external Parquet table over the folder that the warehouse writes.
 * @param options.root folder of the warehouse on HDFS, for example `/user/spot`
 * @throws {OaError} `VALUE_INVALID` for a root that would need escapes in SQL
 */
export function createTable(
  table: TableDefinition,
  { layout = 'documented', root, database }: { layout?: TableLayout; root: string; database?: string },
): string {
  if (!/^[\w./:@=+-]+$/.test(root)) {
    throw new OaError('VALUE_INVALID', `root ${JSON.stringify(root)}: expected letters, digits and . / : @ = + - _`);
  }
  return `CREATE EXTERNAL TABLE IF NOT EXISTS ${nameOf(table, database)} (
  ${definitions(layoutColumns(table, layout)).join(',\n  ')}
) PARTITIONED BY (${definitions(table.partition).join(', ')})
STORED AS PARQUET
LOCATION '${root}/${table.folder}'`;
}
