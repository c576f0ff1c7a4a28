import fc from 'fast-check';
import { withParameters } from '../../../../lib/engine/hiveserver2/placeholders.js';
import { literal, type Parameter } from '../../../../lib/engine/hiveserver2/values.js';

describe('placeholders', () => {
  it.each<[string, Parameter[], string]>([
    ['SELECT ?', ['x'], "SELECT 'x'"],
    ['a = ? AND b IN (?)', [1, [2, 3]], 'a = 1 AND b IN (2, 3)'],
    ["'?' = ?", [1], "'?' = 1"],
    [String.raw`'it\'s ?' = ? OR "\"?" = ?`, [1, 2], String.raw`'it\'s ?' = 1 OR "\"?" = 2`],
    [String.raw`'ends \\' = ?`, [1], String.raw`'ends \\' = 1`],
    ["'a''?' = ?", [1], "'a''?' = 1"],
    ['`?` = ? -- ?\n AND ? /* ? \n ? */ = ?', [1, 2, 3], '`?` = 1 -- ?\n AND 2 /* ? \n ? */ = 3'],
    ["'never closed ?", [], "'never closed ?"],
    ['/* never closed ?', [], '/* never closed ?'],
    ['-- ?', [], '-- ?'],
    ['1 -?', [-1], '1 - -1'],
    ['r? AND ?x', ['q', 'y'], "r 'q' AND 'y' x"],
    [':a AND ?', [1], ':a AND 1'],
    ['?', ['?'], "'?'"],
    ['?, ?', ['?', "' ? :a"], String.raw`'?', '\' ? :a'`],
  ])('%s', (sql, values, expected) => {
    expect(withParameters(sql, values)).toBe(expected);
  });

  it.each<[string, Record<string, Parameter>, string]>([
    [':a = :b AND :a', { a: 1, b: 'x' }, "1 = 'x' AND 1"],
    ["':a' = :a AND m['k'] :: :a", { a: 1 }, "':a' = 1 AND m['k'] :: 1"],
    ['x::a AND col:a AND :a', { a: 1 }, 'x::a AND col:a AND 1'],
    ['? AND :name_2', { name_2: null }, '? AND NULL'],
    [':constructor', { constructor: 1 } as Record<string, Parameter>, '1'],
  ])('%s', (sql, values, expected) => {
    expect(withParameters(sql, values)).toBe(expected);
  });

  it('without values are left alone', () => {
    expect(withParameters('? :a', undefined)).toBe('? :a');
  });

  it.each<[string, Parameter[] | Record<string, Parameter>, RegExp]>([
    ['? ?', [1], /a value for each \?, 2 in all; got 1/],
    ['?', [1, 2], /1 in all; got 2/],
    [':a :b', { a: 1 }, /expected values for :b, got none/],
    [':constructor', {}, /expected values for :constructor/],
    [':a', { a: 1, b: 2, c: 3 }, /got also b, c/],
    ['? ?', [1, []], /value 2: expected .*got an array without values/],
    [':a', { a: {} as never }, /:a: expected .*got object/],
  ])('that do not fit: %s', (sql, values, message) => {
    expect(() => withParameters(sql, values)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('in a statement of millions of characters are found', () => {
    for (const long of ["'" + 'a'.repeat(5e6) + "'", "'" + '\\\\'.repeat(3e6) + "'", '/*' + '*'.repeat(5e6) + '*/']) {
      expect(withParameters(`${long} ?`, [1])).toHaveLength(long.length + 2);
    }
  });

  it('never let a value out of its literal', () => {
    const text = fc.array(fc.constantFrom("'", '"', '`', '\\', '-', '/', '*', '?', ':a', '\n', 'x', ' '), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, text, (one, two) => {
        const [a, b] = [one.join(''), two.join('')];
        expect(withParameters('SELECT ?, ? -- ?', [a, b])).toBe(`SELECT ${literal(a)}, ${literal(b)} -- ?`);
        expect(withParameters(`SELECT ${literal(a)}, ?`, [b])).toBe(`SELECT ${literal(a)}, ${literal(b)}`);
      }),
    );
  });
});

describe('a value', () => {
  it.each<[Parameter, string]>([
    ['', "''"],
    ["it's ${x}", String.raw`'it\'s $\{x}'`],
    [0, '0'],
    [-5, '-5'],
    [2 ** 53 - 1, '9007199254740991'],
    [2 ** 53, '9.007199254740992e+15'],
    [0.1, '1e-1'],
    [1.5e300, '1.5e+300'],
    [NaN, "CAST('NaN' AS DOUBLE)"],
    [-Infinity, "CAST('-Infinity' AS DOUBLE)"],
    [2n ** 63n - 1n, '9223372036854775807'],
    [-(2n ** 63n), '-9223372036854775808'],
    [true, 'TRUE'],
    [false, 'FALSE'],
    [null, 'NULL'],
    [new Date(1467951159168), "CAST('2016-07-08 04:12:39.168' AS TIMESTAMP)"],
    [['a', 1, null], "'a', 1, NULL"],
  ])('%p is %s', (value, expected) => {
    expect(literal(value)).toBe(expected);
  });

  it.each<unknown>([
    undefined,
    {},
    Symbol('x'),
    () => 1,
    Buffer.from('x'),
    [],
    [[1]],
    [undefined],
    2n ** 63n,
    -(2n ** 63n) - 1n,
    new Date(NaN),
    new Date(Date.UTC(1399, 0)),
    new Date(Date.UTC(10000, 0)),
  ])('has no literal: %p', (value) => {
    expect(() => literal(value as Parameter)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });
});
