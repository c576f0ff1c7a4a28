/**
 * The embedded engine: DuckDB in memory over a warehouse's Parquet files. There is no database file, no lock and no
 * extension to download. A query sees the known tables as views over the files that are there when it starts.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { columnList, KINDS, type Column, type Kind } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Batch } from '../../streams/contracts.js';
import type { OpenEngine } from '../oa-warehouse.js';
import { filesInPlace, type LocalFiles, type Snapshot } from '../partitions/snapshot.js';
import { rowFilePatterns } from '../partitions/paths.js';
import type { TableFile, TableFiles } from '../partitions/table-files.js';
import { duckdbDialect } from './dialects.js';
import {
  checkReads,
  failed,
  interruptOn,
  openDatabase,
  readingStatement,
  typesOf,
  type DuckDbOptions,
} from './duckdb-database.js';
import { chunkReader } from './duckdb-values.js';
import { exactly, readParquet, tableSelect } from './duckdb-views.js';
import { existingColumn } from './existing-columns.js';

export interface DuckDbSettings {
  readonly tables: readonly TableDefinition[];
  readonly files: TableFiles;
  /** Folder of this machine that holds what is read: nothing outside it can be read by a query. */
  readonly root: string;
  /** Holds the files of a query while it runs; by default nothing does, and a change is an error. */
  readonly localFiles?: LocalFiles;
  readonly options?: DuckDbOptions;
}

interface PageOptions {
  day?: Day;
  days?: readonly Day[];
  signal?: AbortSignal;
}

/** Statements that ask for the tables as such. */
const ASKS_FOR_TABLES = /\b(show|describe|pragma|information_schema|duckdb_\w+|pg_\w+)\b/i;

const PAGE_ROWS = 1000;
/** How often a query is begun again when its files change before it gave a row. */
const ATTEMPTS = 5;

const KIND_OF_TYPE = new Map(Object.entries(KINDS).map(([kind, { duckdb }]) => [duckdb as string, kind as Kind]));

/** A type that no kind stands for is read as the nearest that holds its values. */
function kindOf(type: string): Kind {
  const kind = KIND_OF_TYPE.get(type);
  if (kind) return kind;
  if (/^(U|HUGE)[A-Z]*INT/.test(type)) return 'bigint';
  return type.startsWith('DECIMAL') ? 'double' : 'string';
}

export class DuckDbEngine implements OpenEngine {
  readonly name = 'duckdb';
  readonly dialect = duckdbDialect;
  /** Statements that were run. */
  statements = 0;

  readonly #settings: DuckDbSettings;
  readonly #tables: ReadonlyMap<string, TableDefinition>;
  readonly #localFiles: LocalFiles;
  #database: Promise<DuckDBInstance> | undefined;

  constructor(settings: DuckDbSettings) {
    this.#settings = settings;
    this.#localFiles = settings.localFiles ?? filesInPlace;
    this.#tables = new Map(settings.tables.map((table) => [table.name.toLowerCase(), table]));
  }

  async *pages(sql: string, options: PageOptions = {}): AsyncGenerator<Batch> {
    this.statements += 1;
    for (let attempt = 1; ; attempt++) {
      let given = false;
      try {
        for await (const page of this.#run(sql, options)) {
          given = true;
          yield page;
        }
        return;
      } catch (error) {
        const again = error instanceof OaError && error.code === 'PARTITION_CHANGED' && !given && attempt < ATTEMPTS;
        if (!again) throw error;
      }
    }
  }

  /** Queries only read here: a statement that changes something is refused, as in `pages`. */
  async execute(sql: string): Promise<void> {
    for await (const page of this.pages(sql)) void page;
  }

  /** The columns laid down, or those of the newest file, or those of the definition. */
  async describe(table: TableDefinition): Promise<Column[]> {
    const laidDown = await this.#settings.files.columns(table);
    if (laidDown) return laidDown;
    const newest = await this.#settings.files.newest(table);
    if (!newest) return columnList(table.columns);
    const path = await this.#localFiles.columnsOf(newest);
    const types = await this.#using((connection) => typesOf(connection, readParquet([exactly(path)])));
    return [...types].map(([name, type]) => existingColumn(table, name, kindOf(type)));
  }

