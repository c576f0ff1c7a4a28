/**
 * Runs a query, or the query of an INSERT, in a catalog of DuckDB of its own: the tables that it names are views there
 * over copies of their files, taken when the statement starts.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Storage } from '../../../streams/contracts.js';
import { answerOf, type Answer } from './answer.js';
import { isWord } from './cursor.js';
import { duckdbSql, macros, textLiteral } from './duckdb-sql.js';
import type { Token } from './lexer.js';
import type { Metastore, StoredTable } from './metastore.js';
import type { PartitionFiles } from './partition-files.js';
import { SERVER_ERRORS, ServerError, type ServerDialect } from './server-error.js';
import type { Insert } from './statements.js';
import { tableScan, type ScannedFile } from './table-scan.js';
import { duckdbType, impalaAssigns, serverType } from './types.js';

export interface QueryPlace {
  readonly storage: Storage;
  readonly dialect: ServerDialect;
  readonly metastore: Metastore;
  readonly files: PartitionFiles;
}

/** Impala and Spark disagree on where NULL comes when nobody says it. */
const NULL_ORDER: Readonly<Record<ServerDialect, string>> = {
  impala: 'nulls_last_on_asc_first_on_desc',
  hive: 'nulls_first_on_asc_last_on_desc',
};

export class Queries {
  readonly #place: QueryPlace;
  #database: Promise<Database> | undefined;
  #statements = 0;

  constructor(place: QueryPlace) {
    this.#place = place;
  }

  /** @param database that of the session */
  answer(tokens: readonly Token[], database: string): Promise<Answer> {
    return this.#inDatabase(async (connection, folder) => {
      const sql = await this.#prepare(connection, folder, tokens, database);
      const answer = await answerOf(await connection.stream(sql));
      const prefix = this.#place.dialect === 'hive' ? prefixOf(tokens) : '';
      return { ...answer, columns: answer.columns.map(({ name, type }) => ({ name: prefix + name, type })) };
    });
  }

  /** The rows of an INSERT as a Parquet file, which is there while `use` runs; null when there are none. */
  write(
    insert: Insert,
    table: StoredTable,
    database: string,
    use: (file: string | null) => Promise<void>,
  ): Promise<void> {
    return this.#inDatabase(async (connection, folder) => {
      const query = await this.#prepare(connection, folder, insert.query, database);
      const select = await this.#fitted(connection, insert, table, query);
      const file = join(folder, 'rows.parquet');
      const options = 'FORMAT parquet, PARQUET_VERSION v1, COMPRESSION snappy';
      const written = await connection.runAndReadAll(`COPY (${select}) TO ${textLiteral(file)} (${options})`);
      await use(Number(written.getRows()[0]?.[0]) > 0 ? file : null);
    });
  }

  /** The query's columns as those of the table, in its order and of its types. */
  async #fitted(connection: DuckDBConnection, insert: Insert, table: StoredTable, query: string): Promise<string> {
    const { dialect } = this.#place;
    const errors = SERVER_ERRORS[dialect];
    const name = `${table.database}.${table.name}`;
    const targets = insert.columns ?? table.columns.map((column) => column.name);
    const unknown = targets.find((target) => !table.columns.some((column) => column.name === target));
    if (unknown !== undefined) throw errors.analysis(`Unknown column '${unknown}' in column permutation`);
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM (${query}) AS q`);
    const types = described.getRows().map(([, type]) => String(type));
    if (types.length !== targets.length) {
      throw errors.analysis(
        `Target table '${name}' has ${types.length > targets.length ? 'fewer' : 'more'} columns (${targets.length}) than the SELECT / VALUES clause returns (${types.length})`,
      );
    }
    const selected = table.columns.map((column) => {
      const [at, to] = [targets.indexOf(column.name), duckdbType(column.type)];
      if (dialect === 'impala' && at >= 0 && !impalaAssigns(types[at]!, to)) {
        throw errors.analysis(
          `Target table '${name}' is incompatible with source expressions.\nExpression (type: ${serverType(types[at]!).toUpperCase()}) is not compatible with column '${column.name}' (type: ${column.type.toUpperCase()})`,
        );
      }
      return `TRY_CAST(${at < 0 ? 'NULL' : `v${at}`} AS ${to}) AS "${column.name}"`;
    });
    return `SELECT ${selected.join(', ')} FROM (${query}) AS q(${types.map((_, i) => `v${i}`).join(', ')})`;
  }

  /** Makes the views, and gives the query in DuckDB's words. */
  async #prepare(
    connection: DuckDBConnection,
    folder: string,
    tokens: readonly Token[],
    database: string,
  ): Promise<string> {
    const { dialect, metastore } = this.#place;
    metastore.database(database);
    const sql = duckdbSql(tokens, dialect, database);
    await connection.run(`CREATE SCHEMA "${database}"`);
    const names = tokens.some((token) => isWord(token, 'FROM')) ? namesIn(connection, sql) : [];
    const tables = names.map(([name, of = database]) => metastore.table({ database: of, name: name! }, 'read'));
    for (const table of new Set(tables)) {
      const files = await this.#fetch(table, folder);
      const scan = await tableScan(connection, table, files, dialect);
      await connection.run(`CREATE SCHEMA IF NOT EXISTS "${table.database}"`);
      await connection.run(`CREATE VIEW "${table.database}"."${table.name}" AS ${scan}`);
    }
    await connection.run(`USE "${database}"`);
    return sql;
  }

  async #fetch(table: StoredTable, folder: string): Promise<ScannedFile[]> {
    const found: ScannedFile[] = [];
    for (const partition of table.partitions.values()) {
      for (const path of await this.#place.files.known(partition)) {
        const copy = join(folder, `${table.database}.${table.name}.${found.length}.parquet`);
        await this.#copy(path, copy);
        found.push({ copy, path, values: partition.values });
      }
    }
    return found;
  }

  async #copy(path: string, copy: string): Promise<void> {
    try {
      await pipeline(this.#place.storage.open(path), createWriteStream(copy));
    } catch (error) {
      throw SERVER_ERRORS[this.#place.dialect].running(
        `Disk I/O error on localhost:27000: Failed to open HDFS file ${path}\nError(2): No such file or directory\nRoot cause: ${(error as Error).message}`,
      );
    }
  }

  async #inDatabase<T>(work: (connection: DuckDBConnection, folder: string) => Promise<T>): Promise<T> {
    const { instance, folder } = await (this.#database ??= openDatabase(this.#place.dialect));
    const catalog = `statement_${++this.#statements}`;
    const ownFolder = join(folder, catalog);
    await mkdir(ownFolder);
    const connection = await instance.connect();
    try {
      for (const sql of [`ATTACH ':memory:' AS ${catalog}`, `USE ${catalog}`]) await connection.run(sql);
      return await work(connection, ownFolder);
    } catch (error) {
      throw error instanceof ServerError ? error : explained(error as Error, this.#place.dialect);
    } finally {
      for (const sql of ['USE memory', `DETACH ${catalog}`]) await connection.run(sql);
      connection.closeSync();
      await rm(ownFolder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    const database = await this.#database;
    this.#database = undefined;
    database?.instance.closeSync();
    if (database) await rm(database.folder, { recursive: true, force: true });
  }
}

interface Database {
  readonly instance: DuckDBInstance;
  readonly folder: string;
}

/** It reads and writes below its folder, and nothing else of this machine. */
async function openDatabase(dialect: ServerDialect): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-cluster-sql-'));
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    default_null_order: NULL_ORDER[dialect],
    threads: '1',
  });
  const connection = await instance.connect();
  await connection.run(macros(dialect));
  await connection.run(`SET allowed_directories = [${textLiteral(folder)}]`);
  await connection.run('SET enable_external_access = false');
  connection.closeSync();
  return { instance, folder };
}

