/** Bounds and null counts: readers skip row groups by them, so a wrong one loses rows without a word. */
import fc from 'fast-check';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import type { Columns, Row } from '../../../schemas/columns.js';
import { duckdb, encode, metadataOf, range, rawPages } from './read-back.js';

function statisticsOf(columns: Columns, rows: readonly Row[], group = 0) {
  const { statistics } = metadataOf(encode(columns, rows)).row_groups[group]!.columns[0]!.meta_data!;
  return statistics!;
}
const of = (kind: Columns[string], ...values: unknown[]) =>
  statisticsOf(
    { x: kind },
    values.map((x) => ({ x })),
  );

describe('statistics of a column chunk', () => {
  it('are the extremes and the number of nulls', () => {
    expect(of('int?', 5, null, -7, 12, null)).toMatchObject({ min_value: -7, max_value: 12, null_count: 2n });
    expect(of('tinyint', 5, -7, 12)).toMatchObject({ min_value: -7, max_value: 12, null_count: 0n });
    expect(of('bigint', 5, -(2 ** 40), 2n ** 62n)).toMatchObject({ min_value: -(2n ** 40n), max_value: 2n ** 62n });
    expect(of('double', 0.5, -2.5, 1e300)).toMatchObject({ min_value: -2.5, max_value: 1e300 });
    expect(of('float', 0.1)).toMatchObject({ min_value: Math.fround(0.1), max_value: Math.fround(0.1) });
    expect(of('double', -Infinity, Infinity)).toMatchObject({ min_value: -Infinity, max_value: Infinity });
    expect(of('string?', 'b', null, 'a', 'ab')).toMatchObject({ min_value: 'a', max_value: 'b', null_count: 1n });
    expect(of('string', '', 'x')).toMatchObject({ min_value: '', max_value: 'x' });
  });

  it('have no bounds where there is no value, only the null count', () => {
    for (const kind of ['string?', 'int?', 'bigint?', 'float?', 'double?'] as const) {
      const statistics = of(kind, null, undefined);
      expect(statistics).toMatchObject({ null_count: 2n });
      expect(statistics.min_value).toBeUndefined();
      expect(statistics.max_value).toBeUndefined();
    }
  });

  it('have no bounds where a NaN is, and a signed zero on either side', () => {
    expect(of('double', 1, NaN, 2).min_value).toBeUndefined();
    expect(of('float', NaN).max_value).toBeUndefined();
    for (const zero of [0, -0]) {
      expect(of('double', zero).min_value).toBe(-0);
      expect(of('float', zero).max_value).toBe(0);
    }
  });

  it('order texts by their bytes, not as JavaScript does', () => {
    // U+1F600 is a surrogate pair, before U+FFFD for JavaScript and behind it in UTF-8.
    expect(of('string', '\u{1f600}', '\ufffd', 'é', 'z')).toMatchObject({ min_value: 'z', max_value: '\u{1f600}' });
    expect(of('string', 'a', 'a\0', 'a')).toMatchObject({ min_value: 'a', max_value: 'a\0' });
  });

  it('leave long texts out', () => {
    expect(of('string', 'a', 'b'.repeat(64)).max_value).toBe('b'.repeat(64));
    expect(of('string', 'a', 'b'.repeat(65)).max_value).toBeUndefined();
    expect(of('string', 'a', 'b'.repeat(65), 'c')).toMatchObject({ min_value: 'a', max_value: 'c' });
  });

  it('cover dictionary and PLAIN pages alike, and each row group on its own', () => {
    const rows = range(150_000, (i) => ({ x: (i * 7919) % 1_000_003 }));
    const values = rows.map(({ x }) => x);
    for (const [group, part] of [values.slice(0, 100_000), values.slice(100_000)].entries()) {
      const sorted = part.sort((a, b) => a - b);
      const { min_value, max_value } = statisticsOf({ x: 'int' }, rows, group);
      expect([min_value, max_value]).toEqual([sorted[0], sorted.at(-1)]);
    }
    const encodings = rawPages(encode({ x: 'int' }, rows), 0, 0).map(({ fields }) => fields['field_5']);
    expect(encodings).toContainEqual(expect.objectContaining({ field_2: 2 }));
    expect(encodings).toContainEqual(expect.objectContaining({ field_2: 0 }));
  });

  it('are what the bytes say, for any texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('', '\ud800', '\uffff', '😀'),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        const sorted = texts.map((x) => Buffer.from(x)).sort((a, b) => Buffer.compare(a, b));
        const { min_value, max_value } = of('string', ...texts);
        const plain = (bytes: Buffer) => new TextDecoder().decode(bytes);
        expect([min_value, max_value]).toEqual([plain(sorted[0]!), plain(sorted.at(-1)!)]);
      }),
    );
  });

  it('are declared to follow the order of the type, without which readers ignore them', () => {
    const file = encode({ a: 'int', b: 'string' }, []);
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    const footer = deserializeTCompactProtocol({ view, offset: 4 });
    // FileMetaData.column_orders: per column the union's member 1, TYPE_ORDER.
    expect(footer.field_7).toEqual([{ field_1: {} }, { field_1: {} }]);
  });

  it('are read by DuckDB as they are meant', async () => {
    const file = encode({ s: 'string?', l: 'bigint?', d: 'double' }, [
      { s: 'b', l: -1, d: -0 },
      { s: 'é', l: 2 ** 40, d: 2.5 },
      { s: null, l: null, d: 1 },
    ]);
    const sql = `SELECT path_in_schema AS c, stats_min_value AS min, stats_max_value AS max, stats_null_count AS nulls
      FROM parquet_metadata(FILE)`;
    expect(await duckdb(file, sql)).toEqual([
      { c: 's', min: 'b', max: 'é', nulls: 1n },
      { c: 'l', min: '-1', max: '1099511627776', nulls: 1n },
      { c: 'd', min: '-0.0', max: '2.5', nulls: 0n },
    ]);
  });
});

const LETTERS = ['z', 'é', 'a', 'ß', '😀'];

describe('a filter over several row groups', () => {
  const columns = { s: 'string?', i: 'int?', l: 'bigint', d: 'double?' } as const;
  const rows = range(5000, (i) => ({
    s: i % 11 ? `${LETTERS[i % 5]}${Math.floor(i / 700)}` : null,
    i: i % 13 ? i - 2500 : null,
    l: (i - 2500) * 2 ** 33,
    d: i === 4321 ? NaN : i % 17 ? (2500 - i) / 8 : null,
  }));

  it.each([
    "s = 'a3'",
    "s >= '😀'",
    "s < 'b'",
    's IS NULL',
    'i = -2500 OR i = 2499',
    'i > 2400',
    'i IS NULL',
    'l < -20000000000000',
    'l = 0',
    'd > 300',
    'd >= 0 AND d <= 0',
    "d = 'NaN'::DOUBLE",
    'd < -300',
  ])('finds the same rows as without statistics: %s', async (where) => {
    const file = encode(columns, rows, { rowGroupRows: 700 });
    const [found] = await duckdb(
      file,
      `SELECT (SELECT count(*) FROM FILE WHERE ${where}) AS filtered,
        (SELECT count(*) FROM (SELECT (${where}) AS hit FROM FILE) WHERE coalesce(hit, false)) AS scanned,
        (SELECT sum(CASE WHEN ${where} THEN 1 ELSE 0 END)::BIGINT FROM FILE) AS summed`,
    );
    expect(found!['filtered']).toBe(found!['summed']);
    expect(found!['scanned']).toBe(found!['summed']);
    expect(Number(found!['summed'])).toBeGreaterThan(0);
  });
});
