/** A table's Parquet files as a SELECT: the table's columns, in its order and with its kinds, and its partition's. */
import { columnList, type Column } from '../../schemas/columns.js';
import type { TableDefinition } from '../../schemas/tables.js';
import { duckdbDialect } from './dialects.js';

const { column, literal, type } = duckdbDialect;
const text = (value: string) => literal(value, 'string');

/** The name under which `read_parquet` tells each row's file. */
export const FILE = column('_spot_file');

/**
 * Files, or patterns of files, as a table function. Partitions are taken from the end of a file's path by `tableSelect`,
 * not by DuckDB's own rule, for which any `y=…` higher up would count. Impala leaves text unannotated, hence
 * `binary_as_string`.
 */
export function readParquet(patterns: readonly string[]): string {
  const manyFiles = patterns.length > 1 || patterns.some((pattern) => pattern.includes('*'));
  return `read_parquet([${patterns.map(text).join(', ')}], union_by_name = ${manyFiles}, hive_partitioning = false, binary_as_string = true, filename = '_spot_file')`;
}

/** A path as a pattern that matches it alone. */
export function exactly(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/**
 * @param scan what is read, and the type of each column there, by name in lower case; null for a table without files
 */
export function tableSelect(
  table: TableDefinition,
  columns: readonly Column[],
  scan: { from: string; types: ReadonlyMap<string, string> } | null,
): string {
  const partition = columnList(table.partition);
  const path = `${partition.map(({ name }) => `/${name}=([^/]*)`).join('')}/[^/]*$`;
  const value = ({ name, kind }: Column) => {
    const found = scan?.types.get(name.toLowerCase());
    if (found === undefined) return `CAST(NULL AS ${type(kind)})`;
    return found === type(kind) ? column(name) : `CAST(${column(name)} AS ${type(kind)})`;
  };
  const partitionValue = ({ kind }: Column, group: number) =>
    scan ? `CAST(regexp_extract(${FILE}, ${text(path)}, ${group}) AS ${type(kind)})` : `CAST(NULL AS ${type(kind)})`;
  const selected = [
    ...columns.map((one) => `${value(one)} AS ${column(one.name)}`),
    ...partition.map((one, i) => `${partitionValue(one, i + 1)} AS ${column(one.name)}`),
  ];
  return `SELECT ${selected.join(', ')}${scan ? ` FROM ${scan.from}` : ' WHERE false'}`;
}