  /**
   * A table as a SELECT that any DuckDB understands, over the files that lie there when it runs, of the kinds that lie
   * there now; for a table that has no file now, over none.
   * @param folders pattern of the partitions' folders
   */
  async select(table: TableDefinition, folders: string): Promise<string> {
    const columns = await this.describe(table);
    const files = (await this.#settings.files.list(table)).map(({ path }) => path);
    if (files.length === 0) return tableSelect(table, columns, null);
    const types = await this.#using((connection) => typesOf(connection, readParquet(files.map(exactly))));
    const patterns = rowFilePatterns(files).map((pattern) => `${folders}/${pattern}`);
    return tableSelect(table, columns, { from: readParquet(patterns), types });
  }

  async columnsOf(sql: string): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.pages(`DESCRIBE ${sql}`)) names.push(...page.map((row) => String(row.column_name)));
    return names;
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    (await database)?.closeSync();
  }

  async *#run(sql: string, { day, days, signal }: PageOptions): AsyncGenerator<Batch> {
    checkReads(sql);
    const connection = await this.#connect();
    const stopInterrupts = interruptOn(signal, connection);
    let snapshot: Snapshot | undefined;
    try {
      // Only now, for an abort that came while the database was opened calls no listener.
      signal?.throwIfAborted();
      const found: { table: TableDefinition; files: TableFile[] }[] = [];
      for (const table of this.#named(connection, sql)) {
        found.push({ table, files: await this.#settings.files.list(table, days ?? day) });
      }
      snapshot = await this.#localFiles.hold(
        found.flatMap(({ files }) => files),
        { signal },
      );
      let from = 0;
      for (const { table, files } of found) {
        await this.#makeView(connection, table, snapshot.paths.slice(from, (from += files.length)));
      }
      if (found.length === 0 && ASKS_FOR_TABLES.test(sql)) {
        for (const table of this.#settings.tables) await this.#makeView(connection, table, []);
      }
      const result = await (await readingStatement(connection, sql)).stream();
      const read = await chunkReader(result);
      let page: Batch = [];
      for (;;) {
        const chunk = await result.fetchChunk();
        signal?.throwIfAborted();
        if (chunk === null || chunk.rowCount === 0) break;
        page.push(...read(chunk));
        if (page.length < PAGE_ROWS) continue;
        yield page;
        page = [];
      }
      await snapshot.check();
      if (page.length > 0) yield page;
    } catch (error) {
      signal?.throwIfAborted();
      // When a file was taken away in the middle, that is what the caller has to know.
      await snapshot?.check();
      throw error instanceof OaError ? error : failed(error);
    } finally {
      stopInterrupts();
      connection.interrupt();
      connection.closeSync();
      await snapshot?.release();
    }
  }

  /** Known tables that a statement names, as the parser finds them. */
  #named(connection: DuckDBConnection, sql: string): TableDefinition[] {
    try {
      const names = new Set(connection.getTableNames(sql, false).map((name) => name.toLowerCase()));
      return [...this.#tables].filter(([name]) => names.has(name)).map(([, table]) => table);
    } catch {
      // It cannot be parsed; preparing it says why.
      return [];
    }
  }

  async #makeView(connection: DuckDBConnection, table: TableDefinition, paths: readonly string[]): Promise<void> {
    const columns = await this.describe(table);
    const from = readParquet(paths.map(exactly));
    const scan = paths.length > 0 ? { from, types: await typesOf(connection, from) } : null;
    const select = tableSelect(table, columns, scan);
    await connection.run(duckdbDialect.createView(table.name, select, { temporary: true }));
  }

  async #using<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work(connection);
    } catch (error) {
      throw failed(error);
    } finally {
      connection.closeSync();
    }
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#database ??= openDatabase(this.#settings.root, this.#settings.options);
    return (await this.#database).connect();
  }
}
