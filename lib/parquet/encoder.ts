/**
 * Rows to the bytes of a Parquet file, row group by row group: data pages of version 1, PLAIN or dictionary encoded,
 * columns in the given order, as Impala, Hive, Spark and DuckDB read them. Knows no streams and no files.
 *
 * Why not a package: `hyparquet-writer` writes data pages of version 2 only, which older Impala releases do not read.
 */
import type { Column, Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import { ByteBuffer } from './byte-buffer.js';
import { ColumnChunkEncoder } from './column-chunk.js';
import { footer, MAGIC, rowGroup } from './footer.js';
import type { Codec } from './pages.js';
import type { ThriftValue } from './thrift-compact.js';

export interface ParquetOptions {
  /** Rows of a row group at most. @default 100_000 */
  readonly rowGroupRows?: number;
  /** A row group ends once its pages have so many bytes before compression. @default 16 MiB */
  readonly rowGroupBytes?: number;
  /** @default 'snappy' */
  readonly codec?: Codec;
}

/** Rows that go into one column before the next: few enough to stay in the processor's cache. */
const SLICE_ROWS = 256;

export class ParquetEncoder {
  readonly #columns: readonly Column[];
  readonly #chunks: readonly ColumnChunkEncoder[];
  readonly #rowGroupRows: number;
  readonly #rowGroupBytes: number;
  readonly #codec: Codec;
  readonly #rowGroups: ThriftValue[] = [];
  #state: 'open' | 'failed' | 'ended' = 'open';
  #ready: Uint8Array[] = [MAGIC];
  #offset = MAGIC.length;
  #rows = 0;
  #groupRows = 0;

  /** @param columns in file order: Impala resolves columns by their position */
  constructor(columns: readonly Column[], options: ParquetOptions = {}) {
    const { rowGroupRows = 100_000, rowGroupBytes = 16 * 1024 * 1024, codec = 'snappy' } = options;
    if (columns.length === 0) throw new OaError('TABLE_MISFIT', 'a Parquet file needs at least one column, got none');
    this.#rowGroupRows = positive('rowGroupRows', rowGroupRows);
    this.#rowGroupBytes = positive('rowGroupBytes', rowGroupBytes);
    this.#codec = codec;
    this.#columns = columns;
    const scratch = new ByteBuffer();
    this.#chunks = columns.map((column) => new ColumnChunkEncoder(column, codec, scratch));
  }

  /** Rows taken. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * @param rows plain objects whose property names are the column names; undefined and null are null
   * @returns the bytes that are ready: those of the row groups that the rows have filled
   * @throws {OaError} `VALUE_INVALID`, `NUMBER_NOT_EXACT`, with the column and the row's number in the file, from 1; the
   *   encoder cannot be used any more then
   */
  write(rows: readonly Row[]): Uint8Array[] {
    this.#begin();
    for (let from = 0; from < rows.length;) {
      const to = Math.min(rows.length, from + SLICE_ROWS, from + this.#rowGroupRows - this.#groupRows);
      for (const chunk of this.#chunks) chunk.append(rows, from, to, this.#rows + 1);
      this.#rows += to - from;
      this.#groupRows += to - from;
      const bytes = this.#chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
      if (this.#groupRows === this.#rowGroupRows || bytes >= this.#rowGroupBytes) this.#endRowGroup();
      from = to;
    }
    this.#state = 'open';
    return this.#take();
  }

  /** The last row group and the footer. */
  end(): Uint8Array[] {
    this.#begin();
    if (this.#groupRows > 0) this.#endRowGroup();
    this.#ready.push(footer(this.#columns, this.#rows, this.#rowGroups));
    this.#state = 'ended';
    return this.#take();
  }

  /** Whatever throws from here on leaves columns of different lengths behind. */
  #begin(): void {
    if (this.#state !== 'open') throw new OaError('INTERNAL', `Parquet encoder: used after it had ${this.#state}`);
    this.#state = 'failed';
  }

  #endRowGroup(): void {
    const chunks = this.#chunks.map((chunk) => chunk.finish());
    this.#rowGroups.push(rowGroup(chunks, this.#offset, this.#codec));
    for (const { bytes } of chunks) {
      this.#ready.push(bytes);
      this.#offset += bytes.length;
    }
    this.#groupRows = 0;
  }

  #take(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new OaError('VALUE_INVALID', `${name}: expected a whole number from 1, got ${value}`);
}
