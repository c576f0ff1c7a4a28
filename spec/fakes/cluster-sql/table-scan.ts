/** A table's files as a SELECT of DuckDB's: columns found in each file by position or by name, as the server does it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { textLiteral } from './duckdb-sql.js';
import type { StoredTable } from './metastore.js';
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';
import type { Field } from './statements.js';
import { duckdbType, fits, IMPALA_ENCODINGS } from './types.js';

export interface ScannedFile {
  /** Path on this machine. */
  readonly copy: string;
  /** Path in the storage, for messages. */
  readonly path: string;
  /** Values of the partition columns. */
  readonly values: readonly string[];
}

interface ParquetColumn {
  readonly name: string;
  readonly physical: string;
}

/** @throws {ServerError} for a file that is no Parquet, or has a column of another type */
export async function tableScan(
  connection: DuckDBConnection,
  table: StoredTable,
  files: readonly ScannedFile[],
  dialect: ServerDialect,
): Promise<string> {
  const selects: string[] = [];
  for (const file of files) selects.push(await fileScan(connection, table, file, dialect));
  if (selects.length > 0) return selects.join('\nUNION ALL\n');
  const none = [...table.columns, ...table.partition].map((field) => typed('NULL', field));
  return `SELECT ${none.join(', ')} WHERE false`;
}

const typed = (value: string, { name, type }: Field) => `CAST(${value} AS ${duckdbType(type)}) AS "${name}"`;

async function fileScan(
  connection: DuckDBConnection,
  table: StoredTable,
  file: ScannedFile,
  dialect: ServerDialect,
): Promise<string> {
  const there = await columnsOf(connection, file, dialect);
  if (dialect === 'impala') await checkEncodings(connection, file);
  const indexOf = (field: Field, position: number) =>
    dialect === 'impala' ? position : there.findIndex(({ name }) => name.toLowerCase() === field.name);
  const columns = table.columns.map((field, position) => {
    const index = indexOf(field, position);
    const found = there[index];
    if (found === undefined) return typed('NULL', field);
    if (!fits(field.type, found.physical, dialect)) throw misfit(table, field, file, found, dialect);
    return typed(`c${index}`, field);
  });
  const partition = table.partition.map((field, i) => typed(textLiteral(file.values[i]!), field));
  const from = `read_parquet(${textLiteral(file.copy)}, binary_as_string = true, hive_partitioning = false)`;
  return `SELECT ${[...columns, ...partition].join(', ')} FROM ${from} AS f(${there.map((_, i) => `c${i}`).join(', ')})`;
}

async function columnsOf(
  connection: DuckDBConnection,
  file: ScannedFile,
  dialect: ServerDialect,
): Promise<ParquetColumn[]> {
  try {
    const read = await connection.runAndReadAll(`SELECT name, type FROM parquet_schema(${textLiteral(file.copy)})`);
    // The first is the row itself.
    return read
      .getRows()
      .slice(1)
      .map(([name, physical]) => ({ name: String(name), physical: String(physical) }));
  } catch (error) {
    throw SERVER_ERRORS[dialect].running(
      `File '${file.path}' has an invalid Parquet version number: ${(error as Error).message.split('\n')[0]!}`,
    );
  }
}

async function checkEncodings(connection: DuckDBConnection, file: ScannedFile): Promise<void> {
  const read = await connection.runAndReadAll(
    `SELECT DISTINCT encodings FROM parquet_metadata(${textLiteral(file.copy)})`,
  );
  const used = read.getRows().flatMap(([encodings]) => String(encodings).split(/[, ]+/));
  const unknown = used.find((encoding) => !IMPALA_ENCODINGS.includes(encoding));
  if (unknown !== undefined) {
    throw SERVER_ERRORS.impala.running(`File '${file.path}' uses an unsupported encoding: ${unknown}`);
  }
}

function misfit(
  table: StoredTable,
  { name, type }: Field,
  file: ScannedFile,
  found: ParquetColumn,
  dialect: ServerDialect,
): Error {
  const message =
    dialect === 'impala'
      ? `File '${file.path}' has an incompatible Parquet schema for column '${table.database}.${table.name}.${name}'. Column type: ${type.toUpperCase()}, Parquet schema:\noptional ${found.physical.toLowerCase()} ${found.name} [i:0 d:1 r:0]\n`
      : `Parquet column cannot be converted in file ${file.path}. Column: [${name}], Expected: ${type}, Found: ${found.physical}.`;
  return SERVER_ERRORS[dialect].running(message);
}
