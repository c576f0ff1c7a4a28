/** Types by the servers' names, by DuckDB's and by Parquet's. */
import type { ServerDialect } from './server-error.js';

const TO_DUCKDB: Readonly<Record<string, string>> = { string: 'VARCHAR', int: 'INTEGER', char: 'VARCHAR' };

/** `string` is VARCHAR, `decimal(10,2)` is DECIMAL(10,2). */
export function duckdbType(type: string): string {
  const base = type.replace(/\(.*/, '');
  if (base === 'varchar') return 'VARCHAR';
  return TO_DUCKDB[base] ?? type.toUpperCase();
}

const FROM_DUCKDB: Readonly<Record<string, string>> = {
  VARCHAR: 'string',
  INTEGER: 'int',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  BIGINT: 'bigint',
  // A sum of integers is a BIGINT there.
  HUGEINT: 'bigint',
  UBIGINT: 'bigint',
  UINTEGER: 'bigint',
  FLOAT: 'float',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

/** DECIMAL(10,2) is `decimal(10,2)`, a list is a text. */
export const serverType = (type: string): string =>
  FROM_DUCKDB[type] ?? (type.startsWith('DECIMAL') ? type.toLowerCase() : 'string');

/** Which physical types a server reads for a column. */
const PHYSICAL: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['INT32'],
  smallint: ['INT32'],
  int: ['INT32'],
  bigint: ['INT64'],
  float: ['FLOAT'],
  double: ['DOUBLE'],
  string: ['BYTE_ARRAY'],
  boolean: ['BOOLEAN'],
};

/** Types that are not listed are not checked. */
export function fits(type: string, physical: string, dialect: ServerDialect): boolean {
  if (dialect === 'hive' && type === 'bigint' && physical === 'INT32') return true;
  return PHYSICAL[type]?.includes(physical) ?? true;
}

/** Encodings that Impala's Parquet reader knows. */
export const IMPALA_ENCODINGS: readonly string[] = [
  'PLAIN',
  'PLAIN_DICTIONARY',
  'RLE_DICTIONARY',
  'RLE',
  'BIT_PACKED',
];

const isNumber = (type: string) => /INT|FLOAT|DOUBLE|DECIMAL/.test(type);

/**
 * Whether Impala puts a value of an expression's type into a column without a CAST. Integers pass: DuckDB does not tell
 * a literal, which is as small as it can be there, from an INT.
 */
export function impalaAssigns(from: string, to: string): boolean {
  if (from === to || from === '"NULL"') return true;
  return isNumber(from) && isNumber(to) && !(from === 'DOUBLE' && to !== 'DOUBLE');
}
