import { ParquetEncoder } from '../../../lib/parquet/encoder.js';
import { columnList } from '../../../schemas/columns.js';
import { duckdb, encode, expectReadBack, metadataOf, range, rawPages } from './read-back.js';

const encodingsOf = (file: Buffer, column = 0) =>
  metadataOf(file).row_groups[0]!.columns[column]!.meta_data!.encodings;

describe('nulls', () => {
  const PATTERNS: Record<string, (i: number, count: number) => boolean> = {
    none: () => false,
    all: () => true,
    alternating: (i) => i % 2 === 0,
    first: (i) => i === 0,
    last: (i, count) => i === count - 1,
    'first half': (i, count) => i < count / 2,
    'runs of 1 to 20': (i) => Math.floor(Math.sqrt(8 * (i % 200))) % 2 === 0,
  };
  it.each(Object.keys(PATTERNS))('%s', async (name) => {
    const columns = { s: 'string?', i: 'int?', d: 'double?', u: 'string?' } as const;
    for (const count of [1, 7, 8, 9, 20_001]) {
      const rows = range(count, (i) =>
        PATTERNS[name]!(i, count)
          ? { s: null, i: undefined }
          : { s: `s${i % 3}`, i: i % 300, d: i / 3, u: `unique-${i}` },
      );
      await expectReadBack(columns, rows);
    }
  });

  it('fill a page, before and after pages with values', async () => {
    const rows = range(100_000, (i) => ({ s: i >= 40_000 && i < 60_000 ? `v${i % 5}` : null }));
    await expectReadBack({ s: 'string?' }, rows);
  });

  it('in a column that has none are an error with column and row', () => {
    const encoder = new ParquetEncoder(columnList({ a: 'int?', b: 'string' }));
    encoder.write(range(1000, () => ({ a: null, b: 'x' })));
    const rows = [...range(600, () => ({ a: 1, b: 'x' })), { a: 1, b: null }];
    expect(() => encoder.write(rows)).toThrow(
      expect.objectContaining({
        code: 'VALUE_INVALID',
        message: 'column b, row 1601: expected string, got null',
      }) as Error,
    );
  });
});

describe('pages', () => {
  it('are data pages of version 1, with a dictionary where values repeat', async () => {
    const file = encode(
      { s: 'string', d: 'double' },
      range(50_000, (i) => ({ s: `s${i % 100}`, d: i })),
    );
    const pages = rawPages(file, 0, 0);
    // Type 2: dictionary page, 0: data page (version 2 would be 3); encodings 2 PLAIN_DICTIONARY, 3 RLE (levels).
    expect(pages.map(({ fields }) => fields['field_1'])).toEqual([2, 0, 0, 0]);
    expect(pages[0]!.fields['field_7']).toEqual({ field_1: 100, field_2: 2 });
    expect(pages[1]!.fields['field_5']).toEqual({ field_1: 20_000, field_2: 2, field_3: 3, field_4: 3 });
    expect(pages[3]!.fields['field_5']).toMatchObject({ field_1: 10_000 });
    expect(rawPages(file, 0, 1).map(({ fields }) => fields['field_5'])).toEqual([
      { field_1: 20_000, field_2: 0, field_3: 3, field_4: 3 },
      { field_1: 20_000, field_2: 0, field_3: 3, field_4: 3 },
      { field_1: 10_000, field_2: 0, field_3: 3, field_4: 3 },
    ]);
    const metadata = await duckdb(file, 'SELECT path_in_schema, encodings, compression FROM parquet_metadata(FILE)');
    expect(metadata).toEqual([
      { path_in_schema: 's', encodings: 'RLE, PLAIN_DICTIONARY', compression: 'SNAPPY' },
      { path_in_schema: 'd', encodings: 'RLE, PLAIN', compression: 'SNAPPY' },
    ]);
  });

  it('without nulls spend one run on the definition levels', () => {
    const [page] = rawPages(
      encode(
        { d: 'double?' },
        range(1000, (i) => ({ d: i })),
      ),
      0,
      0,
    );
    expect([...page!.content.subarray(0, 7)]).toEqual([3, 0, 0, 0, 0xd0, 0x0f, 1]);
    expect(page!.content).toHaveLength(7 + 8000);
  });

  it('end at 1 MiB', async () => {
    const file = await expectReadBack(
      { s: 'string' },
      range(5000, (i) => ({ s: `${i}-`.repeat(200) })),
    );
    const sizes = rawPages(file, 0, 0).map(({ content }) => content.length);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThan(1.01 * 2 ** 20);
  });

  it('go on in PLAIN when a dictionary does not pay', async () => {
    const rows = range(40_000, (i) => ({ s: `name-${i}`, l: i * 1e10, few: i % 7 }));
    const file = await expectReadBack({ s: 'string', l: 'bigint', few: 'smallint' }, rows);
    expect(encodingsOf(file, 0)).toEqual(['RLE', 'PLAIN_DICTIONARY', 'PLAIN']);
    expect(encodingsOf(file, 1)).toEqual(['RLE', 'PLAIN_DICTIONARY', 'PLAIN']);
    expect(encodingsOf(file, 2)).toEqual(['RLE', 'PLAIN_DICTIONARY']);
    const statistics = metadataOf(file).row_groups[0]!.columns[0]!.meta_data!.encoding_stats!;
    expect(statistics).toEqual([
      { page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN_DICTIONARY', count: 1 },
      { page_type: 'DATA_PAGE', encoding: 'PLAIN_DICTIONARY', count: 1 },
      { page_type: 'DATA_PAGE', encoding: 'PLAIN', count: 2 },
    ]);
  });

  it('keep a dictionary within 1 MiB', async () => {
    const rows = range(20_000, (i) => ({ s: `${(i * 7) % 3000}`.padEnd(1000, '.') }));
    const file = await expectReadBack({ s: 'string' }, rows);
    const [dictionary, ...data] = rawPages(file, 0, 0);
    expect(dictionary!.content.length).toBeLessThanOrEqual(2 ** 20);
    expect(dictionary!.content.length).toBeGreaterThan(0.99 * 2 ** 20);
    expect(data.at(-1)!.fields['field_5']).toMatchObject({ field_2: 0 });
  });

  it('have no dictionary where the first value is larger than one may be', async () => {
    const file = await expectReadBack({ s: 'string?' }, [{ s: null }, { s: 'x'.repeat(2 ** 20) }, { s: 'y' }]);
    expect(encodingsOf(file)).toEqual(['RLE', 'PLAIN']);
  });

  it('can be left uncompressed', async () => {
    const rows = range(3000, (i) => ({ s: `s${i % 10}`, d: i }));
    const file = await expectReadBack({ s: 'string', d: 'double' }, rows, { codec: 'none' });
    expect(metadataOf(file).row_groups[0]!.columns[0]!.meta_data!.codec).toBe('UNCOMPRESSED');
  });
});
