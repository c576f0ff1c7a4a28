/** The warehouse of a cluster: Parquet files that are staged in a storage, and Impala or Hive that loads and reads them. */
import { DNS_TABLES, dnsScores } from '../schemas/dns.js';
import type { Row } from '../schemas/columns.js';
import { parseDay } from '../schemas/days.js';
import { OaError } from '../schemas/errors.js';
import { partitionValues, type TableDefinition, type TableLayout } from '../schemas/tables.js';
import type { PartitionOptions, PartitionWriter, ScoredConnections, Storage } from '../streams/contracts.js';
import type { RowSource } from '../streams/rows.js';
import { queryRows, type QueryRowsOptions } from '../streams/sources/query-rows.js';
import { scoresOf } from './analyst/scores.js';
import type { ClusterEngine, StatementClient } from './engine/cluster-engine.js';
import type { OpenWarehouse } from './oa-warehouse.js';
import type { ParquetOptions } from './parquet/encoder.js';
import { InsertWriter, type InsertLimits } from './partitions/insert-writer.js';
import { finishLoads, LoadedPartition, valuesOf, type LoadsPlace } from './partitions/loaded-partition.js';
import { StagedTables } from './partitions/staged-tables.js';
import type { StagingOptions } from './partitions/staging.js';
import { StoredTableFiles } from './partitions/table-files.js';
import { newRunId } from './run-id.js';
import { localStorage } from './storage/local.js';
import { locate } from './storage/locate.js';

export interface ClusterWarehouseOptions {
  readonly engine: ClusterEngine;
  /** A client that needs no database, for making one. */
  readonly withoutDatabase: () => StatementClient;
  readonly database: string;
  readonly storage: Storage;
  /** Folder of the warehouse, an absolute path of its storage. */
  readonly root: string;
  readonly runId: string;
  /** @default those of DNS */
  readonly tables?: readonly TableDefinition[];
  /** @see LoadsPlace */
  readonly fileSystem?: string;
  readonly statistics?: boolean;
  /** @see LoadsPlace */
  readonly pause?: number;
  readonly staging?: StagingOptions;
  readonly parquet?: ParquetOptions;
  readonly inserts?: InsertLimits;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  /** @see locate. @default a path is a local one */
  readonly locate?: (pathOrUrl: string) => { storage: Storage; path: string };
  /** Called when the warehouse has been closed. */
  readonly onClose?: () => Promise<void>;
}

/** Partitions that one statement makes known. */
const PARTITIONS_A_STATEMENT = 100;

export class ClusterWarehouse implements OpenWarehouse {
  readonly storage: Storage;
  readonly local = localStorage();
  readonly root: string;
  readonly engine: ClusterEngine;
  readonly runId: string;
  readonly stagingName: string | undefined;
  readonly tables: readonly TableDefinition[];

  readonly #options: ClusterWarehouseOptions;
  readonly #place: LoadsPlace;
  readonly #staged: StagedTables;
  #readBack: readonly string[] = [];
  #tidied: Promise<void> | undefined;

