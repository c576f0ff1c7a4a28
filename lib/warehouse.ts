/** The embedded warehouse: Parquet files in a storage, and DuckDB over them. */
import { randomBytes } from 'node:crypto';
import { join, posix } from 'node:path';
import type { Row } from '../schemas/columns.js';
import { parseDay } from '../schemas/days.js';
import { DNS_TABLES } from '../schemas/dns.js';
import { OaError } from '../schemas/errors.js';
import { type TableDefinition, type TableLayout } from '../schemas/tables.js';
import type { PartitionOptions, PartitionWriter, ScoredConnections, Storage } from '../streams/contracts.js';
import { queryRows, type QueryRowsOptions } from '../streams/sources/query-rows.js';
import type { RowSource } from '../streams/rows.js';
import { scoresOf } from './analyst/scores.js';
import { DuckDbEngine } from './engine/duckdb.js';
import type { DuckDbOptions } from './engine/duckdb-database.js';
import { exactly } from './engine/duckdb-views.js';
import type { ParquetOptions } from './parquet/encoder.js';
import type { OpenWarehouse } from './oa-warehouse.js';
import { checkTable } from './partitions/align.js';
import { FetchedFiles, type Fetch } from './partitions/fetched.js';
import { Partition, type TablesPlace } from './partitions/partition.js';
import { runFolder, SPILL_FOLDER } from './partitions/paths.js';
import { filesInPlace, pinned, unpinned, type Snapshot } from './partitions/snapshot.js';
import { StagedTables, whereWritable } from './partitions/staged-tables.js';
import type { StagingOptions } from './partitions/staging.js';
import { writeColumns } from './partitions/table-columns.js';
import { StoredTableFiles, type TableFile } from './partitions/table-files.js';
import { newRunId } from './run-id.js';
import { localStorage } from './storage/local.js';
import { locate } from './storage/locate.js';

export interface EmbeddedWarehouseOptions {
  /** Folder of the warehouse, an absolute path of its storage; made when it is missing. */
  readonly root: string;
  /** @default those of DNS */
  readonly tables?: readonly TableDefinition[];
  /** Columns of tables that are missing and made at the opening; null makes none. @default 'documented' */
  readonly layout?: TableLayout | null;
  /** Name of the run's own folder in the staging folder. @default random */
  readonly runId?: string;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  readonly engine?: DuckDbOptions;
  readonly parquet?: ParquetOptions;
  /** Where files are written. @default the local storage */
  readonly storage?: Storage;
  /**
   * A folder of this machine for the copies of files that the engine, which reads this machine's disk only, fetches from
   * the storage. @default none: the storage's files are on this machine's disk
   */
  readonly fetchInto?: string;
  readonly onFetch?: (fetch: Fetch) => void;
  readonly staging?: StagingOptions;
  /** @see locate. @default a path is a local one */
  readonly locate?: (pathOrUrl: string) => { storage: Storage; path: string };
  /** Called when the warehouse has been closed. */
  readonly onClose?: () => Promise<void>;
}

/**
 * Opens the warehouse of a folder: finishes what dead runs left, and makes what is missing.
 * @throws {OaError} `STORAGE_FAILED`, `TABLE_MISFIT`; not for a folder that can only be read
 */
export async function openEmbeddedWarehouse(options: EmbeddedWarehouseOptions): Promise<EmbeddedWarehouse> {
  const warehouse = new EmbeddedWarehouse(options);
  await warehouse.tidy();
  if (options.layout !== null) await whereWritable(() => warehouse.init(options.layout ?? 'documented'));
  return warehouse;
}

export class EmbeddedWarehouse implements OpenWarehouse {
  readonly storage: Storage;
  readonly local: Storage;
  readonly root: string;
  readonly engine: DuckDbEngine;
  readonly runId: string;
  readonly stagingName: string | undefined;
  readonly tables: readonly TableDefinition[];

  readonly #options: EmbeddedWarehouseOptions;
  readonly #staged: StagedTables;
  readonly #place: TablesPlace;
  readonly #files: StoredTableFiles;
  readonly #fetched: FetchedFiles | undefined;

