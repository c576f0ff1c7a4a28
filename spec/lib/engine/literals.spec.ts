import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { chunkReader } from '../../../lib/engine/duckdb-values.js';
import { duckdbLiterals, identifier, literal } from '../../../lib/engine/literals.js';
import type { Kind } from '../../../schemas/columns.js';

const HOSTILE = [
  '',
  "'",
  "''",
  "x' OR '1'='1",
  "x'; DROP TABLE dns; --",
  '"quoted"',
  'back\\slash\\',
  "\\'",
  '100%_',
  '$(id) `id` ${HOME}',
  '$1 ? :name',
  'a\0b',
  '\0',
  "\0\0'\0",
  'line\nfeed\r\n\u2028',
  '\ufeffmark',
  'ünïcödé 数据 🦆',
  "' || chr(0) || '",
  "E'\\x41'",
];

describe('literals of DuckDB', () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;

  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
    await connection.run('CREATE TABLE texts (t VARCHAR, i INTEGER)');
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  const text = (value: string) => literal(value, 'string', duckdbLiterals);
  /** The rows' values, as the engine reads them. */
  const select = async (sql: string) => {
    const result = await connection.run(sql);
    const read = await chunkReader(result);
    return (await result.fetchAllChunks()).flatMap((chunk) => read(chunk).map((row) => Object.values(row)));
  };

  it.each(HOSTILE)('%j comes back from a SELECT and is found by a WHERE', async (value) => {
    expect(await select(`SELECT ${text(value)}, 'after'`)).toEqual([[value, 'after']]);
    await connection.run('DELETE FROM texts');
    await connection.run(`INSERT INTO texts VALUES (${text(value)}, 1), (${text(`${value}x`)}, 2), ('other', 3)`);
    expect(await select(`SELECT i FROM texts WHERE t = ${text(value)}`)).toEqual([[1]]);
  });

  it('any text comes back from a SELECT and is found by a WHERE', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
        const found = await select(
          `SELECT t FROM (VALUES (${text(value)}), ('other')) v(t) WHERE t = ${text(value)} LIMIT 1`,
        );
        expect(found).toEqual([[value]]);
      }),
      { numRuns: 300 },
    );
  });

  it('half a surrogate pair becomes the replacement character, as in a file', async () => {
    expect(await select(`SELECT ${text('a\ud800b')}`)).toEqual([['a\ufffdb']]);
  });

  it('any number of its kind comes back as it was', async () => {
    const kinds: [Kind, fc.Arbitrary<number>][] = [
      ['tinyint', fc.integer({ min: -128, max: 127 })],
      ['smallint', fc.integer({ min: -32768, max: 32767 })],
      ['int', fc.integer()],
      ['bigint', fc.maxSafeInteger()],
      ['double', fc.double()],
      ['float', fc.float()],
    ];
    for (const [kind, numbers] of kinds) {
      await fc.assert(
        fc.asyncProperty(numbers, async (value) => {
          const [[back]] = (await select(`SELECT CAST(${literal(value, kind, duckdbLiterals)} AS ${kind})`)) as [
            [unknown],
          ];
          // Zero has no sign in SQL.
          expect(back).toBe(value === 0 ? 0 : value);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('takes a bigint beyond what a number holds exactly', async () => {
    const value = 2n ** 63n - 1n;
    expect(await select(`SELECT ${literal(value, 'bigint', duckdbLiterals)}`)).toEqual([[value]]);
  });

  it.each([null, undefined])('%s is NULL', async (nothing) => {
    expect(literal(nothing, 'string', duckdbLiterals)).toBe('NULL');
    expect(literal(nothing, 'int', duckdbLiterals)).toBe('NULL');
  });

  it.each<[string | number | bigint, Kind]>([
    ['1', 'int'],
    ['1); DROP TABLE dns', 'double'],
    [1, 'string'],
    [1.5, 'int'],
    [128, 'tinyint'],
    [-32769, 'smallint'],
    [2 ** 31, 'int'],
    [2 ** 53, 'bigint'],
    [2n ** 63n, 'bigint'],
    [Number.NaN, 'bigint'],
  ])('refuses %p as a %s', (value, kind) => {
    expect(() => literal(value, kind, duckdbLiterals)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });

  it('quotes a plain name, and refuses any other', () => {
    expect(identifier('dns_qry_name', duckdbLiterals)).toBe('"dns_qry_name"');
    for (const name of ['', 'a b', 'a"b', '1a', 'dns; DROP TABLE x', 'ä']) {
      expect(() => identifier(name, duckdbLiterals)).toThrow(expect.objectContaining({ code: 'IDENTIFIER_INVALID' }));
    }
  });
});
