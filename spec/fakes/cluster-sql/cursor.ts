/** Walks over a statement's tokens. */
import type { Token } from './lexer.js';
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';

export interface TableName {
  /** As written; without one it is the session's. */
  readonly database?: string;
  readonly name: string;
}

export interface PartitionValue {
  readonly column: string;
  /** A number, or a text; undefined where only the column is named. */
  readonly value?: { readonly text: string; readonly isText: boolean };
}

export type PartitionSpec = readonly PartitionValue[];

export class Cursor {
  readonly #tokens: readonly Token[];
  readonly #dialect: ServerDialect;
  #at = 0;

  constructor(tokens: readonly Token[], dialect: ServerDialect) {
    this.#tokens = tokens;
    this.#dialect = dialect;
  }

  /** Whether these words or symbols come next. */
  sees(...expected: string[]): boolean {
    return expected.every((one, i) => isWord(this.#tokens[this.#at + i], one));
  }

  /** Steps over these words or symbols if they come next. */
  takes(...expected: string[]): boolean {
    const found = this.sees(...expected);
    if (found) this.#at += expected.length;
    return found;
  }

  /** @throws {ServerError} unless these words or symbols come next */
  expects(...expected: string[]): void {
    if (!this.takes(...expected)) throw this.error();
  }

  /** A name, in lower case: both servers know no other. */
  name(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || !['word', 'name'].includes(token.kind)) throw this.error();
    this.#at += 1;
    return token.text.toLowerCase();
  }

  /** A text; Hive joins those that stand beside each other. */
  text(): string {
    let value: string | undefined;
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind !== 'text' || (value !== undefined && this.#dialect === 'impala')) break;
      value = (value ?? '') + token.text;
      this.#at += 1;
    }
    if (value === undefined) throw this.error();
    return value;
  }

  table(): TableName {
    const first = this.name();
    return this.takes('.') ? { database: first, name: this.name() } : { name: first };
  }

  /** `(y=2016, m=7)`. */
  partitionSpec(): PartitionSpec {
    return this.list(() => {
      const column = this.name();
      if (!this.takes('=')) return { column };
      const sign = this.takes('-') ? '-' : '';
      const token = this.#tokens[this.#at];
      if (token?.kind === 'text' && sign === '') return { column, value: { text: this.text(), isText: true } };
      if (token?.kind !== 'number') throw this.error();
      this.#at += 1;
      return { column, value: { text: String(Number(sign + token.text)), isText: false } };
    });
  }

  optionalPartition(): PartitionSpec | undefined {
    return this.takes('PARTITION') ? this.partitionSpec() : undefined;
  }

  /** What stands in parentheses, separated by commas. */
  list<T>(one: () => T): T[] {
    this.expects('(');
    const found = [one()];
    while (this.takes(',')) found.push(one());
    this.expects(')');
    return found;
  }

  /** `STRING`, `decimal(10, 2)`. */
  type(): string {
    const base = this.name();
    if (!this.sees('(')) return base === 'integer' ? 'int' : base;
    return `${base}(${this.list(() => this.number()).join(',')})`;
  }

  number(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'number') throw this.error();
    this.#at += 1;
    return token.text;
  }

  /** All tokens that are left. */
  rest(): Token[] {
    const left = this.#tokens.slice(this.#at);
    this.#at = this.#tokens.length;
    return left;
  }

  /** @throws {ServerError} when something is left */
  end(): void {
    if (this.#at < this.#tokens.length) throw this.error();
  }

  error(): Error {
    const near = this.#tokens.slice(this.#at, this.#at + 3).map(({ text }) => `'${text}'`);
    return SERVER_ERRORS[this.#dialect].syntax(near.length > 0 ? near.join(' ') : "'<EOF>'");
  }
}

export const isWord = (token: Token | undefined, expected: string): boolean =>
  (token?.kind === 'word' && token.text.toUpperCase() === expected) ||
  (token?.kind === 'symbol' && token.text === expected);
