/**
 * Column kinds: what a value of a column is in TypeScript, in SQL and in Parquet, all from one list.
 *
 * A trailing `?` means that null is possible. A `bigint` column holds a JavaScript number; a value beyond ±(2^53 − 1)
 * is the error `NUMBER_NOT_EXACT`, never rounded.
 */
import { OaError } from './errors.js';

/** SQL's name and Parquet's physical type of each kind (Parquet format, "Types"; Impala reads exactly these). */
export const KINDS = {
  string: { sql: 'STRING', duckdb: 'VARCHAR', parquet: 'BYTE_ARRAY', ts: 'string' },
  tinyint: { sql: 'TINYINT', duckdb: 'TINYINT', parquet: 'INT32', ts: 'number' },
  smallint: { sql: 'SMALLINT', duckdb: 'SMALLINT', parquet: 'INT32', ts: 'number' },
  int: { sql: 'INT', duckdb: 'INTEGER', parquet: 'INT32', ts: 'number' },
  bigint: { sql: 'BIGINT', duckdb: 'BIGINT', parquet: 'INT64', ts: 'number' },
  float: { sql: 'FLOAT', duckdb: 'FLOAT', parquet: 'FLOAT', ts: 'number' },
  double: { sql: 'DOUBLE', duckdb: 'DOUBLE', parquet: 'DOUBLE', ts: 'number' },
} as const;

export type Kind = keyof typeof KINDS;
export type ColumnKind = Kind | `${Kind}?`;

/** Column names and their kinds, in order: `{ tld: 'string', tld_length: 'int?' }`. */
export type Columns = Readonly<Record<string, ColumnKind>>;

type Value<K extends Kind> = K extends 'string' ? string : number;
type ValueOf<K extends ColumnKind> = K extends `${infer B extends Kind}?`
  ? Value<B> | null
  : K extends Kind
    ? Value<K>
    : never;

/** The row type of a list of columns. */
export type RowOf<C extends Columns> = { -readonly [name in keyof C]: ValueOf<C[name]> };

/** A row whose columns are not known at compile time. */
export type Row = Record<string, unknown>;

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
}

/** Names that can stand in SQL without any way to break out of it. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isIdentifier = (name: string): boolean => IDENTIFIER.test(name) && name.length <= 128;

/** @throws {OaError} `IDENTIFIER_INVALID` unless the text is a plain SQL name. */
export function checkIdentifier(name: string, what = 'column'): string {
  if (isIdentifier(name)) return name;
  throw new OaError('IDENTIFIER_INVALID', `${what} name ${JSON.stringify(name)}: expected letters, digits and _`);
}

/** @throws {OaError} `COLUMN_KIND_INVALID` for a kind that is none. */
export function parseKind(kind: string, name = 'column'): Omit<Column, 'name'> {
  const nullable = kind.endsWith('?');
  const base = nullable ? kind.slice(0, -1) : kind;
  if (!Object.hasOwn(KINDS, base)) {
    throw new OaError(
      'COLUMN_KIND_INVALID',
      `${name}: kind ${JSON.stringify(kind)}; expected one of ${Object.keys(KINDS).join(', ')}, with ? for null`,
    );
  }
  return { kind: base as Kind, nullable };
}

/** The same columns as a checked list. */
export function columnList(columns: Columns): Column[] {
  return Object.entries(columns).map(([name, kind]) => ({ name: checkIdentifier(name), ...parseKind(kind, name) }));
}

/** Checks names and kinds, and keeps the literal types: `defineColumns({ tld: 'string' })`. */
export function defineColumns<const C extends Columns>(columns: C): C {
  columnList(columns);
  return columns;
}

/**
 * One column, of a name given by type. NoInfer: in a pipeline the compiler would else take the name of a transform's
 * default column from the rows that come in.
 */
export type Named<Name extends string, K extends ColumnKind> = { readonly [N in NoInfer<Name>]: K };

/** `named('tld', 'string')` is `{ tld: 'string' }`, for transforms whose columns are options. */
export function named<const Name extends string, const K extends ColumnKind>(name: Name, kind: K): Named<Name, K> {
  return { [name]: kind } as Named<Name, K>;
}
