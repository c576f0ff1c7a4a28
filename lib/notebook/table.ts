/** Rows as a table. */
import { plainText, printable } from '../printable.js';
import { html, type Markup } from './html.js';
import { Shown } from './shown.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

export interface TableOptions {
  /** In this order. @default those of the first row */
  readonly columns?: readonly string[];
  readonly caption?: string;
  /** Most rows that are shown; the caption says how many there are. @default 50 */
  readonly limit?: number;
}

/** The first rows, numbered from 0 as an array is. */
export function table(rows: Rows, { columns, caption = '', limit = 50 }: TableOptions = {}): Shown {
  const names = columns ?? Object.keys(rows[0] ?? {});
  const first = rows.slice(0, limit);
  const title = [printable(caption), countText(first.length, rows.length)].filter((part) => part !== '').join(': ');
  const heading = html`<tr>
    <th>#</th>
    ${names.map((name) => html`<th style="text-align: left">${name}</th>`)}
  </tr>`;
  const body = first.map(
    (row, i) =>
      html`<tr>
        <td>${i}</td>
        ${names.map((name) => cell(row[name]))}
      </tr>`,
  );
  const markup = html`<table>
    <caption style="text-align: left; white-space: nowrap">
      ${title}
    </caption>
    <thead>
      ${heading}
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
  return new Shown(markup, [title, ...textLines(first, names)].join('\n'));
}

/** What an action did, or what is known of one thing: its properties, one below the other. */
export const facts = (of: object, caption = ''): Shown => {
  const rows = Object.entries(of).map(([what, value]) => ({ what, value: plainText(value) }));
  const body = rows.map(
    ({ what, value }) =>
      html`<tr>
        <th style="text-align: left">${what}</th>
        ${cell(value)}
      </tr>`,
  );
  const markup = html`<table>
    <caption style="text-align: left; white-space: nowrap">
      ${caption}
    </caption>
    <tbody>
      ${body}
    </tbody>
  </table>`;
  return new Shown(
    markup,
    [printable(caption), ...rows.map((row) => `${printable(row.what)}: ${printable(row.value)}`)].join('\n'),
  );
};

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';

/** Characters of a text that stays in one line. */
const SHORT = 40;

/** Long names break anywhere, so that the next columns stay in sight; blanks are part of a name. */
function cell(value: unknown): Markup {
  if (isNumber(value)) return html`<td style="text-align: right">${value}</td>`;
  const text = printable(value);
  const width =
    text.length > SHORT
      ? 'white-space: pre-wrap; overflow-wrap: anywhere; min-width: 20em; max-width: 40em'
      : 'white-space: pre';
  return html`<td style="text-align: left; ${width}">${text}</td>`;
}

const countText = (shown: number, all: number): string => {
  if (shown < all) return `the first ${shown} of ${all} rows`;
  return all === 1 ? '1 row' : `${all} rows`;
};

const textLines = (rows: Rows, names: readonly string[]): string[] => [
  ['#', ...names].map(printable).join('\t'),
  ...rows.map((row, i) => [i, ...names.map((name) => row[name])].map(printable).join('\t')),
];
