import { ParquetEncoder } from '../../../lib/parquet/encoder.js';
import { columnList, type Kind } from '../../../schemas/columns.js';
import { duckdb, encode, expectReadBack, range, readWithDuckdb, readWithHyparquet } from './read-back.js';

describe('values', () => {
  it('of every kind, at their limits', () =>
    expectReadBack({ t: 'tinyint', m: 'smallint', i: 'int', l: 'bigint', f: 'float', d: 'double', s: 'string' }, [
      {
        t: -128,
        m: -32768,
        i: -(2 ** 31),
        l: -(2 ** 53 - 1),
        f: -3.4028234663852886e38,
        d: -Number.MAX_VALUE,
        s: '',
      },
      { t: 127, m: 32767, i: 2 ** 31 - 1, l: 2 ** 53 - 1, f: 1.401298464324817e-45, d: Number.MIN_VALUE, s: 'a' },
      { t: 0, m: -1, i: 65536, l: -1, f: 0.1, d: 0.1, s: ' ' },
      { t: -0, m: -0, i: -0, l: -0, f: 1e-50, d: 1, s: '0' },
      { t: 1, m: 256, i: -65537, l: -(2 ** 32), f: 16777217, d: 2 ** 53 + 2, s: 'null' },
    ]));

  it('of 64 bits come from a bigint, in the dictionary and out of it', async () => {
    const limits = [{ l: -(2n ** 63n) }, { l: 2n ** 63n - 1n }, { l: 7n }, { l: 7 }];
    await expectReadBack({ l: 'bigint' }, limits);
    await expectReadBack({ l: 'bigint' }, [...range(20_000, (i) => ({ l: i * 1e11 })), ...limits]);
  });

  it.each(['float', 'double'] as const)('of %s keep NaN, the infinities and negative zero', async (kind) => {
    const values = [NaN, Infinity, -Infinity, -0, 0, 1.5];
    const file = encode(
      { x: kind },
      values.map((x) => ({ x })),
    );
    // toBe tells -0 from 0.
    (await readWithHyparquet(file)).forEach(({ x }, i) => expect(x).toBe(values[i]));
    (await readWithDuckdb(file)).forEach(({ x }, i) => expect(x).toBe(values[i]));
  });

  it('of text are any Unicode', async () => {
    const hostile = [
      "'; DROP",
      '$(id)',
      '`id`',
      '%_\\',
      '\0',
      'a\0b\0',
      '\t\r\n',
      'null',
      '\\N',
      'x\ufeff',
      '\uffff',
    ];
    const wide = [
      'é',
      '日本.例',
      '😀.example',
      'x'.repeat(47) + 'ü',
      'x'.repeat(48) + 'ü',
      '\u007f\u0080\u07ff\u0800',
    ];
    const texts = [...hostile, ...wide, 'y'.repeat(300)];
    await expectReadBack(
      { s: 'string' },
      texts.map((s) => ({ s })),
    );
  });

  it('of text keep a byte order mark', async () => {
    const file = encode({ s: 'string' }, [{ s: '\ufeffx' }]);
    expect(await readWithHyparquet(file)).toEqual([{ s: '\ufeffx' }]);
    expect(await duckdb(file, 'SELECT hex(s) AS s FROM FILE')).toEqual([{ s: 'EFBBBF78' }]);
  });

  it('of text lose lone surrogates to U+FFFD, as everywhere in Node.js', async () => {
    const texts = ['\ud800', 'a\udc00b', '\ud83d\ud83d\ude00', 'z'.repeat(60) + '\ud800'];
    const file = encode(
      { s: 'string' },
      texts.map((s) => ({ s })),
    );
    const read = (await readWithDuckdb(file)).map(({ s }) => s);
    expect(read).toEqual(['\ufffd', 'a\ufffdb', '\ufffd😀', 'z'.repeat(60) + '\ufffd']);
  });

  it('of text may be huge', async () => {
    const huge = 'é'.repeat(2 ** 20);
    const rows = ['a', huge, 'b', null, huge, ''].map((s) => ({ s }));
    await expectReadBack({ s: 'string?' }, rows);
    await expectReadBack({ s: 'string?' }, rows, { codec: 'none' });
  });

  it('tell empty text from null', async () => {
    const file = await expectReadBack({ s: 'string?' }, [{ s: '' }, { s: null }, { s: '' }, {}]);
    expect(await duckdb(file, "SELECT count(*) FILTER (s = '') e, count(*) FILTER (s IS NULL) n FROM FILE")).toEqual([
      { e: 2n, n: 2n },
    ]);
  });

  it('are taken by name and written by position', async () => {
    const rows = await readWithHyparquet(encode({ b: 'int', a: 'string' }, [{ a: 'x', more: {}, b: 1 }]));
    expect(Object.entries(rows[0]!)).toEqual([
      ['b', 1],
      ['a', 'x'],
    ]);
  });
});

