import fc from 'fast-check';
import { clusterLiterals, identifier, literal } from '../../../lib/engine/literals.js';

const SIMPLE: Readonly<Record<string, string>> = { 0: '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

/**
 * The value of a literal by Impala's rules, which hold for Hive and Spark too: `\0 \b \n \r \t \Z`, three octal digits,
 * `\uXXXX`; `\%` and `\_` keep the backslash; of any other escape the character stays.
 */
function valueOf(text: string): string {
  const inner = /^'((?:[^'\\]|\\.)*)'$/s.exec(text);
  if (!inner) throw new Error(`no single literal: ${text}`);
  return inner[1]!.replace(/\\([0-3][0-7]{2}|u[0-9a-fA-F]{4}|.)/gsu, (all, what: string) => {
    if (/^[0-3][0-7]{2}$/.test(what)) return String.fromCharCode(parseInt(what, 8));
    if (/^u.{4}$/.test(what)) return String.fromCharCode(parseInt(what.slice(1), 16));
    return what === '%' || what === '_' ? all : (SIMPLE[what] ?? what);
  });
}

const PIECES = [
  '$',
  '{',
  '}',
  '\\',
  "'",
  '"',
  '`',
  '\0',
  '0',
  '7',
  'n',
  'u0041',
  '\n',
  '\r',
  '\t',
  '%',
  '_',
  '${env:HOME}',
  '--',
  '/*',
  ';',
  '\ud83e',
  '\udd86',
  '🦆',
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
);

describe('literals of Impala, Hive and Spark', () => {
  it('give any text back, and leave nothing to substitute', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const text = clusterLiterals.text(value);
        expect(valueOf(text)).toBe(Buffer.from(value).toString());
        expect(text).not.toContain('${');
        expect(text).not.toMatch(/[\n\r\t\0]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('of several texts leave nothing to substitute between them', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 2, maxLength: 4 }), (values) => {
        const texts = values.map((value) => literal(value, 'string', clusterLiterals));
        for (const between of [', ', ',', '=', ' ', ') (']) expect(texts.join(between)).not.toContain('${');
      }),
    );
  });

  it('are written as all three read them', () => {
    expect(clusterLiterals.text("it's\\\n\r\t\x001 ${env:HOME} $${x} $ {y} é漢😀")).toBe(
      String.raw`'it\'s\\\n\r\t\0001 $\{env:HOME} $$\{x} $ {y} é漢😀'`,
    );
    expect(clusterLiterals.text('\ud83e half')).toBe("'\ufffd half'");
  });

  it('of numbers and names', () => {
    expect(literal(1.2e-7, 'float', clusterLiterals)).toBe('1.2e-7');
    expect(literal(NaN, 'float', clusterLiterals)).toBe("CAST('NaN' AS FLOAT)");
    expect(literal(Infinity, 'double', clusterLiterals)).toBe("CAST('Infinity' AS DOUBLE)");
    expect(literal(-Infinity, 'double', clusterLiterals)).toBe("CAST('-Infinity' AS DOUBLE)");
    expect(literal(null, 'string', clusterLiterals)).toBe('NULL');
    expect(identifier('dns_scores', clusterLiterals)).toBe('`dns_scores`');
  });
});
