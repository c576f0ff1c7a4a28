/**
 * What a column is in a Parquet file: physical type by its kind, always optional (as Impala, Hive and Spark write and
 * expect), annotated as text or small integer. Source: Parquet format, parquet.thrift, LogicalTypes.md.
 */
import { columnList, KINDS, type Column, type Columns, type Kind } from '../../schemas/columns.js';
import { binary, bool, i32, i8, struct, type ThriftValue } from './thrift-compact.js';

/** parquet.thrift, enum Type. */
export const PHYSICAL_TYPES = { INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
/** enum FieldRepetitionType. */
const OPTIONAL = 1;

interface Annotation {
  /** enum ConvertedType, for readers of any age. */
  readonly converted: number;
  readonly convertedName: string;
  /** union LogicalType. */
  readonly logical: ThriftValue;
}

const integer = (bits: number): ThriftValue => struct({ 10: struct({ 1: i8(bits), 2: bool(true) }) });

const ANNOTATIONS: Partial<Record<Kind, Annotation>> = {
  string: { converted: 0, convertedName: 'UTF8', logical: struct({ 1: struct({}) }) },
  tinyint: { converted: 15, convertedName: 'INT_8', logical: integer(8) },
  smallint: { converted: 16, convertedName: 'INT_16', logical: integer(16) },
};

/** The tree flattened: its root, then the columns. */
export function schemaElements(columns: readonly Column[]): ThriftValue[] {
  const root = struct({ 4: binary('schema'), 5: i32(columns.length) });
  return [
    root,
    ...columns.map(({ name, kind }) => {
      const annotation = ANNOTATIONS[kind];
      return struct({
        1: i32(PHYSICAL_TYPES[KINDS[kind].parquet]),
        3: i32(OPTIONAL),
        4: binary(name),
        6: annotation && i32(annotation.converted),
        10: annotation?.logical,
      });
    }),
  ];
}

const TEXT_TYPES = {
  BYTE_ARRAY: 'binary',
  INT32: 'int32',
  INT64: 'int64',
  FLOAT: 'float',
  DOUBLE: 'double',
} as const;

/** A table's Parquet schema as text: `message dns_scores {`, `  optional binary frame_time (UTF8);`, …, `}`. */
export function parquetSchema(name: string, columns: Columns): string {
  const lines = columnList(columns).map((column) => {
    const annotation = ANNOTATIONS[column.kind];
    const type = TEXT_TYPES[KINDS[column.kind].parquet];
    return `  optional ${type} ${column.name}${annotation ? ` (${annotation.convertedName})` : ''};`;
  });
  return [`message ${name} {`, ...lines, '}'].join('\n');
}
