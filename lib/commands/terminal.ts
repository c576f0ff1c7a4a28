/** Text for a person's terminal or log. What attackers chose must not move the cursor or look like a line of ours. */
import type { Fetch } from '../partitions/fetched.js';
import { printable } from '../printable.js';
import type { Console } from './main.js';

export { jsonText, plainText, printable } from '../printable.js';

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
