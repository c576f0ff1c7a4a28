import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { ParquetEncoder } from '../../../lib/parquet/encoder.js';
import { columnList, type Columns, type Kind, type Row } from '../../../schemas/columns.js';
import {
  arrayBuffer,
  duckdb,
  encode,
  expectedRows,
  expectReadBack,
  metadataOf,
  range,
  readWithDuckdb,
  readWithHyparquet,
} from './read-back.js';

describe('row groups', () => {
  const rowCounts = (file: Buffer) => metadataOf(file).row_groups.map(({ num_rows }) => Number(num_rows));
  const rows = range(2500, (i) => ({ i, s: `s${i % 40}`, u: i % 3 ? `u${i}` : null }));
  const columns = { i: 'int', s: 'string', u: 'string?' } as const;

  it.each([1, 7, 300, 1000, 2500])('of 700 rows, from batches of %i', async (batch) => {
    const file = await expectReadBack(columns, rows, { rowGroupRows: 700, batch });
    expect(rowCounts(file)).toEqual([700, 700, 700, 400]);
  });

  it('end exactly where the rows end, without an empty one behind', () => {
    expect(rowCounts(encode(columns, rows, { rowGroupRows: 1250 }))).toEqual([1250, 1250]);
    expect(rowCounts(encode(columns, rows, { rowGroupRows: 1 }).subarray(0))).toHaveLength(2500);
  });

  it('are 100,000 rows by default', () => {
    const many = range(250_000, (i) => ({ i: i % 10 }));
    expect(rowCounts(encode({ i: 'int' }, many, { batch: many.length }))).toEqual([100_000, 100_000, 50_000]);
  });

  it('end by bytes as well, inside a giant batch too', async () => {
    const wide = range(4000, (i) => ({ s: `${i}`.padEnd(1000, 'x') }));
    const file = await expectReadBack({ s: 'string' }, wide, { rowGroupBytes: 2 ** 20, batch: wide.length });
    const counts = rowCounts(file);
    expect(counts).toHaveLength(4);
    for (const { total_byte_size } of metadataOf(file).row_groups) {
      // One slice of rows may go beyond the limit.
      expect(Number(total_byte_size)).toBeLessThan(1.3 * 2 ** 20);
    }
  });

  it('say where they begin and how long they are', () => {
    const file = encode(columns, rows, { rowGroupRows: 1000 });
    let at = 4;
    for (const group of metadataOf(file).row_groups) {
      expect(Number(group.file_offset)).toBe(at);
      for (const { meta_data: chunk } of group.columns) {
        expect(Number(chunk!.dictionary_page_offset ?? chunk!.data_page_offset)).toBe(at);
        at += Number(chunk!.total_compressed_size);
      }
      expect(Number(group.file_offset) + Number(group.total_compressed_size)).toBe(at);
    }
    // Then the footer, its length and the magic.
    expect(at + metadataOf(file).metadata_length + 8).toBe(file.length);
  });

  it('come out as soon as they are full, and nothing of them is kept', () => {
    const encoder = new ParquetEncoder(columnList({ u: 'string', d: 'double' }), {
      rowGroupRows: 5000,
      codec: 'none',
    });
    const size = (parts: Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);
    const unique = (from: number) => range(1000, (i) => ({ u: `unique-value-${from + i}`, d: i }));
    expect(size(encoder.write([]))).toBe(4);
    let written = 4;
    for (let from = 0; from < 50_000; from += 1000) {
      const bytes = size(encoder.write(unique(from)));
      const full = (from + 1000) % 5000 === 0;
      // 5,000 rows of at least 13 + 4 + 8 bytes.
      if (full) expect(bytes).toBeGreaterThan(5000 * 25);
      else expect(bytes).toBe(0);
      written += bytes;
    }
    expect(encoder.rows).toBe(50_000);
    const footer = Buffer.concat(encoder.end());
    expect(footer.length).toBeLessThan(10 * 500);
    expect(footer.readUInt32LE(footer.length - 8) + 8).toBe(footer.length);
    expect(written).toBeGreaterThan(50_000 * 25);
  });

  it('hand out bytes that later rows do not change', () => {
    for (const codec of ['none', 'snappy'] as const) {
      const encoder = new ParquetEncoder(columnList(columns), { rowGroupRows: 1000, codec });
      const parts = encoder.write(rows.slice(0, 1000));
      const before = parts.map((part) => Buffer.from(part));
      encoder.write(rows.slice(1000, 2000));
      encoder.end();
      expect(parts.map((part) => Buffer.from(part))).toEqual(before);
    }
  });
});

