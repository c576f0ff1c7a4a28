/**
 * Values as SQL text. Query names are chosen by attackers: a value reaches a statement through this file only, and a
 * name (of a column or table) only through the identifier check.
 */
import { checkIdentifier, KINDS, type Kind } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';

/** What a row's value can be: text, number, or nothing. */
export type LiteralValue = string | number | bigint | null | undefined;

/** How one SQL dialect writes text and special numbers; the rest is common to all. */
export interface LiteralStyle {
  readonly text: (value: string) => string;
  readonly notFinite: (value: number, kind: 'float' | 'double') => string;
  readonly quote: '"' | '`';
}

const INTEGER_LIMITS: Partial<Record<Kind, bigint>> = {
  tinyint: 2n ** 7n,
  smallint: 2n ** 15n,
  int: 2n ** 31n,
  bigint: 2n ** 63n,
};

/**
 * A value of a column as SQL text, cast to nothing: the place where it stands decides.
 * @throws {OaError} `VALUE_INVALID` for a value that its column cannot hold
 */
export function literal(value: LiteralValue, kind: Kind, style: LiteralStyle): string {
  if (value === null || value === undefined) return 'NULL';
  if (kind === 'string') {
    if (typeof value !== 'string') throw unfit(value, kind);
    return style.text(value);
  }
  if (typeof value === 'string') throw unfit(value, kind);
  if (kind === 'float' || kind === 'double') {
    const number = Number(value);
    // An exponent makes it a floating-point literal everywhere; without one it would be a decimal.
    return Number.isFinite(number) ? number.toExponential() : style.notFinite(number, kind);
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw unfit(value, kind);
  const integer = BigInt(value);
  const limit = INTEGER_LIMITS[kind]!;
  if (integer < -limit || integer >= limit) throw unfit(value, kind);
  return integer.toString();
}

/** A checked name in the dialect's quotes. */
export function identifier(name: string, style: LiteralStyle, what?: string): string {
  return `${style.quote}${checkIdentifier(name, what)}${style.quote}`;
}

const unfit = (value: unknown, kind: Kind) =>
  new OaError('VALUE_INVALID', `${typeof value} ${String(value).slice(0, 100)}: expected a value of kind ${kind}`);

/**
 * DuckDB: a backslash means itself, a quote is doubled, and a NUL, at which the parser would stop reading, is a call.
 * A half of a surrogate pair has no UTF-8 form; it becomes U+FFFD as in every other file.
 */
export const duckdbLiterals: LiteralStyle = {
  text: (value) => {
    const parts = Buffer.from(value)
      .toString()
      .split('\0')
      .map((part) => `'${part.replaceAll("'", "''")}'`);
    return parts.length === 1 ? parts[0]! : `(${parts.join(' || chr(0) || ')})`;
  },
  notFinite: (value, kind) => `'${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}'::${kind}`,
  quote: '"',
};

/** What stands for a character inside a literal. `$\{` is `${` to all three, which no substitution looks for. */
const CLUSTER_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\000',
  '${': '$\\{',
};

/**
 * Impala, Hive and Spark: the escapes that mean the same to all of them, everything else as it is. A doubled quote is
 * two literals side by side to them, so a quote is escaped; Hive and Spark replace `${…}` even inside literals.
 */
export const clusterLiterals: LiteralStyle = {
  text: (value) => {
    const wellFormed = Buffer.from(value).toString();
    return `'${wellFormed.replace(/[\\'\n\r\t\0]|\$\{/g, (found) => CLUSTER_ESCAPES[found]!)}'`;
  },
  notFinite: (value, kind) =>
    `CAST('${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}' AS ${KINDS[kind].sql})`,
  quote: '`',
};

/**
 * Hive writes constants anew while it plans, NUL as `\0`, and then reads octal digits behind it as part of that: NUL and
 * `101` become `\b` and `1` (seen with Hive 4.0.1, whatever the constant was written as). Such a text is put together of
 * parts around a term that cannot be reckoned beforehand.
 */
export const hiveLiterals: LiteralStyle = {
  ...clusterLiterals,
  text: (value) => inParts(value, ', substr(CAST(rand() AS STRING), 1, 0), '),
};

/** The same in the rows of an INSERT, which Hive takes as they are, and where Spark takes nothing that is not constant. */
export const hiveRowLiterals: LiteralStyle = { ...clusterLiterals, text: (value) => inParts(value, ', ') };

function inParts(value: string, between: string): string {
  const parts = value.split(/(?<=\0)(?=[0-7]{2})/).map(clusterLiterals.text);
  return parts.length === 1 ? parts[0]! : `concat(${parts.join(between)})`;
}