describe('values that do not fit', () => {
  const cases: [Kind, unknown, string, string][] = [
    ['string', 1, 'VALUE_INVALID', 'expected string, got number 1'],
    ['string', true, 'VALUE_INVALID', 'expected string, got boolean true'],
    ['string', { toString: () => 'x' }, 'VALUE_INVALID', 'expected string, got object'],
    ['string', Object.create(null), 'VALUE_INVALID', 'expected string, got object'],
    ['string', Buffer.from('x'), 'VALUE_INVALID', 'expected string, got object'],
    ['tinyint', 128, 'VALUE_INVALID', 'expected tinyint (integer from -128 to 127), got number 128'],
    ['tinyint', -129, 'VALUE_INVALID', 'number -129'],
    ['smallint', 32768, 'VALUE_INVALID', 'expected smallint (integer from -32768 to 32767)'],
    ['int', 2 ** 31, 'VALUE_INVALID', 'got number 2147483648'],
    ['int', -(2 ** 31) - 1, 'VALUE_INVALID', 'got number -2147483649'],
    ['int', 1.5, 'VALUE_INVALID', 'got number 1.5'],
    ['int', NaN, 'VALUE_INVALID', 'got number NaN'],
    ['int', '1', 'VALUE_INVALID', 'got text "1"'],
    ['int', 1n, 'VALUE_INVALID', 'got bigint 1'],
    ['bigint', 2 ** 53, 'NUMBER_NOT_EXACT', 'expected an integer within ±(2^53 − 1), got 9007199254740992'],
    ['bigint', -(2 ** 53), 'NUMBER_NOT_EXACT', 'got -9007199254740992'],
    ['bigint', 2n ** 63n, 'VALUE_INVALID', 'got bigint 9223372036854775808'],
    ['bigint', -(2n ** 63n) - 1n, 'VALUE_INVALID', 'got bigint -9223372036854775809'],
    ['bigint', 0.5, 'VALUE_INVALID', 'expected bigint (integer of 64 bits), got number 0.5'],
    ['bigint', Infinity, 'VALUE_INVALID', 'got number Infinity'],
    ['bigint', '7', 'VALUE_INVALID', 'got text "7"'],
    ['float', 1e39, 'VALUE_INVALID', 'expected float (within ±3.4028235e38), got number 1e+39'],
    ['float', '1', 'VALUE_INVALID', 'got text "1"'],
    ['double', '1e5', 'VALUE_INVALID', 'expected double, got text "1e5"'],
    ['double', 1n, 'VALUE_INVALID', 'got bigint 1'],
    ['double', new Date(0), 'VALUE_INVALID', 'got object'],
  ];
  it.each(cases)('%s: %p', (kind, value, code, message) => {
    const encoder = new ParquetEncoder(columnList({ x: `${kind}?` }));
    const row = (x: unknown) => [{ x }];
    encoder.write(row(null));
    const fails = () => encoder.write(row(value));
    expect(fails).toThrow(expect.objectContaining({ code }) as Error);
    // The columns may have different lengths now, so nothing more is taken and no file comes of it.
    expect(fails).toThrow('used after it had failed');
    expect(() => encoder.end()).toThrow(expect.objectContaining({ code: 'INTERNAL' }) as Error);

    const again = new ParquetEncoder(columnList({ x: `${kind}?` }));
    expect(() => again.write([...row(null), ...row(value)])).toThrow(message);
    expect(() => new ParquetEncoder(columnList({ x: kind })).write(row(value))).toThrow('column x, row 1: ');
  });

  it('are found after the dictionary was given up too', () => {
    const encoder = new ParquetEncoder(columnList({ s: 'string', i: 'int' }));
    encoder.write(range(30_000, (i) => ({ s: `unique-${i}`, i })));
    expect(() => encoder.write([{ s: 5, i: 5 }])).toThrow('column s, row 30001: expected string, got number 5');
  });

  it('are never mixed up with an equal value of another type in the dictionary', () => {
    const text = new ParquetEncoder(columnList({ s: 'string' }));
    text.write([{ s: '5' }]);
    expect(() => text.write([{ s: 5 }])).toThrow('got number 5');
    const number = new ParquetEncoder(columnList({ i: 'int' }));
    number.write([{ i: 5 }]);
    expect(() => number.write([{ i: '5' }])).toThrow('got text "5"');
  });
});
