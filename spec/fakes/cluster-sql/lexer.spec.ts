import fc from 'fast-check';
import { tokensOf, unescape } from './lexer.js';
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';

const DIALECTS: ServerDialect[] = ['impala', 'hive'];

describe.each(DIALECTS)('the lexer of %s', (dialect) => {
  const texts = (sql: string) => tokensOf(sql, dialect).map(({ kind, text }) => `${kind} ${text}`);

  it('tells words, names, texts, numbers and symbols', () => {
    expect(texts('SELECT `A b`, t.x<=>-1.5e-7 FROM db.t WHERE y=.5')).toEqual([
      'word SELECT',
      'name A b',
      'symbol ,',
      'word t',
      'symbol .',
      'word x',
      'symbol <=>',
      'symbol -',
      'number 1.5e-7',
      'word FROM',
      'word db',
      'symbol .',
      'word t',
      'word WHERE',
      'word y',
      'symbol =',
      'number .5',
    ]);
  });

  it('passes over comments, and over nothing that looks like one inside a literal', () => {
    expect(texts(`-- c\n/* SELECT ' */ SELECT '--', "/* */", ';' -- end`)).toEqual([
      'word SELECT',
      'text --',
      'symbol ,',
      'text /* */',
      'symbol ,',
      'text ;',
    ]);
  });

  it('ends a literal at its own quote only, and not at an escaped one', () => {
    expect(texts(String.raw`'a"b\'c' "d'e\"f" 'g\\'`)).toEqual([`text a"b'c`, `text d'e"f`, 'text g\\']);
  });

  it.each(["'open", String.raw`'open\'`, '"open', '`open', 'SELECT ?', 'a::b', '1abc', '"a"\0'])(
    'refuses %j as a syntax error',
    (sql) => {
      const { sqlState } = SERVER_ERRORS[dialect].syntax('');
      expect(() => tokensOf(sql, dialect)).toThrow(expect.objectContaining({ name: 'ServerError', sqlState }));
    },
  );

  it('gives back any text that is written with the escapes that both servers and Spark know', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\', "'", '\0', '\n', '\r\n', '${env:HOME}'),
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const value = parts.join('');
        expect(tokensOf(portableText(value), dialect)).toEqual([{ kind: 'text', text: value }]);
      }),
    );
  });
});

/** The escapes that mean the same to Impala, Hive and Spark. */
function portableText(value: string): string {
  const escapes: Record<string, string> = { '\0': '\\000', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `'${value.replace(/[\\'\0\n\r\t]/g, (one) => escapes[one] ?? `\\${one}`)}'`;
}

describe('escapes', () => {
  it.each([
    [String.raw`\\ \' \"`, `\\ ' "`],
    [String.raw`\n\r\t\b\0\Z`, '\n\r\t\b\0\x1a'],
    [String.raw`\000\101\1012`, '\0AA2'],
    // A byte of three digits is at most 177.
    [String.raw`\200`, '200'],
    [String.raw`\u00e9\u20AC\u0000\ud83d\ude00`, 'é€\0😀'],
    [String.raw`\u00g0`, 'u00g0'],
    [String.raw`\%\_`, String.raw`\%\_`],
    [String.raw`\q\x41\$`, 'qx41$'],
    ['\\\n', '\n'],
    ['a\nb\0c', 'a\nb\0c'],
  ])('%j is %j', (inside, value) => expect(unescape(inside)).toBe(value));

  it('of a line end: Impala does not take it', () => {
    expect(tokensOf("'a\\\nb'", 'hive')).toEqual([{ kind: 'text', text: 'a\nb' }]);
    expect(() => tokensOf("'a\\\nb'", 'impala')).toThrow('Syntax error');
  });
});
