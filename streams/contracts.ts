/**
 * What the steps ask of the world around them. Types only: `lib` provides these, and a test passes ten lines of its
 * own. No step knows which storage, engine or service it works with.
 */
import type { Readable, Writable } from 'node:stream';
import type { Column, Columns, Row } from '../schemas/columns.js';
import type { Day } from '../schemas/days.js';
import type { TableDefinition } from '../schemas/tables.js';

/** An array of rows, the chunk that flows through every stream. It belongs to whoever received it. */
export type Batch<R = Row> = R[];

export interface FileStatus {
  /** Absolute path in its storage. */
  readonly path: string;
  /** Last segment of the path. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Time of the last change, milliseconds since 1970. */
  readonly modified: number;
  /** Changes when another file takes the path, where the storage can tell more than size and time do. */
  readonly identity?: string;
}

/** Where files are: a local folder, or HDFS over WebHDFS. Paths are absolute, with `/`. */
export interface Storage {
  /** Names the storage in messages: `local`, `webhdfs://nn1:9870`. */
  readonly name: string;
  /**
   * Bytes from `start` on. Opens nothing before the first read; destroying it closes the connection.
   * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, as the stream's error
   */
  open(path: string, options?: { start?: number; signal?: AbortSignal }): Readable;
  /** A new file: nothing is visible before `finish`, which means durable; destroy leaves no trace. Makes folders. */
  create(path: string): Writable;
  /**
   * Creates a small file that must not exist yet.
   * @throws {OaError} `FILE_EXISTS`
   */
  createExclusive(path: string, text: string): Promise<void>;
  /** Renames a file, replacing one that is there; durable when it resolves. Makes the target's folder. */
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file or a folder with all that is in it; one that does not exist is no error. */
  delete(path: string): Promise<void>;
  /** What a folder holds, by name; empty when it does not exist. */
  list(path: string): Promise<FileStatus[]>;
  /** `null` when there is nothing. */
  stat(path: string): Promise<FileStatus | null>;
  makeDirectories(path: string): Promise<void>;
}

/** What runs SQL: DuckDB (embedded), Impala, Hive. */
export interface Engine {
  /** `duckdb`, `impala`, `hive`. */
  readonly name: string;
  /**
   * The result of a query, page by page, never the whole; ending the iteration early ends the query.
   * @param options.day only this day's partitions are read, where the engine can know them beforehand
   * @param options.days the same of several days
   * @throws {OaError} `QUERY_FAILED`, `TABLE_MISSING`, `PARTITION_CHANGED`
   */
  pages(sql: string, options?: { day?: Day; days?: readonly Day[]; signal?: AbortSignal }): AsyncIterable<Batch>;
  /** Runs a statement without a result. */
  execute(sql: string): Promise<void>;
  /** The columns that the table really has, in its order, without partition columns; `null` when it does not exist. */
  describe(table: TableDefinition): Promise<Column[] | null>;
  close(): Promise<void>;
}

/** One partition being written. Nothing of it is visible before `commit` resolves; after `abort` nothing is left. */
export interface PartitionWriter {
  /** Columns of the table that is written. */
  readonly columns: readonly Column[];
  write(batch: Batch): Promise<void>;
  /** Replaces the partition (or adds to it), whole and durably. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface PartitionOptions {
  /** `YYYYMMDD` */
  readonly date: string;
  /** Only for tables with an hour partition: 0 to 23. */
  readonly hour?: number;
  /** Columns that the rows have, if known: what the table lacks or needs is then judged before the first row. */
  readonly rowColumns?: Columns;
  /** `replace` (default) or `append`: one more file. */
  readonly mode?: 'replace' | 'append';
  /** Whether an empty result may replace a filled partition; else `WOULD_EMPTY`. Default false. */
  readonly allowEmpty?: boolean;
}

/** Analysts' severities of a day: 1 high, 2 medium, 3 low. */
export interface ScoredConnections {
  readonly names: ReadonlyMap<string, number>;
  readonly clients: ReadonlyMap<string, number>;
}

/** A storage and an engine that see the same tables. */
export interface Warehouse {
  readonly storage: Storage;
  /** Path of the warehouse's root folder in its storage. */
  readonly root: string;
  /** The storage of copies and reports: always this machine's disk. */
  readonly local: Storage;
  readonly engine: Engine;
  /** A path or URL of a user: a plain path is a local one, relative to the current folder. */
  locate(pathOrUrl: string): { storage: Storage; path: string };
  /** @throws {OaError} `TABLE_MISSING`, `TABLE_MISFIT` */
  openPartition(table: TableDefinition, options: PartitionOptions): Promise<PartitionWriter>;
  /** Severities that analysts gave to names and clients of the day; missing table or partition: empty. */
  scores(date: string): Promise<ScoredConnections>;
}

/** What a reputation service says of a key: label `HIGH`, `MEDIUM`, `LOW`, `NONE` or its own, and Spot's value. */
export interface Verdict {
  readonly label: string;
  /** 3 high, 2 medium, 1 low, 0 none, -1 unverified. */
  readonly value: number;
  /** What the key is known for; Spot's UI lists them beside the label. */
  readonly categories?: readonly { readonly name: string; readonly group: string }[];
}

/** Whom a reputation service talks to, and what it tells them, in words. */
export interface RemoteHost {
  readonly host: string;
  readonly sends: string;
}

export interface ReputationService {
  /** The name in the column `query_rep`. */
  readonly name: string;
  readonly checks: 'domain' | 'ip' | 'url';
  /** Most keys of one call. */
  readonly batchSize: number;
  /** Null: nothing leaves this machine. A service that does not say is taken for a remote one. */
  readonly remote?: RemoteHost | null;
  /** Verdicts by key; a key without an entry is `UNKNOWN`. */
  check(keys: readonly string[], options: { signal: AbortSignal }): Promise<ReadonlyMap<string, Verdict>>;
}

/** Looks an IP address up; an empty string when nothing is known. */
export interface ContextLookup {
  find(ip: string): string;
}

/** Where an address is; what is not known is null or left out. */
export interface Location {
  /** `state;city owner` */
  readonly geo_loc: string | null;
  readonly domain: string | null;
  /** ISO 3166-1: `IN`. */
  readonly country_code?: string | null;
  readonly country?: string | null;
  /** State or province. */
  readonly region?: string | null;
  readonly city?: string | null;
  /** Degrees, north positive. */
  readonly latitude?: number | null;
  /** Degrees, east positive. */
  readonly longitude?: number | null;
  /** Number of the autonomous system. */
  readonly asn?: number | null;
  /** Who holds the address, or routes it. */
  readonly owner?: string | null;
}

export interface LocationLookup {
  find(ip: string): Location | null;
}