/** Tables that a query reads, each as its name and its database, if it says one; those of its WITH are not among them. */
function namesIn(connection: DuckDBConnection, sql: string): string[][] {
  return connection.getTableNames(sql, true).map((name) =>
    name
      .replace(/ AS [^.]*$/, '')
      .split('.')
      .map((part) => part.replace(/^"(.*)"$/, '$1').toLowerCase())
      .reverse(),
  );
}

/** Hive's names of `SELECT * FROM t` are `t.id`. */
function prefixOf(tokens: readonly Token[]): string {
  if (!['SELECT', '*', 'FROM'].every((word, i) => isWord(tokens[i], word))) return '';
  if (tokens.some((token) => isWord(token, 'JOIN') || isWord(token, ','))) return '';
  const at = isWord(tokens[4], '.') ? 5 : 3;
  const next = isWord(tokens[at + 1], 'AS') ? tokens[at + 2] : tokens[at + 1];
  const isAlias = next !== undefined && !/^(WHERE|ORDER|LIMIT|GROUP|HAVING|UNION)$/i.test(next.text);
  const named = isAlias && ['word', 'name'].includes(next.kind) ? next : tokens[at];
  return named && ['word', 'name'].includes(named.kind) ? `${named.text.toLowerCase()}.` : '';
}

/** DuckDB's refusal in the servers' words. */
function explained(error: Error, dialect: ServerDialect): ServerError {
  const errors = SERVER_ERRORS[dialect];
  const text = error.message.split(/\n\s*LINE \d+:/)[0]!.replace(/\s*\n\s*/g, ' ');
  if (text.includes('Parser Error')) return errors.syntax(text);
  if (/^(Binder|Catalog) Error/.test(text)) return errors.analysis(text);
  return errors.running(text);
}
