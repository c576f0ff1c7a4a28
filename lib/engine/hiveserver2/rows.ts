/** Columns of a page as rows: plain objects, filled column by column straight from the bytes. */
import type { Row } from '../../../schemas/columns.js';
import { NotThrift } from './message-scan.js';
import {
  BIGINTS,
  BINARIES,
  BOOLEANS,
  DOUBLES,
  INTS,
  SMALLINTS,
  TEXTS,
  TINYINTS,
  type Page,
  type PageColumn,
} from './page.js';

/** Sets a column of all rows. */
type Fill = (rows: Row[], name: string, column: PageColumn, view: DataView, bytes: Buffer) => void;

/** @param names of the result's columns, each another one */
export function rowReader(names: readonly string[]): (page: Page, bytes: Buffer, view: DataView) => Row[] {
  const empty = emptyRow(names);
  return (page, bytes, view) => {
    if (page.rows > 0 && page.columns.length !== names.length) {
      throw new NotThrift(`expected ${names.length} columns, got ${page.columns.length}`);
    }
    const rows = new Array<Row>(page.rows);
    for (let i = 0; i < rows.length; i++) rows[i] = { ...empty };
    page.columns.forEach((column, i) => {
      FILLS_BY_FIELD[column.field]!(rows, names[i]!, column, view, bytes);
      setNulls(rows, names[i]!, column, view);
    });
    return rows;
  };
}

/** All columns as properties of its own, `__proto__` too, so that a copy has them in place. */
function emptyRow(names: readonly string[]): Row {
  const row: Row = {};
  for (const name of names) {
    Object.defineProperty(row, name, { value: null, writable: true, enumerable: true, configurable: true });
  }
  return row;
}

function setNulls(rows: Row[], name: string, { nullsAt, nullsLength }: PageColumn, view: DataView): void {
  for (let byte = 0; byte < nullsLength; byte++) {
    const bits = view.getUint8(nullsAt + byte);
    if (bits === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      const row = byte * 8 + bit;
      if (bits & (1 << bit) && row < rows.length) rows[row]![name] = null;
    }
  }
}

const TWO_32 = 2 ** 32;
/** Upper half of the integers within ±(2^53 − 1); of -2^53 itself too, which is not exact. */
const EXACT_HALF = 2 ** 21;

function bigintAt(view: DataView, at: number): number | bigint {
  const high = view.getInt32(at);
  const low = view.getUint32(at + 4);
  if (high < EXACT_HALF && (high > -EXACT_HALF || (high === -EXACT_HALF && low > 0))) return high * TWO_32 + low;
  return view.getBigInt64(at);
}

const FILLS_BY_FIELD: Readonly<Record<number, Fill>> = {
  [BOOLEANS]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = view.getUint8(at + i) !== 0;
  },
  [TINYINTS]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = view.getInt8(at + i);
  },
  [SMALLINTS]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = view.getInt16(at + i * 2);
  },
  [INTS]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = view.getInt32(at + i * 4);
  },
  [BIGINTS]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = bigintAt(view, at + i * 8);
  },
  [DOUBLES]: (rows, name, { at }, view) => {
    for (let i = 0; i < rows.length; i++) rows[i]![name] = view.getFloat64(at + i * 8);
  },
  [TEXTS]: (rows, name, column, view, bytes) => {
    let at = column.at;
    for (let i = 0; i < rows.length; i++) {
      const from = at + 4;
      at = from + view.getInt32(at);
      rows[i]![name] = bytes.toString('utf8', from, at);
    }
  },
  [BINARIES]: (rows, name, column, view, bytes) => {
    let at = column.at;
    for (let i = 0; i < rows.length; i++) {
      const from = at + 4;
      at = from + view.getInt32(at);
      // A copy: the page's memory is used again.
      rows[i]![name] = Buffer.from(bytes.subarray(from, at));
    }
  },
};
