/**
 * `?` and `:name` in a statement, replaced where they are neither in a literal, nor in a name in back quotes, nor in a
 * comment. What a literal looks like is the same for Impala, Hive and Spark.
 */
import { OaError } from '../../../schemas/errors.js';
import type { ServerDialect } from './options.js';
import { literal, type Parameter } from './values.js';

/** For `?` in their order, or for `:name`. */
export type Parameters = readonly Parameter[] | Readonly<Record<string, Parameter>>;

/** A placeholder where it stands; `name` is empty for `?`. */
interface Placeholder {
  readonly at: number;
  readonly end: number;
  readonly name: string;
}

/** What begins something that no placeholder stands in, or a placeholder (in the groups). */
const BEGIN = /['"`]|--|\/\*|(\?)|(?<![\w:]):([A-Za-z_]\w*)/g;
const IN_QUOTES: Readonly<Record<string, RegExp>> = { "'": /['\\]/g, '"': /["\\]/g, '`': /`/g };

/**
 * @throws {OaError} `VALUE_INVALID` for a placeholder without a value, a value without a placeholder, and a value that
 * has no literal
 */
export function withParameters(sql: string, parameters: Parameters | undefined, dialect?: ServerDialect): string {
  if (parameters === undefined) return sql;
  return Array.isArray(parameters)
    ? withPositions(sql, parameters as readonly Parameter[], dialect)
    : withNames(sql, parameters as Readonly<Record<string, Parameter>>, dialect);
}

function withPositions(sql: string, values: readonly Parameter[], dialect?: ServerDialect): string {
  const marks = [...placeholders(sql)].filter(({ name }) => name === '');
  if (marks.length !== values.length) {
    throw new OaError('VALUE_INVALID', `expected a value for each ?, ${marks.length} in all; got ${values.length}`);
  }
  return replaced(sql, marks, (_mark, i) => literalOf(values[i]!, `value ${i + 1}`, dialect));
}

function withNames(sql: string, values: Readonly<Record<string, Parameter>>, dialect?: ServerDialect): string {
  const marks = [...placeholders(sql)].filter(({ name }) => name !== '');
  const named = new Set(marks.map(({ name }) => name));
  const missing = [...named].filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) throw new OaError('VALUE_INVALID', `expected values for :${missing.join(', :')}, got none`);
  const surplus = Object.keys(values).filter((name) => !named.has(name));
  if (surplus.length > 0) {
    throw new OaError('VALUE_INVALID', `expected values that the statement names, got also ${surplus.join(', ')}`);
  }
  return replaced(sql, marks, ({ name }) => literalOf(values[name]!, `:${name}`, dialect));
}

function* placeholders(sql: string): Generator<Placeholder> {
  const begin = new RegExp(BEGIN);
  for (let found = begin.exec(sql); found; found = begin.exec(sql)) {
    const [token, mark, name] = found;
    if (mark !== undefined || name !== undefined) yield { at: found.index, end: begin.lastIndex, name: name ?? '' };
    else if (token in IN_QUOTES) begin.lastIndex = endOfQuotes(sql, begin.lastIndex, token);
    else begin.lastIndex = after(sql, token === '--' ? '\n' : '*/', begin.lastIndex);
  }
}

/** Step by step, for an expression that matched a whole literal would run out of stack in a long one. */
function endOfQuotes(sql: string, from: number, quote: string): number {
  const special = new RegExp(IN_QUOTES[quote]!);
  special.lastIndex = from;
  for (let found = special.exec(sql); found; found = special.exec(sql)) {
    if (found[0] === quote) return special.lastIndex;
    special.lastIndex += 1;
  }
  return sql.length;
}

function after(sql: string, text: string, from: number): number {
  const at = sql.indexOf(text, from);
  return at < 0 ? sql.length : at + text.length;
}

/** Each kept apart from what stands beside it: `1 -?` must not become a comment, nor `r?` a literal of another kind. */
function replaced(
  sql: string,
  marks: readonly Placeholder[],
  text: (mark: Placeholder, i: number) => string,
): string {
  const parts: string[] = [];
  let done = 0;
  marks.forEach((mark, i) => {
    const before = mark.at === 0 || /[\s(,=]/.test(sql[mark.at - 1]!) ? '' : ' ';
    const behind = /[\w'"`]/.test(sql[mark.end] ?? '') ? ' ' : '';
    parts.push(sql.slice(done, mark.at), before, text(mark, i), behind);
    done = mark.end;
  });
  return parts.join('') + sql.slice(done);
}

function literalOf(value: Parameter, what: string, dialect?: ServerDialect): string {
  try {
    return literal(value, dialect);
  } catch (error) {
    if (!(error instanceof OaError)) throw error;
    throw new OaError(error.code, `${what}: ${error.message}`);
  }
}