describe('a file', () => {
  it('without rows is a file too', async () => {
    const columns = { s: 'string', i: 'int?' } as const;
    const file = await expectReadBack(columns, []);
    expect(metadataOf(file).row_groups).toEqual([]);
    expect(await duckdb(file, 'SELECT count(*) AS n FROM FILE')).toEqual([{ n: 0n }]);
  });

  it('says who wrote it, in the form that parquet-mr parses', () => {
    expect(metadataOf(encode({ i: 'int' }, [])).created_by).toMatch(/^spot-dns-oa version \d+$/);
  });

  it('is the same for the same rows, however they come in batches', () => {
    const rows = range(5000, (i) => ({ s: `s${i}`, i: i % 9 }));
    const whole = encode({ s: 'string', i: 'int' }, rows, { batch: 5000, rowGroupRows: 3000 });
    expect(encode({ s: 'string', i: 'int' }, rows, { batch: 13, rowGroupRows: 3000 })).toEqual(whole);
  });

  it('needs columns, and limits that are any', () => {
    expect(() => new ParquetEncoder([])).toThrow('at least one column');
    for (const bad of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => new ParquetEncoder(columnList({ a: 'int' }), { rowGroupRows: bad })).toThrow('rowGroupRows');
      expect(() => new ParquetEncoder(columnList({ a: 'int' }), { rowGroupBytes: bad })).toThrow('rowGroupBytes');
    }
  });

  it('ends once', () => {
    const encoder = new ParquetEncoder(columnList({ a: 'int' }));
    encoder.end();
    expect(() => encoder.end()).toThrow('used after it had ended');
    expect(() => encoder.write([])).toThrow('used after it had ended');
  });
});

describe('any columns and rows', () => {
  const VALUES: Record<Kind, fc.Arbitrary<unknown>> = {
    string: fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('', 'a', 'b\0', '\ud800')),
    tinyint: fc.integer({ min: -128, max: 127 }),
    smallint: fc.integer({ min: -32768, max: 32767 }),
    int: fc.oneof(fc.integer(), fc.constantFrom(0, 1)),
    bigint: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constant(1)),
    float: fc.float(),
    double: fc.double(),
  };
  const kinds = Object.keys(VALUES) as Kind[];
  const table = fc
    .array(fc.tuple(fc.constantFrom(...kinds), fc.boolean()), { minLength: 1, maxLength: 5 })
    .chain((list) => {
      const columns: Columns = Object.fromEntries(
        list.map(([kind, nullable], i) => [`c${i}`, `${kind}${nullable ? '?' : ''}`] as const),
      ) as Columns;
      const row = fc.record(
        Object.fromEntries(
          list.map(([kind, nullable], i) => [
            `c${i}`,
            nullable ? fc.option(VALUES[kind], { freq: 2, nil: i % 2 ? null : undefined }) : VALUES[kind],
          ]),
        ),
      ) as fc.Arbitrary<Row>;
      return fc.record({
        columns: fc.constant(columns),
        rows: fc.array(row, { maxLength: 80, size: 'max' }),
        options: fc.record({
          batch: fc.integer({ min: 1, max: 90 }),
          rowGroupRows: fc.integer({ min: 1, max: 90 }),
          codec: fc.constantFrom('snappy' as const, 'none' as const),
        }),
      });
    });

  it('read back with hyparquet', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows, options }) => {
        const read = await readWithHyparquet(encode(columns, rows, options));
        expect(read).toEqual(expectedRows(columns, rows));
      }),
      { numRuns: 200 },
    );
  });

  /** What DuckDB's package drops. */
  const withoutMark = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'string' ? value.replace(/^\ufeff/, '') : value,
      ]),
    );

  it('read back with DuckDB', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, rows, options }) => {
        const read = await readWithDuckdb(encode(columns, rows, options));
        expect(read).toEqual(expectedRows(columns, rows).map(withoutMark));
      }),
      { numRuns: 40 },
    );
  });

  it('may be read column by column', async () => {
    const file = encode(
      { a: 'int', b: 'string' },
      range(30_000, (i) => ({ a: i, b: `b${i % 5}` })),
    );
    const read = await parquetReadObjects({
      file: arrayBuffer(file),
      columns: ['b'],
      rowStart: 25_000,
      rowEnd: 25_003,
    });
    expect(read).toEqual([{ b: 'b0' }, { b: 'b1' }, { b: 'b2' }]);
  });
});
