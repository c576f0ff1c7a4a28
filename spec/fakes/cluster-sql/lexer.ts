/**
 * Statements of Impala and Hive as tokens. A literal's value is decoded as both decode it (Hive's `unescapeSQLString`,
 * which Impala calls too).
 */
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';

export interface Token {
  /** `name` stands in back quotes. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol';
  /** As it was written; of a text the value, of a name what the quotes hold. */
  readonly text: string;
}

const SPACE = /(?:\s|--[^\n]*|\/\*[^]*?\*\/)+/y;
const WORD = /[A-Za-z_]\w*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w)/y;
const NAME = /`([^`]+)`/y;
const SYMBOL = /<=>|<=|>=|<>|!=|==|\|\||[()*,.+\-/%=<>&|^~!;]/y;
/** Impala's scanner does not take a line's end behind a backslash. */
const TEXT: Readonly<Record<ServerDialect, RegExp>> = {
  impala:
    /'([^\\']*(?:\\[^\n\r\v\f\x85\u2028\u2029][^\\']*)*)'|"([^\\"]*(?:\\[^\n\r\v\f\x85\u2028\u2029][^\\"]*)*)"/y,
  hive: /'([^\\']*(?:\\[^][^\\']*)*)'|"([^\\"]*(?:\\[^][^\\"]*)*)"/y,
};

/** @throws {ServerError} for what is no token: an open literal, a `?`, a lone back quote */
export function tokensOf(sql: string, dialect: ServerDialect): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    if (found !== null) at += found[0].length;
    return found;
  };
  for (;;) {
    match(SPACE);
    if (at >= sql.length) return tokens;
    const text = match(TEXT[dialect]);
    if (text !== null) {
      tokens.push({ kind: 'text', text: unescape(text[1] ?? text[2] ?? '') });
      continue;
    }
    const name = match(NAME);
    if (name !== null) {
      tokens.push({ kind: 'name', text: name[1]!.trim() });
      continue;
    }
    const found = firstOf(match);
    if (found === undefined) throw SERVER_ERRORS[dialect].syntax(JSON.stringify(sql.slice(at, at + 40)));
    tokens.push(found);
  }
}

function firstOf(match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const kinds = [
    ['word', WORD],
    ['number', NUMBER],
    ['symbol', SYMBOL],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const found = match(pattern);
    if (found !== null) return { kind, text: found[0] };
  }
  return undefined;
}

const CONTROLS: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  '%': '\\%',
  _: '\\_',
};

/** The value of what stands between a literal's quotes. */
export function unescape(inside: string): string {
  return inside.replace(/\\(?:u([0-9A-Fa-f]{4})|([01][0-7]{2})|([^]))/g, (_all, hex, octal, other: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex as string, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal as string, 8));
    return CONTROLS[other] ?? other;
  });
}