  constructor(options: EmbeddedWarehouseOptions) {
    this.#options = options;
    this.local = localStorage();
    this.storage = options.storage ?? this.local;
    this.root = options.root;
    this.tables = options.tables ?? Object.values(DNS_TABLES);
    this.runId = options.runId ?? newRunId();
    const { fetchInto, staging } = options;
    this.stagingName = staging?.folder;
    this.#place = { storage: this.storage, root: this.root, staging: staging?.folder };
    this.#staged = new StagedTables({ ...options, storage: this.storage, runId: this.runId, tables: this.tables });
    // Whatever writes them, files of this machine's disk are looked at directly.
    const readable = fetchInto === undefined ? this.local : this.storage;
    this.#files = new StoredTableFiles({ ...this.#place, storage: readable }, this.#staged.together);
    if (fetchInto !== undefined)
      this.#fetched = new FetchedFiles(this.storage, {
        root: this.root,
        folder: fetchInto,
        onFetch: options.onFetch,
      });
    this.engine = new DuckDbEngine({
      tables: this.tables,
      files: this.#files,
      root: fetchInto ?? this.root,
      localFiles: this.#fetched ?? { ...filesInPlace, hold: (files) => this.#link(files) },
      options: { spillFolder: this.#spillFolder(), ...options.engine },
    });
  }

  locate(pathOrUrl: string): { storage: Storage; path: string } {
    return this.#options.locate?.(pathOrUrl) ?? locate(pathOrUrl, this.local);
  }

  async openPartition(table: TableDefinition, options: PartitionOptions): Promise<PartitionWriter> {
    const partition = new Partition(this.#place, table, parseDay(options.date), options.hour);
    const columns = await this.engine.describe(table);
    checkTable(table, columns);
    const add = (staged: string) => partition.add(staged, this.runId);
    return this.#staged.writer(table, { columns, partition, add }, options);
  }

  /**
   * From here on a partition that is replaced waits until `place`: staged whole, and read by this warehouse's engine as
   * if it were in its place, while everybody else reads the old one.
   */
  hold(): void {
    this.#staged.together.hold();
  }

  /** The partitions that wait take their places; what fails at that, and what comes after it, is undone. */
  place(): Promise<void> {
    return this.#staged.together.place();
  }

  /** The partitions that wait are given up. */
  discard(): Promise<void> {
    return this.#staged.together.discard();
  }

  /** Removes all rows of a table's partition, as `--reset` does with the analysts' tables. */
  async emptyPartition(table: TableDefinition, date: string): Promise<void> {
    const partition = new Partition(this.#place, table, parseDay(date));
    const leftover = await this.#staged.stagingOf(table).during(() => partition.clear(this.runId));
    if (leftover !== undefined) this.#staged.warnOfLeftover(table, leftover);
  }

  scores(date: string): Promise<ScoredConnections> {
    return scoresOf(this, date);
  }

  /** The result of a query as a source of rows. */
  query<R extends object = Row>(sql: string, options: QueryRowsOptions = {}): RowSource<R> {
    return queryRows<R>(this, sql, options);
  }

  /** Tables that nobody has made yet. */
  missingTables(): Promise<TableDefinition[]> {
    return this.#files.missing(this.tables);
  }

  /** Makes the tables that are missing, and names them. One that has files is there, whoever wrote them. */
  async init(layout: TableLayout = 'documented'): Promise<string[]> {
    const missing = await this.missingTables();
    for (const table of missing) await writeColumns(this.storage, this.root, table, layout);
    return missing.map(({ name }) => name);
  }

  /**
   * CREATE VIEW statements that open the warehouse in any DuckDB. A table that has no file now is empty there.
   * @throws {OaError} `USAGE` for a warehouse that is not on this machine's disk
   */
  async views(): Promise<string> {
    if (this.#fetched) {
      throw new OaError(
        'USAGE',
        `views are of files on this machine's disk; this warehouse is on ${this.storage.name}`,
      );
    }
    const statements: string[] = [];
    for (const table of this.tables) {
      const folders = Object.keys(table.partition).map((name) => `/${name}=*`);
      const select = await this.engine.select(
        table,
        `${exactly(posix.join(this.root, table.folder))}${folders.join('')}`,
      );
      statements.push(`${this.engine.dialect.createView(table.name, select)};\n`);
    }
    return statements.join('');
  }

  tidy(): Promise<void> {
    return this.#staged.tidy();
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#fetched?.close();
    try {
      await this.#staged.close();
    } finally {
      await this.#options.onClose?.();
    }
  }

  #spillFolder(): string | undefined {
    const { fetchInto } = this.#options;
    if (fetchInto !== undefined) return join(fetchInto, SPILL_FOLDER);
    const [first] = this.tables;
    return first && posix.join(this.root, runFolder(this.runId, first), SPILL_FOLDER);
  }

  /** Links to the files, where the folder can be written; they name their partitions as the files do. */
  async #link(files: readonly TableFile[]): Promise<Snapshot> {
    const { first } = this.#staged;
    if (files.length === 0 || !first || this.storage !== this.local) return unpinned(files);
    const [path, staging] = first;
    const folder = posix.join(this.root, path, this.runId, `read-${randomBytes(4).toString('hex')}`);
    try {
      await staging.enter();
    } catch {
      return unpinned(files);
    }
    return pinned(files, { root: this.root, folder, release: () => staging.leave(folder) });
  }
}
