/**
 * A query of Impala or Hive in DuckDB's words. What both write alike passes as it is; what they write alike and mean
 * otherwise is written anew: NULL in CONCAT, a cast that cannot be or that cuts, the backslash of LIKE.
 */
import { duckdbLiterals, literal } from '../../../lib/engine/literals.js';
import { isWord } from './cursor.js';
import type { Token } from './lexer.js';
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const textLiteral = (value: string) => literal(value, 'string', duckdbLiterals);

const SYMBOLS: Readonly<Record<string, string>> = { '==': '=', '<=>': 'IS NOT DISTINCT FROM' };
const FUNCTIONS: Readonly<Record<string, string>> = {
  CAST: 'TRY_CAST',
  NVL: 'COALESCE',
  GROUP_CONCAT: 'string_agg',
  SUBSTRING: 'substr',
  RAND: 'random',
};
const WORDS: Readonly<Record<string, string>> = { STRING: 'VARCHAR', DIV: '//' };
/** What the servers say of themselves. */
const OF_THE_SERVER: Readonly<Record<ServerDialect, Readonly<Record<string, string>>>> = {
  impala: { VERSION: 'impalad version 4.5.0-RELEASE RELEASE', USER: 'spot', CURRENT_USER: 'spot' },
  hive: { VERSION: '4.0.1', CURRENT_USER: 'spot' },
};

/**
 * Macros of the catalog `memory`, which every statement finds. `cut` is what an integer is cast from: DuckDB rounds a
 * fraction where the servers cut it; of a text that holds one Impala makes NULL.
 */
export const macros = (dialect: ServerDialect) => String.raw`CREATE MACRO memory.main.cut(x) AS CASE
  WHEN regexp_full_match(CAST(x AS VARCHAR), '\s*[+-]?\d+\s*') THEN CAST(x AS VARCHAR)
  WHEN typeof(x) = 'BOOLEAN' THEN CASE CAST(x AS VARCHAR) WHEN 'true' THEN '1' WHEN 'false' THEN '0' END
  WHEN typeof(x) = 'VARCHAR' AND ${dialect === 'impala'} THEN NULL
  ELSE CAST(TRY_CAST(trunc(TRY_CAST(CAST(x AS VARCHAR) AS DOUBLE)) AS HUGEINT) AS VARCHAR) END`;

/** @param database that of the session */
export function duckdbSql(tokens: readonly Token[], dialect: ServerDialect, database: string): string {
  return new Translation(tokens, dialect, database).sql();
}

class Translation {
  readonly #tokens: readonly Token[];
  readonly #dialect: ServerDialect;
  readonly #ownWords: Readonly<Record<string, string>>;
  readonly #out: string[] = [];
  /** Of each parenthesis that is open, whose it is. */
  readonly #open: ('concat' | 'integer' | 'other')[] = [];
  #inValues = false;

  constructor(tokens: readonly Token[], dialect: ServerDialect, database: string) {
    this.#tokens = tokens;
    this.#dialect = dialect;
    this.#ownWords = { ...OF_THE_SERVER[dialect], CURRENT_DATABASE: database };
  }

  sql(): string {
    for (let i = 0; i < this.#tokens.length;) i += this.#step(i);
    return this.#out.join(' ');
  }

  /** @returns tokens taken */
  #step(i: number): number {
    const token = this.#tokens[i]!;
    switch (token.kind) {
      case 'name':
        this.#out.push(quoted(token.text.toLowerCase()));
        return 1;
      case 'number':
        this.#out.push(token.text);
        return 1;
      case 'text':
        return this.#text(i);
      case 'symbol':
        this.#symbol(token.text);
        return 1;
      case 'word':
        return this.#word(i, token.text);
    }
  }

  /** Hive joins literals that stand beside each other; Impala takes the second for the name of the first. */
  #text(i: number): number {
    const values: string[] = [];
    for (let at = i; this.#tokens[at]?.kind === 'text'; at++) values.push(this.#tokens[at]!.text);
    if (isWord(this.#tokens[i - 1], 'FROM') || isWord(this.#tokens[i - 1], 'JOIN')) throw this.#error(values[0]!);
    if (this.#dialect === 'hive') this.#out.push(textLiteral(values.join('')));
    else {
      if (values.length > 2) throw this.#error(values[2]!);
      this.#out.push(textLiteral(values[0]!));
      if (values.length === 2 && !this.#inValues) this.#out.push('AS', quoted(values[1]! || ' '));
    }
    return values.length;
  }

  #symbol(text: string): void {
    if (text === ';' || (text === '||' && this.#dialect === 'impala')) throw this.#error(text);
    if (text === '(') this.#open.push('other');
    const inConcat = this.#open.at(-1) === 'concat';
    if (text === ')') this.#open.pop();
    if (inConcat && text === ',') this.#out.push('AS VARCHAR ) || CAST (');
    else if (inConcat && text === ')') this.#out.push('AS VARCHAR ) )');
    else this.#out.push(SYMBOLS[text] ?? text);
  }

  #word(i: number, text: string): number {
    const word = text.toUpperCase();
    if (isWord(this.#tokens[i - 1], '.')) {
      this.#out.push(quoted(text.toLowerCase()));
      return 1;
    }
    if (word === 'AS' && this.#open.at(-1) === 'integer') {
      this.#out.push(') AS');
      return 1;
    }
    if (isWord(this.#tokens[i + 1], '(')) return this.#call(i, word);
    if (word === 'VALUES') this.#inValues = true;
    if (word === 'LIKE' && this.#tokens[i + 1]?.kind === 'text') {
      this.#out.push(text);
      const taken = this.#text(i + 1);
      if (!isWord(this.#tokens[i + 1 + taken], 'ESCAPE')) this.#out.push(String.raw`ESCAPE '\'`);
      return 1 + taken;
    }
    this.#out.push(WORDS[word] ?? text);
    return 1;
  }

  #call(i: number, word: string): number {
    if (word === 'VALUES') this.#inValues = true;
    if (word === 'CONCAT') {
      // DuckDB's leaves NULL out, theirs is NULL then.
      this.#open.push('concat');
      this.#out.push('( CAST (');
      return 2;
    }
    if (word === 'CAST' && this.#castsToInteger(i + 2)) {
      this.#open.push('integer');
      this.#out.push('TRY_CAST ( memory.main.cut (');
      return 2;
    }
    const own = this.#ownWords[word];
    if (own !== undefined && isWord(this.#tokens[i + 2], ')')) {
      this.#out.push(textLiteral(own));
      return 3;
    }
    this.#out.push(FUNCTIONS[word] ?? WORDS[word] ?? this.#tokens[i]!.text);
    return 1;
  }

  /** @param i the first token inside CAST's parentheses. A whole number needs no cut, and many stand in VALUES. */
  #castsToInteger(i: number): boolean {
    const literal = isWord(this.#tokens[i], '-') ? i + 1 : i;
    if (/^\d+$/.test(this.#tokens[literal]?.text ?? '') && isWord(this.#tokens[literal + 1], 'AS')) return false;
    for (let at = i, depth = 1; at < this.#tokens.length; at++) {
      if (isWord(this.#tokens[at], '(')) depth += 1;
      if (isWord(this.#tokens[at], ')')) depth -= 1;
      if (depth === 0) return /^(tiny|small|big)?int$/i.test(this.#tokens[at - 1]!.text);
    }
    return false;
  }

  #error(near: string): Error {
    return SERVER_ERRORS[this.#dialect].syntax(`'${near}'`);
  }
}
