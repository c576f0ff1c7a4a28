/** One column of one row group after the other: takes values, gives the chunk's pages and what the footer says of them. */
import type { Column, Row } from '../../schemas/columns.js';
import { ByteBuffer } from './byte-buffer.js';
import { Dictionary } from './dictionary.js';
import { dataPage, dictionaryPage, type Codec, type Page } from './pages.js';
import { plainValues, unfit, type Bounds, type PlainValues } from './plain-values.js';

/** A page ends at so many rows, or with the value that reaches so many bytes. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 1024 * 1024;

export interface ColumnChunk {
  readonly column: Column;
  readonly rows: number;
  readonly nulls: number;
  readonly bounds: Bounds | undefined;
  /** The dictionary page first, where there is one. */
  readonly pages: readonly Page[];
  /** All pages; `uncompressedSize` is what they would be without compression. */
  readonly bytes: Uint8Array;
  readonly uncompressedSize: number;
}

export class ColumnChunkEncoder {
  readonly #column: Column;
  readonly #codec: Codec;
  readonly #values: PlainValues;
  readonly #scratch: ByteBuffer;

  readonly #levels = new Uint8Array(PAGE_ROWS);
  readonly #indexes: Uint32Array;
  readonly #plain = new ByteBuffer();
  #pageRows = 0;
  #pageValues = 0;

  #dictionary: Dictionary | undefined;
  /** Whether values are still looked up in the dictionary; when it no longer pays, the rest of the chunk is PLAIN. */
  #lookUp = false;
  #pages: Page[] = [];
  #closedBytes = 0;
  #rows = 0;
  #nulls = 0;

  /** @param scratch for the page that is being closed; shared by the columns */
  constructor(column: Column, codec: Codec, scratch: ByteBuffer) {
    this.#column = column;
    this.#codec = codec;
    this.#scratch = scratch;
    this.#values = plainValues(column);
    this.#indexes = new Uint32Array(this.#values.repeating ? PAGE_ROWS : 0);
    this.#begin();
  }

  #begin(): void {
    this.#dictionary = this.#values.repeating ? new Dictionary(this.#values) : undefined;
    this.#lookUp = this.#dictionary !== undefined;
    this.#pages = [];
    this.#closedBytes = 0;
    this.#rows = 0;
    this.#nulls = 0;
  }

  /** Bytes of the chunk so far, encoded but not compressed. */
  get bytes(): number {
    return this.#closedBytes + this.#plain.length + this.#pageRows * 2 + (this.#dictionary?.bytes.length ?? 0);
  }

  /**
   * @param row number in the file of `rows[from]`, from 1
   * @throws {OaError} `VALUE_INVALID`, `NUMBER_NOT_EXACT`; the chunk cannot be used then
   */
  append(rows: readonly Row[], from: number, to: number, row: number): void {
    const { name, nullable } = this.#column;
    for (let i = from; i < to; i++) {
      if (this.#pageRows === PAGE_ROWS || this.#plain.length >= PAGE_BYTES) this.#closePage();
      const value = rows[i]![name];
      if (value === null || value === undefined) {
        if (!nullable) throw unfit(this.#column, row + i - from, value);
        this.#levels[this.#pageRows++] = 0;
      } else {
        this.#appendValue(value, row + i - from);
      }
    }
  }

  #appendValue(value: unknown, row: number): void {
    if (this.#lookUp) {
      const index = this.#dictionary!.indexOf(value, row);
      if (index >= 0) {
        this.#indexes[this.#pageValues++] = index;
        this.#levels[this.#pageRows++] = 1;
        return;
      }
      this.#closePage();
      this.#lookUp = false;
    }
    this.#values.write(value, this.#plain, row);
    this.#pageValues++;
    this.#levels[this.#pageRows++] = 1;
  }

  #closePage(): void {
    if (this.#pageRows === 0) return;
    // Without a single value there is no dictionary page, so a page of nulls cannot refer to one.
    const dictionarySize = this.#lookUp ? this.#dictionary!.size : 0;
    const closed = dataPage(
      {
        rows: this.#pageRows,
        levels: this.#levels,
        valueCount: this.#pageValues,
        values: dictionarySize > 0 ? { indexes: this.#indexes, dictionarySize } : this.#plain,
      },
      this.#scratch,
      this.#codec,
    );
    this.#pages.push(closed);
    this.#closedBytes += closed.uncompressedSize;
    this.#rows += this.#pageRows;
    this.#nulls += this.#pageRows - this.#pageValues;
    this.#pageRows = 0;
    this.#pageValues = 0;
    this.#plain.clear();
  }

  /** The finished chunk; the next value begins another. */
  finish(): ColumnChunk {
    this.#closePage();
    const dictionary = this.#dictionary;
    if (dictionary && dictionary.size > 0)
      this.#pages.unshift(dictionaryPage(dictionary.bytes, dictionary.size, this.#codec));
    const chunk = {
      column: this.#column,
      rows: this.#rows,
      nulls: this.#nulls,
      bounds: this.#values.takeBounds(),
      pages: this.#pages,
      bytes: Buffer.concat(this.#pages.map(({ bytes }) => bytes)),
      uncompressedSize: this.#pages.reduce((sum, page) => sum + page.uncompressedSize, 0),
    };
    this.#begin();
    return chunk;
  }
}
