/** What stands behind the row groups (parquet.thrift, FileMetaData). */
import { KINDS, type Column } from '../../schemas/columns.js';
import type { ColumnChunk } from './column-chunk.js';
import { CODECS, ENCODINGS, PAGE_TYPES, type Codec, type Page } from './pages.js';
import { PHYSICAL_TYPES, schemaElements } from './schema.js';
import { binary, i32, i64, list, struct, type ThriftValue } from './thrift-compact.js';

/** In the form `<application> version <version>`: parquet-mr distrusts the statistics of a writer that it cannot parse. */
const CREATED_BY = 'spot-dns-oa version 1';

export const MAGIC = Buffer.from('PAR1');

/** @param offset where in the file the row group begins */
export function rowGroup(chunks: readonly ColumnChunk[], offset: number, codec: Codec): ThriftValue {
  let at = offset;
  const columns = chunks.map((chunk) => {
    const column = columnChunk(chunk, at, codec);
    at += chunk.bytes.length;
    return column;
  });
  return struct({
    1: list(columns),
    2: i64(chunks.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)),
    3: i64(chunks[0]!.rows),
    5: i64(offset),
    6: i64(at - offset),
  });
}

function columnChunk(chunk: ColumnChunk, offset: number, codec: Codec): ThriftValue {
  const { column, pages, bounds } = chunk;
  const first = pages[0];
  const dictionarySize = first?.type === 'DICTIONARY_PAGE' ? first.bytes.length : 0;
  const encodings = new Set<keyof typeof ENCODINGS>(['RLE', ...pages.map(({ encoding }) => encoding)]);
  const metadata = struct({
    1: i32(PHYSICAL_TYPES[KINDS[column.kind].parquet]),
    2: list([...encodings].map((encoding) => i32(ENCODINGS[encoding]))),
    3: list([binary(column.name)]),
    4: i32(CODECS[codec]),
    5: i64(chunk.rows),
    6: i64(chunk.uncompressedSize),
    7: i64(chunk.bytes.length),
    9: i64(offset + dictionarySize),
    11: dictionarySize > 0 ? i64(offset) : undefined,
    12: struct({ 3: i64(chunk.nulls), 5: bounds && binary(bounds.max), 6: bounds && binary(bounds.min) }),
    13: list(encodingStatistics(pages)),
  });
  // The offset of metadata outside the footer, of which there is none.
  return struct({ 2: i64(0), 3: metadata });
}

/** How many pages of each type have which encoding: readers may test a filter on a dictionary alone if all pages use it. */
function encodingStatistics(pages: readonly Page[]): ThriftValue[] {
  const counts = new Map<string, { page: Page; count: number }>();
  for (const page of pages) {
    const key = `${page.type} ${page.encoding}`;
    const entry = counts.get(key);
    if (entry) entry.count++;
    else counts.set(key, { page, count: 1 });
  }
  return [...counts.values()].map(({ page, count }) =>
    struct({ 1: i32(PAGE_TYPES[page.type]), 2: i32(ENCODINGS[page.encoding]), 3: i32(count) }),
  );
}

/** The metadata, its length and the closing magic. */
export function footer(columns: readonly Column[], rows: number, rowGroups: readonly ThriftValue[]): Buffer {
  // Order of the bounds: that of the type. Without this field readers ignore them.
  const order = struct({ 1: struct({}) });
  const { bytes } = struct({
    1: i32(1),
    2: list(schemaElements(columns)),
    3: i64(rows),
    4: list(rowGroups),
    6: binary(CREATED_BY),
    7: list(columns.map(() => order)),
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([bytes, length, MAGIC]);
}
