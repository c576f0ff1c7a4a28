/** A warehouse as the program has it: what steps need, and what surrounds a run. */
import type { Row } from '../schemas/columns.js';
import type { TableDefinition, TableLayout } from '../schemas/tables.js';
import type { Engine, Warehouse } from '../streams/contracts.js';
import type { RowSource } from '../streams/rows.js';
import type { QueryRowsOptions } from '../streams/sources/query-rows.js';
import type { Dialect } from './engine/dialects.js';

export interface OpenEngine extends Engine {
  readonly dialect: Dialect;
  /** Statements that were run. */
  readonly statements: number;
  /** Names of a query's columns, in order. */
  columnsOf(sql: string): Promise<string[]>;
}

export interface OpenWarehouse extends Warehouse {
  readonly engine: OpenEngine;
  readonly runId: string;
  /** Name of the staging folder in the pipeline's own, where it is another than usual. */
  readonly stagingName: string | undefined;
  readonly tables: readonly TableDefinition[];
  /**
   * From here on a partition that is replaced waits until `place`, staged whole: everybody else reads the old one.
   * @param readBack tables that this warehouse's own engine has to read meanwhile; one that cannot read a staged file lets
   *   them take their places at once
   */
  hold(readBack?: readonly TableDefinition[]): void;
  /** The partitions that wait take their places; what fails at that, and what comes after it, is undone. */
  place(): Promise<void>;
  /** The partitions that wait are given up. */
  discard(): Promise<void>;
  /** Removes all rows of a table's partition, as `--reset` does with the analysts' tables. */
  emptyPartition(table: TableDefinition, date: string): Promise<void>;
  /** The result of a query as a source of rows. */
  query<R extends object = Row>(sql: string, options?: QueryRowsOptions): RowSource<R>;
  /** Tables that nobody has made yet. */
  missingTables(): Promise<TableDefinition[]>;
  /** Makes the tables that are missing, and names them. @param layout @default that of the tables beside them */
  init(layout?: TableLayout): Promise<string[]>;
  /**
   * CREATE VIEW statements that open the warehouse in any DuckDB.
   * @throws {OaError} `USAGE` for a warehouse that is not on this machine's disk
   */
  views(): Promise<string>;
  /** Finishes what dead runs left, and sweeps their folders. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}
