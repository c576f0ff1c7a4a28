/** `writeDelimited`: rows as a delimited text file (RFC 4180 by default), there and whole when the stream finishes. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { format } from 'fast-csv';
import type { Columns, Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import type { Batch, Storage, Warehouse } from '../contracts.js';
import { RowSink, type SinkTarget } from '../rows.js';

export interface WriteDelimitedOptions {
  /** Columns to write, in order. @default those of the pipeline, else those of the first row */
  readonly columns?: Columns;
  /** @default ',' */
  readonly delimiter?: string;
  /** Whether the first line names the columns. @default true */
  readonly headers?: boolean;
  /** What surrounds a value that holds a delimiter or a line end; false: such a value is `VALUE_INVALID`. @default '"' */
  readonly quote?: string | false;
}

/**
 * Null is an empty text, the hour `hh` two digits.
 * @param path of the storage; with a warehouse also a URL, and relative to the current folder
 * @throws {OaError} as the stream's error: `VALUE_INVALID`, `STORAGE_FAILED`
 */
export function writeDelimited(
  target: Pick<Storage, 'create'> | Pick<Warehouse, 'locate'>,
  path: string,
  options: WriteDelimitedOptions = {},
): RowSink {
  return new RowSink(options.columns ?? {}, (incoming) => {
    const place = 'locate' in target ? target.locate(path) : { storage: target, path };
    const columns = options.columns ?? incoming;
    return Promise.resolve(
      new DelimitedFile(place.storage.create(place.path), columns && Object.keys(columns), options),
    );
  });
}

class DelimitedFile implements SinkTarget {
  readonly #file: Writable;
  readonly #options: WriteDelimitedOptions;
  #columns: readonly string[] | undefined;
  #text: Writable | undefined;
  #written: Promise<void> | undefined;

  constructor(file: Writable, columns: readonly string[] | undefined, options: WriteDelimitedOptions) {
    this.#file = file;
    this.#columns = columns;
    this.#options = options;
  }

  async write(batch: Batch): Promise<void> {
    if (batch[0] === undefined) return;
    const columns = (this.#columns ??= Object.keys(batch[0]));
    const text = this.#begin(columns);
    for (const row of batch) {
      const values = columns.map((name) => this.#valueOf(row, name));
      if (!text.write(values)) await Promise.race([once(text, 'drain'), this.#written]);
    }
  }

  async commit(): Promise<void> {
    this.#begin(this.#columns ?? []).end();
    await this.#written;
  }

  async abort(): Promise<void> {
    this.#text?.destroy();
    if (this.#file.closed) return;
    const closed = new Promise((resolve) => this.#file.once('close', resolve));
    this.#file.destroy();
    await closed;
  }

  #begin(columns: readonly string[]): Writable {
    if (this.#text === undefined) {
      const { delimiter = ',', headers = true, quote = '"' } = this.#options;
      const text = format({
        headers: columns.length > 0 ? [...columns] : null,
        writeHeaders: headers,
        alwaysWriteHeaders: headers && columns.length > 0,
        includeEndRowDelimiter: true,
        delimiter,
        quote,
      });
      this.#text = text;
      this.#written = pipeline(text, this.#file);
      // An error between two batches must not be an uncaught one; the next wait tells it.
      this.#written.catch(() => undefined);
    }
    return this.#text;
  }

  #valueOf(row: Row, name: string): string {
    const value = row[name];
    if (name === 'hh' && typeof value === 'number') return String(value).padStart(2, '0');
    const text = String(value ?? '');
    const { delimiter = ',', quote = '"' } = this.#options;
    if (quote === false && (text.includes(delimiter) || /[\r\n]/.test(text))) {
      throw new OaError(
        'VALUE_INVALID',
        `column ${name}: ${JSON.stringify(text.slice(0, 100))} holds a delimiter or line end; expected none without quotes`,
      );
    }
    return text;
  }
}
