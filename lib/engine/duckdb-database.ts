/** What the embedded engine asks of DuckDB itself. */
// Notebooks run in Deno, where the global ones give a number.
import { clearInterval, setInterval } from 'node:timers';
import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api';
import { OaError } from '../../schemas/errors.js';
import { duckdbDialect } from './dialects.js';
import { exactly, FILE } from './duckdb-views.js';

export interface DuckDbOptions {
  /** @default 2 */
  readonly threads?: number;
  /** @default '1GB' */
  readonly memoryLimit?: string;
  /** Where what does not fit into memory goes; without it such a query fails. */
  readonly spillFolder?: string;
}

/** An interrupt that comes before DuckDB has begun is lost, so it is repeated, milliseconds. */
const INTERRUPT_EVERY = 50;

/** The driver, loaded when the first query needs it: importing the library loads no DuckDB. */
const driver = () => import('@duckdb/node-api');

/** @param root the only folder that queries can read */
export async function openDatabase(root: string, options: DuckDbOptions = {}): Promise<DuckDBInstance> {
  const { threads = 2, memoryLimit = '1GB', spillFolder = '' } = options;
  const database = await (
    await driver()
  ).DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    threads: String(threads),
    memory_limit: memoryLimit,
    temp_directory: spillFolder,
  });
  const connection = await database.connect();
  // A folder with an odd name is also met as the pattern that stands for it.
  const folders = [root, exactly(root)].map((folder) => duckdbDialect.literal(folder, 'string'));
  await connection.run(`SET allowed_directories = [${folders.join(', ')}]`);
  for (const setting of ["TimeZone = 'UTC'", 'enable_external_access = false', 'lock_configuration = true']) {
    await connection.run(`SET ${setting}`);
  }
  connection.closeSync();
  return database;
}

/** What may stand before the first word of a statement: space, comments, parentheses. */
const BEFORE = String.raw`^(?:\s|\(|--[^\n]*\n|/\*[^*]*\*/)*`;
const READS = new RegExp(`${BEFORE}(?:SELECT|WITH|FROM|VALUES|TABLE|DESCRIBE|DESC|SHOW|SUMMARIZE|EXPLAIN)\\b`, 'i');
const EXPLAINS = new RegExp(`${BEFORE}EXPLAIN\\s+(?:ANALYZE\\b)?`, 'i');

/**
 * By its first word, before DuckDB sees it: looking at an EXPORT is enough for it to make a folder.
 * @throws {OaError} `QUERY_FAILED` for a statement that does not read
 */
export function checkReads(sql: string): void {
  if (!READS.test(sql)) throw refused(sql);
  // EXPLAIN ANALYZE runs what follows.
  if (EXPLAINS.test(sql)) checkReads(sql.replace(EXPLAINS, ''));
}

/** @throws {OaError} `QUERY_FAILED` unless the text is one statement that only reads */
export async function readingStatement(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw refused(`${statements.count} statements; expected one`);
  if (EXPLAINS.test(sql)) await readingStatement(connection, sql.replace(EXPLAINS, ''));
  const statement = await statements.prepare(0);
  const { StatementType } = await driver();
  if (![StatementType.SELECT, StatementType.EXPLAIN].includes(statement.statementType)) throw refused(sql);
  return statement;
}

const refused = (what: string) =>
  new OaError(
    'QUERY_FAILED',
    `got ${what.trim().slice(0, 60)}; here statements only read (SELECT, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN)`,
  );

export function failed(error: unknown): OaError {
  const text = (error instanceof Error ? error.message : String(error)).replace(/^Error: /, '');
  const beforeExcerpt = text.split(/\n\s*LINE \d+:/)[0]!;
  return new OaError('QUERY_FAILED', beforeExcerpt.trim().replace(/\s*\n\s*/g, ' '), { cause: error });
}

/** Column names and types of a table function, without the column that tells the file. */
export async function typesOf(connection: DuckDBConnection, from: string): Promise<Map<string, string>> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * EXCLUDE (${FILE}) FROM ${from}`);
  return new Map(
    result.getRowObjects().map((row) => [String(row.column_name).toLowerCase(), String(row.column_type)]),
  );
}

/** Ends what the connection does when the signal fires. Returns a function that calls it off. */
export function interruptOn(signal: AbortSignal | undefined, connection: DuckDBConnection): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_EVERY);
    timer.unref();
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  return () => {
    signal?.removeEventListener('abort', interrupt);
    clearInterval(timer);
  };
}
