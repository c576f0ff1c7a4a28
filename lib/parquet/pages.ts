/** Pages of a column chunk (parquet.thrift, PageHeader), data pages in version 1: what Impala of any age reads. */
import { compressSync } from 'snappy';
import { ByteBuffer } from './byte-buffer.js';
import { bitWidth, writeHybrid, writeRun } from './rle.js';
import { i32, struct, type ThriftValue } from './thrift-compact.js';

export type Codec = 'snappy' | 'none';

/** enum CompressionCodec. */
export const CODECS = { none: 0, snappy: 1 } as const;
/**
 * enum Encoding. PLAIN_DICTIONARY is version 1's name of a dictionary, in its own page and in the data pages; Impala
 * before 4.0 refuses a file that names RLE_DICTIONARY.
 */
export const ENCODINGS = { PLAIN: 0, PLAIN_DICTIONARY: 2, RLE: 3 } as const;
/** enum PageType. */
export const PAGE_TYPES = { DATA_PAGE: 0, DICTIONARY_PAGE: 2 } as const;

export interface Page {
  readonly type: keyof typeof PAGE_TYPES;
  readonly encoding: 'PLAIN' | 'PLAIN_DICTIONARY';
  /** Header and compressed body. */
  readonly bytes: Uint8Array;
  /** What `bytes` would be without compression. */
  readonly uncompressedSize: number;
}

/** The rows of a data page: which are null, and the others' values or dictionary indexes. */
export interface PageContent {
  readonly rows: number;
  /** Per row 1 for a value, 0 for null. */
  readonly levels: Uint8Array;
  readonly valueCount: number;
  /** PLAIN bytes, or indexes into a dictionary of so many values. */
  readonly values: ByteBuffer | { readonly indexes: Uint32Array; readonly dictionarySize: number };
}

export function dataPage(content: PageContent, scratch: ByteBuffer, codec: Codec): Page {
  const { rows, valueCount, values } = content;
  const plain = values instanceof ByteBuffer;
  const encoding = plain ? 'PLAIN' : 'PLAIN_DICTIONARY';
  scratch.clear();
  writeLevels(scratch, content);
  if (plain) {
    scratch.append(values);
  } else {
    const width = bitWidth(values.dictionarySize - 1);
    scratch.byte(width);
    writeHybrid(scratch, values.indexes, valueCount, width);
  }
  const header = struct({ 1: i32(rows), 2: i32(ENCODINGS[encoding]), 3: i32(ENCODINGS.RLE), 4: i32(ENCODINGS.RLE) });
  return page('DATA_PAGE', encoding, scratch, { 5: header }, codec);
}

export function dictionaryPage(bytes: ByteBuffer, size: number, codec: Codec): Page {
  const encoding = 'PLAIN_DICTIONARY';
  return page(
    'DICTIONARY_PAGE',
    encoding,
    bytes,
    { 7: struct({ 1: i32(size), 2: i32(ENCODINGS[encoding]) }) },
    codec,
  );
}

/** Definition levels behind their length (4 bytes); a page without nulls, or of nothing else, is a single run. */
function writeLevels(out: ByteBuffer, { rows, levels, valueCount }: PageContent): void {
  out.int32(0);
  const start = out.length;
  if (valueCount === rows || valueCount === 0) writeRun(out, valueCount === 0 ? 0 : 1, rows, 1);
  else writeHybrid(out, levels, rows, 1);
  out.bytes.writeInt32LE(out.length - start, start - 4);
}

function page(
  type: Page['type'],
  encoding: Page['encoding'],
  content: ByteBuffer,
  details: Record<number, ThriftValue>,
  codec: Codec,
): Page {
  // Without copyOutputData snappy's result lies outside of what the garbage collector counts: memory grows with the file.
  const body = codec === 'snappy' ? compressSync(content.view(), { copyOutputData: true }) : content.view();
  const { bytes: header } = struct({
    1: i32(PAGE_TYPES[type]),
    2: i32(content.length),
    3: i32(body.length),
    ...details,
  });
  const bytes = Buffer.concat([header, body]);
  return { type, encoding, bytes, uncompressedSize: header.length + content.length };
}
