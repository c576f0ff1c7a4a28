/**
 * Rows to INSERT statements, each of many rows, for small sets and for clusters whose HDFS cannot be written. A statement
 * is a file in the table: what was inserted stays, whatever fails afterwards.
 */
import type { Column } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Batch, PartitionWriter } from '../../streams/contracts.js';
import type { PartitionValues } from '../engine/cluster-dialect.js';
import type { ClusterEngine } from '../engine/cluster-engine.js';
import type { Alignment } from './align.js';

export interface InsertLimits {
  /** Bytes of a statement; Impala takes 16 MiB. @default 1 MiB */
  readonly bytes?: number;
  /** Values of a statement; Impala takes 250,000 expressions, and a value is two. Hive is slow with many. @default 15_000 */
  readonly values?: number;
}

export interface InsertWriterOptions {
  readonly engine: ClusterEngine;
  readonly table: TableDefinition;
  readonly partition: PartitionValues;
  readonly columns: readonly Column[];
  /** Called with the names that the first row has. */
  readonly alignmentFor: (names: readonly string[]) => Alignment;
  readonly limits?: InsertLimits;
}

const BYTES = 1024 * 1024;
const VALUES = 15_000;

export class InsertWriter implements PartitionWriter {
  readonly columns: readonly Column[];
  readonly #options: InsertWriterOptions;
  readonly #before: string;
  readonly #mostBytes: number;
  readonly #mostRows: number;
  #alignment: Alignment | undefined;
  #rows: string[] = [];
  #bytes = 0;

  constructor(options: InsertWriterOptions) {
    const { engine, table, partition, columns, limits = {} } = options;
    this.columns = columns;
    this.#options = options;
    this.#before = engine.dialect.insertInto(table, partition);
    this.#mostBytes = (limits.bytes ?? BYTES) - Buffer.byteLength(this.#before);
    this.#mostRows = Math.max(1, Math.floor((limits.values ?? VALUES) / columns.length));
  }

  async write(batch: Batch): Promise<void> {
    for (const row of batch) {
      const { align, columns } = (this.#alignment ??= this.#options.alignmentFor(Object.keys(row)));
      const aligned = align(row);
      this.#checkNulls(columns, aligned);
      const text = this.#options.engine.dialect.insertedRow(columns, aligned);
      const bytes = Buffer.byteLength(text) + 2;
      if (bytes > this.#mostBytes) {
        throw new OaError('VALUE_INVALID', `a row of ${bytes} bytes in SQL: expected ${this.#mostBytes} at most`);
      }
      if (this.#bytes + bytes > this.#mostBytes || this.#rows.length === this.#mostRows) await this.#insert();
      this.#rows.push(text);
      this.#bytes += bytes;
    }
  }

  async commit(): Promise<void> {
    await this.#insert();
  }

  /** What was inserted cannot be taken back. */
  abort(): Promise<void> {
    this.#rows = [];
    return Promise.resolve();
  }

  async #insert(): Promise<void> {
    if (this.#rows.length === 0) return;
    const sql = this.#before + this.#rows.join(', ');
    this.#rows = [];
    this.#bytes = 0;
    await this.#options.engine.execute(sql);
  }

  #checkNulls(columns: readonly Column[], row: Readonly<Record<string, unknown>>): void {
    const lacking = columns.find(({ name, nullable }) => !nullable && (row[name] ?? null) === null);
    if (lacking === undefined) return;
    throw new OaError(
      'VALUE_INVALID',
      `table ${this.#options.table.name}: column ${lacking.name} is null, which it never is`,
    );
  }
}
