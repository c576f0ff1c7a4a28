/** Text for a person's terminal or log. What attackers chose must not move the cursor or look like a line of ours. */
import type { Fetch } from '../partitions/fetched.js';
import type { Console } from './main.js';

/** ESC, line ends, bidirectional overrides. */
const CONTROL_AND_FORMAT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Control and format characters as escapes. */
export function printable(value: unknown): string {
  return plainText(value).replace(CONTROL_AND_FORMAT, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** Nothing for null; lists and structures as JSON. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value, bigintAsText) : String(value);
}

/** JSON that means the same and can be shown on a terminal; a `bigint` is a string there. */
export function jsonText(value: unknown): string {
  const escaped = (char: string) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, bigintAsText).replace(CONTROL_AND_FORMAT, escaped);
}

const bigintAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

const WIDEST = 60;

/** Rows as a table with aligned columns; long values are cut with an ellipsis. */
export function table(
  rows: readonly Readonly<Record<string, unknown>>[],
  names = Object.keys(rows[0] ?? {}),
): string {
  const cut = (text: string) => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);
  const headings = names.map((name) => cut(printable(name)));
  const cells = rows.map((row) => names.map((name) => cut(printable(row[name]))));
  const widths = headings.map((heading, i) =>
    cells.reduce((most, row) => Math.max(most, row[i]!.length), heading.length),
  );
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd();
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** A count with thin groups: 60 000. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

/** Fetches of such a size take so long that a person wants to know, bytes. */
const WORTH_TELLING = 64 * 1024 * 1024;

export const logFetch =
  ({ log }: Pick<Console, 'log'>) =>
  ({ files, bytes, from }: Fetch): void => {
    if (bytes >= WORTH_TELLING)
      log(`fetching ${count(files)} files, ${count(Math.round(bytes / 1e6))} MB, from ${from}`);
  };
