/** The embedded warehouse: Parquet files in a storage, and DuckDB over them. */
import { randomBytes } from 'node:crypto';
import { join, posix } from 'node:path';
import type { Columns, Row } from '../schemas/columns.js';
import { parseDay } from '../schemas/days.js';
import { DNS_TABLES, dnsThreatInvestigation } from '../schemas/dns.js';
import { OaError } from '../schemas/errors.js';
import { type TableDefinition, type TableLayout } from '../schemas/tables.js';
import type {
  PartitionOptions,
  PartitionWriter,
  ScoredConnections,
  Storage,
  Warehouse,
} from '../streams/contracts.js';
import { queryRows, type QueryRowsOptions } from '../streams/sources/query-rows.js';
import type { RowSource } from '../streams/rows.js';
import { scoresQuery } from './engine/dns-queries.js';
import { DuckDbEngine } from './engine/duckdb.js';
import type { DuckDbOptions } from './engine/duckdb-database.js';
import { exactly } from './engine/duckdb-views.js';
import type { ParquetOptions } from './parquet/encoder.js';
import { alignmentOf, checkTable, type Alignment } from './partitions/align.js';
import { Journals } from './partitions/journal.js';
import { ParquetWriter, uniqueName } from './partitions/parquet-writer.js';
import { FetchedFiles, type Fetch } from './partitions/fetched.js';
import { Partition, type TablesPlace } from './partitions/partition.js';
import { runFolder, SPILL_FOLDER, stagedFile, stagingRoot } from './partitions/paths.js';
import { filesInPlace, pinned, unpinned, type Snapshot } from './partitions/snapshot.js';
import { Staging, sweepStaging, type StagingOptions } from './partitions/staging.js';
import { writeColumns } from './partitions/table-columns.js';
import { Together } from './partitions/together.js';
import { StoredTableFiles, type TableFile } from './partitions/table-files.js';
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

export class EmbeddedWarehouse implements Warehouse {
  readonly storage: Storage;
  readonly local: Storage;
  readonly root: string;
  readonly engine: DuckDbEngine;
  readonly runId: string;
  readonly tables: readonly TableDefinition[];

  readonly #options: EmbeddedWarehouseOptions;
  /** By the path below the root: `dns/staging`. */
  readonly #stagings: ReadonlyMap<string, Staging>;
  readonly #together = new Together();
  readonly #place: TablesPlace;
  readonly #files: StoredTableFiles;
  readonly #fetched: FetchedFiles | undefined;

