/** Files of the encoder, read by two readers that know nothing of it: hyparquet, and DuckDB by way of a temporary file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects, snappyUncompress, type FileMetaData } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { ParquetEncoder, type ParquetOptions } from '../../../lib/parquet/encoder.js';
import { columnList, type Columns, type Row } from '../../../schemas/columns.js';

export function encode(
  columns: Columns,
  rows: readonly Row[],
  options?: ParquetOptions & { batch?: number },
): Buffer {
  const encoder = new ParquetEncoder(columnList(columns), options);
  const parts: Uint8Array[] = [];
  const size = options?.batch ?? 1000;
  for (let from = 0; from < rows.length; from += size) parts.push(...encoder.write(rows.slice(from, from + size)));
  parts.push(...encoder.end());
  return Buffer.concat(parts);
}

export const arrayBuffer = (file: Uint8Array): ArrayBuffer => Uint8Array.from(file).buffer;

export const metadataOf = (file: Uint8Array): FileMetaData => parquetMetadata(arrayBuffer(file));

/** Rows as hyparquet reads them; INT64 as bigint. Its own text decoder would drop a byte order mark. */
export const readWithHyparquet = (file: Uint8Array): Promise<Row[]> =>
  parquetReadObjects({
    file: arrayBuffer(file),
    parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString() },
  });

/** A page header's Thrift fields by their numbers (parquet.thrift, PageHeader), and the page's bytes. */
export interface RawPage {
  readonly fields: Record<string, unknown>;
  readonly content: Uint8Array;
}

/** Every page of a column chunk, decompressed, as it stands in the file. */
export function rawPages(file: Buffer, rowGroup: number, column: number): RawPage[] {
  const chunk = metadataOf(file).row_groups[rowGroup]!.columns[column]!.meta_data!;
  const pages: RawPage[] = [];
  let at = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const end = at + Number(chunk.total_compressed_size);
  while (at < end) {
    const reader = { view: new DataView(file.buffer, file.byteOffset, file.length), offset: at };
    const fields = deserializeTCompactProtocol(reader) as Record<string, unknown>;
    const [length, compressed] = [fields['field_2'] as number, fields['field_3'] as number];
    const body = file.subarray(reader.offset, reader.offset + compressed);
    const content = new Uint8Array(length);
    if (chunk.codec === 'SNAPPY') snappyUncompress(body, content);
    else content.set(body);
    pages.push({ fields, content });
    at = reader.offset + compressed;
  }
  return pages;
}

/** DuckDB over one file. In `sql`, `FILE` stands for its name as a literal. */
export async function duckdb(file: Uint8Array, sql: string): Promise<Record<string, DuckDBValue>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  try {
    const path = join(folder, 'part-0.parquet');
    await writeFile(path, file);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const reader = await connection.runAndReadAll(sql.replaceAll('FILE', `'${path}'`));
    const rows = reader.getRowObjects();
    connection.closeSync();
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rows as DuckDB reads them; its package for Node.js drops a byte order mark at the beginning of a text. */
export const readWithDuckdb = (file: Uint8Array): Promise<Row[]> => duckdb(file, 'FROM read_parquet(FILE)');

/** The rows as any right reader gives them: every column, null for what is missing, INT64 as bigint. */
export function expectedRows(columns: Columns, rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      columnList(columns).map(({ name, kind }) => {
        const value = row[name] ?? null;
        if (value === null) return [name, null];
        if (kind === 'bigint') return [name, BigInt(value as number | bigint)];
        if (kind === 'float') return [name, Math.fround(value as number)];
        // Integers have one zero only; a lone surrogate has no UTF-8.
        if (typeof value === 'number' && kind !== 'double') return [name, value + 0];
        return [name, typeof value === 'string' ? Buffer.from(value).toString() : value];
      }),
    ),
  );
}

/** Both readers give the rows that went in. */
export async function expectReadBack(
  columns: Columns,
  rows: readonly Row[],
  options?: Parameters<typeof encode>[2],
): Promise<Buffer> {
  const file = encode(columns, rows, options);
  const expected = expectedRows(columns, rows);
  expectSame(await readWithHyparquet(file), expected);
  expectSame(await readWithDuckdb(file), expected);
  return file;
}

/** Jest takes long to compare many rows: it gets the first that differs. */
function expectSame(read: readonly Row[], expected: readonly Row[]): void {
  expect(read).toHaveLength(expected.length);
  const at = expected.findIndex((row, i) => !isDeepStrictEqual({ ...read[i] }, row));
  if (at >= 0) expect({ at, ...read[at] }).toEqual({ at, ...expected[at] });
}

export const range = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
