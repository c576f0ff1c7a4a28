/**
 * Bytes of a results file to rows: tab-separated lines without header and without quoting, as Spark's
 * `Row.mkString("\t")` writes them. A quote in a query name is a quote and swallows nothing. Bytes that are not UTF-8 are
 * kept as the `\DDD` escapes of DNS master files (RFC 1035, 5.1).
 */
import { isUtf8 } from 'node:buffer';
import { columnList, type Column, type Columns, type Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import { hourOf } from './time-of-day.js';

/** A line that is no row. */
export interface Rejection {
  /** Number of the line in the file (or in the files one after the other), from 1. */
  readonly line: number;
  readonly reason: string;
  /** The line as it stands, without its line end. */
  readonly raw: string;
  /** Good rows before it. */
  readonly rowsBefore: number;
}

export interface Lines {
  readonly rows: Row[];
  readonly rejections: Rejection[];
}

/** A DNS row has at most some 2,000 bytes; what goes on for longer than this is no row, and is not held in memory. */
const MAX_LINE = 1024 * 1024;
const LF = 10;
const CR = 13;
const BOM = '\uFEFF';

const INTEGER_RANGE = {
  tinyint: 2 ** 7,
  smallint: 2 ** 15,
  int: 2 ** 31,
  bigint: 2 ** 53,
} as const;

export interface ResultFormat {
  readonly columns: Columns;
  /** @default tab */
  readonly delimiter?: string;
  /** Column that must hold a readable time of day. @default `frame_time`, where there is one */
  readonly timeColumn?: string;
}

/** Takes chunks of one file after the other and gives rows and rejections. */
export class ResultLines {
  /** Lines seen, rejected ones included. */
  lines = 0;
  /** Good rows seen. */
  rows = 0;
  readonly #columns: Column[];
  readonly #delimiter: string;
  readonly #timeIndex: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping = false;
  #atStart = true;

  /** @throws {OaError} `USAGE` */
  constructor({ columns, delimiter = '\t', timeColumn }: ResultFormat) {
    this.#columns = columnList(columns);
    if (delimiter === '' || /[\r\n]/.test(delimiter))
      throw new OaError('USAGE', `delimiter ${JSON.stringify(delimiter)}: expected a character that ends no line`);
    this.#delimiter = delimiter;
    this.#timeIndex = this.#columns.findIndex(({ name }) => name === (timeColumn ?? 'frame_time'));
    if (timeColumn !== undefined && this.#timeIndex < 0)
      throw new OaError('USAGE', `timeColumn ${timeColumn}: expected one of ${Object.keys(columns).join(', ')}`);
  }

  /** Rows of the lines that this chunk completes. */
  push(chunk: Buffer): Lines {
    const found: Lines = { rows: [], rejections: [] };
    const end = chunk.lastIndexOf(LF);
    if (end < 0) {
      this.#hold(chunk, found);
      return found;
    }
    let start = 0;
    if (this.#skipping) {
      start = chunk.indexOf(LF) + 1;
      this.#skipping = false;
    }
    if (start <= end) this.#block(this.#taken(chunk.subarray(start, end)), found);
    this.#hold(chunk.subarray(end + 1), found);
    return found;
  }

  /** The last line, where it has no line end; the next chunk begins another file. */
  end(): Lines {
    const found: Lines = { rows: [], rejections: [] };
    if (this.#heldBytes > 0) this.#block(this.#taken(Buffer.alloc(0)), found);
    this.#skipping = false;
    this.#atStart = true;
    return found;
  }

  #taken(bytes: Buffer): Buffer {
    if (this.#heldBytes === 0) return bytes;
    const block = Buffer.concat([...this.#held, bytes]);
    this.#held = [];
    this.#heldBytes = 0;
    return block;
  }

  #hold(bytes: Buffer, found: Lines): void {
    if (this.#skipping || bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes <= MAX_LINE) return;
    this.#rejectLong(this.#taken(Buffer.alloc(0)), found);
    this.#skipping = true;
  }

  /** Whole lines, the last without its line end. */
  #block(bytes: Buffer, found: Lines): void {
    if (isUtf8(bytes)) {
      for (const line of bytes.toString('utf8').split('\n')) {
        // A UTF-16 unit is at most three bytes of UTF-8.
        if (line.length * 3 <= MAX_LINE || Buffer.byteLength(line) <= MAX_LINE) this.#line(line, found);
        else this.#rejectLong(Buffer.from(line), found);
      }
    } else {
      for (const line of splitBytes(bytes)) {
        if (line.length <= MAX_LINE) this.#line(textOf(line), found);
        else this.#rejectLong(line, found);
      }
    }
  }

  /** Whether or not the whole line was in one chunk, it is the same line that is too long. */
  #rejectLong(line: Buffer, found: Lines): void {
    this.lines += 1;
    this.#atStart = false;
    this.#reject(`longer than ${MAX_LINE} bytes`, textOf(line.subarray(0, MAX_LINE)), found);
  }

  #line(whole: string, found: Lines): void {
    this.lines += 1;
    const start = this.#atStart && whole.startsWith(BOM) ? 1 : 0;
    const end = whole.charCodeAt(whole.length - 1) === CR ? -1 : undefined;
    const line = start === 0 && end === undefined ? whole : whole.slice(start, end);
    this.#atStart = false;
    const fields = line.split(this.#delimiter);
    const columns = this.#columns;
    if (fields.length !== columns.length) {
      return this.#reject(`${fields.length} columns; expected ${columns.length}`, line, found);
    }
    // An empty literal, filled in one order: a copy of a template cannot take on further columns quickly (30 times slower).
    const row: Row = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const text = fields[i]!;
      if (column.kind === 'string') {
        row[column.name] = text;
      } else {
        const value = text === 'null' ? null : numberOf(text, column);
        if (value === undefined || (value === null && !column.nullable)) {
          return this.#reject(
            `${column.name} ${JSON.stringify(text.slice(0, 40))}; expected ${column.kind}`,
            line,
            found,
          );
        }
        row[column.name] = value;
      }
    }
    if (this.#timeIndex >= 0 && hourOf(fields[this.#timeIndex]!) === null) {
      const name = columns[this.#timeIndex]!.name;
      return this.#reject(
        `${name} ${JSON.stringify(fields[this.#timeIndex]!.slice(0, 40))} has no readable time`,
        line,
        found,
      );
    }
    this.rows += 1;
    found.rows.push(row);
  }

  #reject(reason: string, raw: string, found: Lines): void {
    found.rejections.push({ line: this.lines, reason, raw, rowsBefore: this.rows });
  }
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** A number of the column's kind and range, else undefined. Nothing is guessed: `1e5` is no integer, `0x1` no number. */
function numberOf(text: string, { kind }: Column): number | undefined {
  if (kind === 'double' || kind === 'float') return DECIMAL.test(text) ? inRange(Number(text), kind) : undefined;
  const digits = text.charCodeAt(0) === 45 ? 1 : 0;
  if (text.length === digits || text.length > 17) return undefined;
  for (let i = digits; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  const value = Number(text) + 0; // + 0 turns -0 into 0
  const range = INTEGER_RANGE[kind as keyof typeof INTEGER_RANGE];
  return value >= (kind === 'bigint' ? 1 - range : -range) && value < range ? value : undefined;
}

function inRange(value: number, kind: 'double' | 'float'): number | undefined {
  const stored = kind === 'float' ? Math.fround(value) : value;
  return Number.isFinite(stored) ? value + 0 : undefined;
}

function splitBytes(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  lines.push(bytes.subarray(start));
  return lines;
}

/** UTF-8 text; each byte that is none becomes a backslash and three decimal digits. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  let good = 0;
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) {
      i += length;
    } else {
      text += `${bytes.toString('utf8', good, i)}\\${String(lead).padStart(3, '0')}`;
      i += 1;
      good = i;
    }
  }
  return text + bytes.toString('utf8', good);
}
