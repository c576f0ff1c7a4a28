/** What DESCRIBE and SHOW answer. */
import { textAnswer, type Answer } from './answer.js';
import type { Metastore, StoredTable } from './metastore.js';
import type { ServerDialect } from './server-error.js';
import type { Field } from './statements.js';

const COLUMNS: Readonly<Record<ServerDialect, readonly string[]>> = {
  impala: ['name', 'type', 'comment'],
  hive: ['col_name', 'data_type', 'comment'],
};

const rowsOf = (fields: readonly Field[]) => fields.map(({ name, type }) => [name, type, '']);

/** All columns, those of the partition last; Hive then names the latter once more. */
export function describeAnswer(table: StoredTable, dialect: ServerDialect, detailed: boolean): Answer {
  const rows: unknown[][] = [...rowsOf(table.columns), ...rowsOf(table.partition)];
  if (table.partition.length > 0 && (dialect === 'hive' || detailed)) {
    rows.push(['', null, null], ['# Partition Information', null, null], ['# col_name', 'data_type', 'comment']);
    rows.push(...rowsOf(table.partition));
  }
  if (detailed) {
    rows.push(['', null, null], ['# Detailed Table Information', null, null], ['Database:', table.database, null]);
    rows.push(['Location:', `hdfs://localhost:8020${table.location}`, null]);
    rows.push(['Table Type:', table.external ? 'EXTERNAL_TABLE' : 'MANAGED_TABLE', null]);
  }
  return textAnswer(COLUMNS[dialect], rows);
}

/** Names that are meant, in order. @param like `dns*`, several separated by `|` */
function namesLike(names: Iterable<string>, like = '*'): string[] {
  const patterns = like
    .split('|')
    .map((one) => new RegExp(`^${one.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`, 'i'));
  return [...names].filter((name) => patterns.some((pattern) => pattern.test(name))).sort();
}

export function tablesAnswer(tables: Iterable<string>, dialect: ServerDialect, like?: string): Answer {
  const names = namesLike(tables, like);
  return textAnswer(
    [dialect === 'impala' ? 'name' : 'tab_name'],
    names.map((name) => [name]),
  );
}

export function databasesAnswer({ databases }: Metastore, dialect: ServerDialect, like?: string): Answer {
  const names = namesLike(databases.keys(), like);
  return dialect === 'impala'
    ? textAnswer(
        ['name', 'comment'],
        names.map((name) => [name, '']),
      )
    : textAnswer(
        ['database_name'],
        names.map((name) => [name]),
      );
}

/** Impala's answer has a column for each of the partition's and ends with a total; of its others only the folder. */
export function partitionsAnswer(table: StoredTable, dialect: ServerDialect): Answer {
  const partitions = [...table.partitions].sort(([a], [b]) => (a < b ? -1 : 1));
  if (dialect === 'hive')
    return textAnswer(
      ['partition'],
      partitions.map(([key]) => [key]),
    );
  const names = table.partition.map(({ name }) => name);
  const rows = partitions.map(([, { values, location }]) => [...values, `hdfs://localhost:8020${location}`]);
  const total = names.map((_, i) => (i === 0 ? 'Total' : ''));
  return textAnswer([...names, 'Location'], [...rows, [...total, '']]);
}