  constructor(options: ClusterWarehouseOptions) {
    const { storage, root, engine, runId, staging, fileSystem, statistics, pause } = options;
    this.#options = options;
    this.storage = storage;
    this.root = root;
    this.engine = engine;
    this.runId = runId;
    this.stagingName = staging?.folder;
    this.tables = options.tables ?? Object.values(DNS_TABLES);
    this.#place = { storage, root, engine, staging: staging?.folder, fileSystem, statistics, pause };
    this.#staged = new StagedTables({
      ...options,
      tables: this.tables,
      finishJournal: finishLoads(this.#place, this.tables),
    });
  }

  /** The root as the server names it. */
  get location(): string {
    return `${this.#options.fileSystem ?? ''}${this.root}`;
  }

  /** The same warehouse with other tables, for a while: it is not to be closed. */
  withTables(tables: readonly TableDefinition[]): ClusterWarehouse {
    return new ClusterWarehouse({ ...this.#options, tables, runId: newRunId() });
  }

  locate(pathOrUrl: string): { storage: Storage; path: string } {
    return this.#options.locate?.(pathOrUrl) ?? locate(pathOrUrl, this.local);
  }

  /** In mode `replace` a file that the server loads; `append` are INSERT statements, which need no rights in the storage. */
  async openPartition(table: TableDefinition, options: PartitionOptions): Promise<PartitionWriter> {
    const { date, hour, rowColumns, mode } = options;
    const day = parseDay(date);
    const { engine } = this;
    const columns = await engine.writableColumns(table);
    const partition = new LoadedPartition(this.#place, table, { day, hour, columns });
    if (mode === 'append') {
      const alignmentFor = this.#staged.aligner(table, columns, rowColumns);
      const values = partitionValues(table, day, hour);
      const { inserts: limits } = this.#options;
      return new InsertWriter({ engine, table, partition: values, columns, alignmentFor, limits });
    }
    // An earlier load of the partition that was not finished would come over this one.
    await (this.#tidied ??= this.tidy());
    const atOnce = this.#readBack.includes(table.name);
    return this.#staged.writer(table, { columns, partition, atOnce }, options);
  }

  hold(readBack: readonly TableDefinition[] = []): void {
    this.#readBack = readBack.map(({ name }) => name);
    this.#staged.together.hold();
  }

  place(): Promise<void> {
    return this.#staged.together.place();
  }

  discard(): Promise<void> {
    this.#readBack = [];
    return this.#staged.together.discard();
  }

  /** A table that is missing has no rows. */
  async emptyPartition(table: TableDefinition, date: string): Promise<void> {
    const columns = await this.engine.describe(table);
    if (columns === null) return;
    await (this.#tidied ??= this.tidy());
    const partition = new LoadedPartition(this.#place, table, { day: parseDay(date), columns });
    const staging = this.#staged.stagingOf(table);
    const leftover = await staging.during(() => partition.clear(this.runId, staging));
    if (leftover !== undefined) this.#staged.warnOfLeftover(table, leftover);
  }

  scores(date: string): Promise<ScoredConnections> {
    return scoresOf(this, date);
  }

  query<R extends object = Row>(sql: string, options: QueryRowsOptions = {}): RowSource<R> {
    return queryRows<R>(this, sql, options);
  }

  async missingTables(): Promise<TableDefinition[]> {
    const missing: TableDefinition[] = [];
    for (const table of this.tables) if ((await this.engine.describe(table)) === null) missing.push(table);
    return missing;
  }

  /**
   * Makes the tables that are missing, with the partitions whose folders are there already, and the database if need be. A
   * raw table in a database of its own is its owner's to make.
   * @param layout @default Spot 1.0's where its `dns_scores` is there, in this database or the raw one; else the documented
   */
  async init(layout?: TableLayout): Promise<string[]> {
    await this.#makeDatabase();
    // The engine would make the folder above as its own, and this user could not stage anything there.
    await this.#staged.makeFolders();
    const { engine, root, storage } = this;
    const { dialect } = engine;
    const missing = await this.missingTables();
    const chosen = layout ?? ((await this.#hasSpot10()) ? 'spot-1.0' : 'documented');
    const files = new StoredTableFiles({ storage, root });
    const overlay = dialect.name === 'impala' ? { SYNC_DDL: 'true' } : undefined;
    for (const table of missing) {
      await engine.execute(dialect.createTable(table, { layout: chosen, root: this.location }), { overlay });
      const folders = await files.folders(table);
      for (let i = 0; i < folders.length; i += PARTITIONS_A_STATEMENT) {
        const values = folders.slice(i, i + PARTITIONS_A_STATEMENT).map((folder) => valuesOf(table, folder));
        await engine.execute(dialect.addPartitions(table, values), { overlay });
      }
    }
    engine.forgetColumns();
    return missing.map(({ name }) => name);
  }

  views(): Promise<string> {
    const message = `views are of files on this machine's disk; the engine of this warehouse is ${this.engine.name}`;
    return Promise.reject(new OaError('USAGE', message));
  }

  tidy(): Promise<void> {
    return this.#staged.tidy();
  }

  async close(): Promise<void> {
    try {
      await this.#staged.close();
    } finally {
      await this.engine.close();
      await this.#options.onClose?.();
    }
  }

  /** A session that names a database which is not there does not open. */
  async #makeDatabase(): Promise<void> {
    const { database } = this.#options;
    const { dialect } = this.engine;
    const client = this.#options.withoutDatabase();
    try {
      const names: string[] = [];
      for await (const page of client.pages(dialect.showDatabases(database)))
        names.push(...page.map((row) => String(Object.values(row)[0]).toLowerCase()));
      // Asked first, for who may not make databases may still make tables in one that is there.
      if (!names.includes(database.toLowerCase())) await client.execute(dialect.createDatabase(database));
    } finally {
      await client.close();
    }
  }

  async #hasSpot10(): Promise<boolean> {
    for (const isRaw of [false, true]) {
      const columns = await this.engine.describe({ ...dnsScores, isRaw });
      if (columns?.some(({ name }) => name === 'ml_score')) return true;
    }
    return false;
  }
}
