/** Text for a person's terminal or log. What attackers chose must not move the cursor or look like a line of ours. */

/** Control and format characters (ESC, line ends, bidirectional overrides) as escapes. */
export function printable(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const WIDEST = 60;

/** Rows as a table with aligned columns; long values are cut with an ellipsis. */
export function table(
  rows: readonly Readonly<Record<string, unknown>>[],
  names = Object.keys(rows[0] ?? {}),
): string {
  const cut = (text: string) => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);
  const cells = rows.map((row) => names.map((name) => cut(printable(row[name]))));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd();
  return [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** A count with thin groups: 60 000. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