  constructor(options: EmbeddedWarehouseOptions) {
    this.#options = options;
    this.local = localStorage();
    this.storage = options.storage ?? this.local;
    this.root = options.root;
    this.tables = options.tables ?? Object.values(DNS_TABLES);
    this.runId = options.runId ?? `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
    const { fetchInto, staging } = options;
    this.#place = { storage: this.storage, root: this.root, staging: staging?.folder };
    this.#stagings = new Map(
      this.tables.map((table) => {
        const path = stagingRoot(table, staging?.folder);
        const folder = posix.join(this.root, path);
        return [path, new Staging(this.storage, folder, this.runId, staging?.permit)];
      }),
    );
    // Whatever writes them, files of this machine's disk are looked at directly.
    const readable = fetchInto === undefined ? this.local : this.storage;
    this.#files = new StoredTableFiles({ ...this.#place, storage: readable }, this.#together);
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
    const { date, hour, rowColumns, mode = 'replace', allowEmpty = false } = options;
    const day = parseDay(date);
    const partition = new Partition(this.#place, table, day, hour);
    const columns = await this.engine.describe(table);
    checkTable(table, columns);
    const alignmentFor = (rows: Readonly<Record<string, Columns[string] | undefined>>) => {
      const alignment = alignmentOf(table, columns, rows);
      this.#warnOf(table, alignment);
      return alignment;
    };
    const known = rowColumns && alignmentFor(rowColumns);
    const name = mode === 'append' ? uniqueName() : undefined;
    const place = {
      storage: this.storage,
      root: this.root,
      runId: this.runId,
      staging: this.#staging(table),
      staged: stagedFile(this.runId, table, { day, hour, name, staging: this.#place.staging }),
      table,
      day,
      partition,
      together: this.#together,
      label: `${table.name} of ${date}`,
    };
    return new ParquetWriter(place, {
      columns,
      alignmentFor: (names) => known ?? alignmentFor(Object.fromEntries(names.map((of) => [of, undefined]))),
      mode,
      allowEmpty,
      parquet: this.#options.parquet,
      onLeftover: (cause) => this.#warnOfLeftover(table, cause),
    });
  }

  /**
   * From here on a partition that is replaced waits until `place`: staged whole, and read by this warehouse's engine as
   * if it were in its place, while everybody else reads the old one.
   */
  hold(): void {
    this.#together.hold();
  }

  /** The partitions that wait take their places; what fails at that, and what comes after it, is undone. */
  place(): Promise<void> {
    return this.#together.place();
  }

  /** The partitions that wait are given up. */
  discard(): Promise<void> {
    return this.#together.discard();
  }

  /** Removes all rows of a table's partition, as `--reset` does with the analysts' tables. */
  async emptyPartition(table: TableDefinition, date: string): Promise<void> {
    const partition = new Partition(this.#place, table, parseDay(date));
    const leftover = await this.#staging(table).during(() => partition.clear(this.runId));
    if (leftover !== undefined) this.#warnOfLeftover(table, leftover);
  }

  async scores(date: string): Promise<ScoredConnections> {
    const [names, clients] = [new Map<string, number>(), new Map<string, number>()];
    if (!this.tables.some(({ name }) => name === dnsThreatInvestigation.name)) return { names, clients };
    const day = parseDay(date);
    for await (const page of this.engine.pages(scoresQuery(this.engine.dialect, day), { day })) {
      for (const { scored, scored_key, severity } of page) {
        (scored === 'name' ? names : clients).set(scored_key as string, severity as number);
      }
    }
    return { names, clients };
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
  async init(layout: TableLayout): Promise<string[]> {
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

  /** Finishes what dead runs left, and sweeps their folders. */
  async tidy(): Promise<void> {
    for (const [path, staging] of this.#stagings) {
      await whereWritable(async () => {
        await staging.makeFolder();
        await new Journals(this.storage, this.root, path).recover();
        await sweepStaging(this.storage, posix.join(this.root, path));
      });
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#fetched?.close();
    try {
      await whereWritable(() => this.discard());
      for (const staging of this.#stagings.values()) await whereWritable(() => staging.close());
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
    const [first] = this.#stagings;
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

  #staging(table: TableDefinition): Staging {
    const staging = this.#stagings.get(stagingRoot(table, this.#place.staging));
    if (staging) return staging;
    throw new OaError(
      'TABLE_UNKNOWN',
      `table ${table.name} is not one of ${this.tables.map((one) => one.name).join(', ')}`,
    );
  }

  #warnOf(table: TableDefinition, { missing, leftOut }: Alignment): void {
    const lost = leftOut.filter((name) => !table.optional.includes(name));
    const warn = (code: string, message: string) => this.#options.onWarning?.({ code, message });
    if (missing.length > 0)
      warn('COLUMNS_NULL', `table ${table.name}: the rows lack ${missing.join(', ')}; null there`);
    if (lost.length > 0) warn('COLUMNS_LEFT_OUT', `table ${table.name} has no ${lost.join(', ')}; left out`);
  }

  #warnOfLeftover(table: TableDefinition, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `table ${table.name}: replaced, but old files could not be removed, and will be later: ${why}`;
    this.#options.onWarning?.({ code: 'LEFTOVER', message });
  }
}

/** A folder that can only be read is no reason not to open it; and what another process tidies up is being tidied up. */
async function whereWritable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reasons = ['STORAGE_FAILED', 'LOCKED', 'PERMISSION_DENIED', 'QUOTA_EXCEEDED', 'SAFE_MODE'];
    if (!(error instanceof OaError && reasons.includes(error.code))) throw error;
  }
}
