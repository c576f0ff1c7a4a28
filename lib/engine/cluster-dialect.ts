/** What Impala and Hive (and Spark, which speaks Hive's SQL) are told: every statement for them is built here. */
import { checkIdentifier, KINDS, type Column, type Row } from '../../schemas/columns.js';
import { createManagedTable, createTable } from '../../schemas/ddl.js';
import type { TableDefinition, TableLayout } from '../../schemas/tables.js';
import { dialectOf, type Dialect } from './dialects.js';
import {
  clusterLiterals,
  hiveLiterals,
  hiveRowLiterals,
  identifier,
  literal,
  type LiteralValue,
} from './literals.js';

/** Values of the columns that name a partition: `{ y: 2016, m: 7, d: 8 }`. */
export type PartitionValues = Readonly<Record<string, string | number>>;

export interface ClusterDialect extends Dialect {
  readonly name: 'impala' | 'hive';
  /** Names databases, this one among them if it is there, in the first column. */
  showDatabases(name: string): string;
  createDatabase(name: string): string;
  /** An external table over the folder that the warehouse writes. @param root as the server names it */
  createTable(table: TableDefinition, options: { layout: TableLayout; root: string }): string;
  /** A table whose files are the server's own, and go with it. */
  createManagedTable(table: TableDefinition): string;
  dropTable(table: TableDefinition): string;
  describe(table: TableDefinition): string;
  /** Partitions that the table does not know yet; those that it knows stay as they are. */
  addPartitions(table: TableDefinition, partitions: readonly PartitionValues[]): string;
  /** The file moves into the partition, and whatever was there goes, unless it is not to overwrite. */
  loadPartition(
    table: TableDefinition,
    partition: PartitionValues,
    path: string,
    options?: { overwrite: boolean },
  ): string;
  /** The text before the rows of an INSERT, which go between commas. */
  insertInto(table: TableDefinition, partition: PartitionValues): string;
  /** One row of an INSERT: each value cast, for rows are made one type a column, and a wide number would be a decimal. */
  insertedRow(columns: readonly Column[], row: Row): string;
  /** Lets the server look at the files of one partition again; null where it always does. */
  refresh(table: TableDefinition, partition: PartitionValues): string | null;
  /** Statistics of one partition, for the planner. */
  statistics(table: TableDefinition, partition: PartitionValues): string;
}

export interface ClusterDialectOptions {
  readonly name: 'impala' | 'hive';
  readonly database: string;
  /** Database of the tables that ingest fills. @default the same */
  readonly rawDatabase?: string;
}

/** @throws {OaError} `IDENTIFIER_INVALID` for a database whose name cannot stand in SQL */
export function clusterDialect({ name, database, rawDatabase = database }: ClusterDialectOptions): ClusterDialect {
  const quoted = (of: string, what: string) => identifier(of, clusterLiterals, what);
  const databaseOf = ({ isRaw }: TableDefinition) => (isRaw ? rawDatabase : database);
  const base = dialectOf({
    name,
    style: name === 'hive' ? hiveLiterals : clusterLiterals,
    type: (kind) => KINDS[kind].sql,
    // With its database: a statement then means the same in every session.
    table: (table) => `${quoted(databaseOf(table), 'database')}.${quoted(table.name, 'table')}`,
    extract: (text, pattern, group) => `regexp_extract(${text}, ${pattern}, ${group})`,
  });
  const rowStyle = name === 'hive' ? hiveRowLiterals : clusterLiterals;
  const value = (of: string | number) => base.literal(of, typeof of === 'string' ? 'string' : 'bigint');
  const partition = (values: PartitionValues) =>
    `PARTITION (${Object.entries(values)
      .map(([column, of]) => `${base.column(column)}=${value(of)}`)
      .join(', ')})`;

  return {
    ...base,
    name,
    showDatabases: (of) => `SHOW DATABASES LIKE ${base.literal(checkIdentifier(of, 'database'), 'string')}`,
    createDatabase: (of) => `CREATE DATABASE IF NOT EXISTS ${quoted(of, 'database')}`,
    createTable: (table, options) => createTable(table, { ...options, database: databaseOf(table) }),
    createManagedTable: (table) => createManagedTable(table, databaseOf(table)),
    dropTable: (table) => `DROP TABLE IF EXISTS ${base.table(table)}`,
    describe: (table) => `DESCRIBE ${base.table(table)}`,
    addPartitions: (table, partitions) =>
      `ALTER TABLE ${base.table(table)} ADD IF NOT EXISTS ${partitions.map(partition).join(' ')}`,
    loadPartition: (table, values, path, { overwrite } = { overwrite: true }) =>
      `LOAD DATA INPATH ${base.literal(path, 'string')} ${overwrite ? 'OVERWRITE ' : ''}INTO TABLE ${base.table(table)} ${partition(values)}`,
    // Without a list of columns: Impala wants it before PARTITION, Hive behind.
    insertInto: (table, values) => `INSERT INTO ${base.table(table)} ${partition(values)} VALUES `,
    insertedRow: (columns, row) =>
      `(${columns
        .map(
          ({ name: of, kind }) => `CAST(${literal(row[of] as LiteralValue, kind, rowStyle)} AS ${base.type(kind)})`,
        )
        .join(', ')})`,
    refresh: (table, values) => (name === 'impala' ? `REFRESH ${base.table(table)} ${partition(values)}` : null),
    statistics: (table, values) =>
      name === 'impala'
        ? `COMPUTE INCREMENTAL STATS ${base.table(table)} ${partition(values)}`
        : `ANALYZE TABLE ${base.table(table)} ${partition(values)} COMPUTE STATISTICS`,
  };
}
