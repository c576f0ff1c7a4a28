/** The answer of FetchResults taken apart where it lies: which bytes are which column's values. */
import { BOOL, I32, LIST, MAP, NotThrift, SET, STRING, STRUCT, WIDTH } from './message-scan.js';

/** Number of a column's field in the union TColumn: what its values are. */
export const BOOLEANS = 1;
export const TINYINTS = 2;
export const SMALLINTS = 3;
export const INTS = 4;
export const BIGINTS = 5;
export const DOUBLES = 6;
export const TEXTS = 7;
export const BINARIES = 8;

/** Width of a value in the list of each union field; 0 for those with a length before them. */
const WIDTHS = [0, 1, 1, 2, 4, 8, 8, 0, 0];

export interface PageColumn {
  /** `BOOLEANS` … `BINARIES` */
  readonly field: number;
  /** Where its values begin and end. */
  readonly at: number;
  readonly end: number;
  /** Where the bitmap of its nulls is, least significant bit first; it may be shorter than the rows are many. */
  readonly nullsAt: number;
  readonly nullsLength: number;
}

export interface Page {
  readonly statusCode: number;
  readonly hasMoreRows: boolean;
  readonly rows: number;
  readonly columns: readonly PageColumn[];
}

const REPLY = 2;
const MAX_DEPTH = 64;

/**
 * @param bytes the whole message
 * @returns `null` for an answer without a result or a status, which is a fault that the stubs can tell of
 * @throws {NotThrift} for bytes that are no answer of FetchResults, and for pages that are not columns
 */
export function readPage(bytes: DataView): Page | null {
  try {
    return new Cursor(bytes).page();
  } catch (error) {
    if (error instanceof RangeError) throw new NotThrift('expected a page, got one that ends too soon');
    throw error;
  }
}

class Cursor {
  readonly #bytes: DataView;
  #at = 0;

  constructor(bytes: DataView) {
    this.#bytes = bytes;
  }

  page(): Page | null {
    const type = this.#bytes.getInt32(0) & 0xff;
    this.#at = 4 + 4 + this.#bytes.getInt32(4) + 4;
    if (type !== REPLY) return null;
    let page: Page | null = null;
    this.#fields((id, fieldType) => {
      if (id === 0 && fieldType === STRUCT) page = this.#response();
      else this.#skip(fieldType);
    });
    return page;
  }

  #response(): Page | null {
    let statusCode = -1;
    let hasMoreRows = false;
    let result: Pick<Page, 'rows' | 'columns'> = { rows: 0, columns: [] };
    this.#fields((id, type) => {
      if (id === 1 && type === STRUCT) statusCode = this.#status();
      else if (id === 2 && type === BOOL) hasMoreRows = this.#bytes.getUint8(this.#at++) !== 0;
      else if (id === 3 && type === STRUCT) result = this.#rowSet();
      else this.#skip(type);
    });
    return statusCode < 0 ? null : { statusCode, hasMoreRows, ...result };
  }

  #status(): number {
    let statusCode = -1;
    this.#fields((id, type) => {
      if (id === 1 && type === I32) statusCode = this.#int();
      else this.#skip(type);
    });
    return statusCode;
  }

  #rowSet(): Pick<Page, 'rows' | 'columns'> {
    const columns: PageColumn[] = [];
    let rows = -1;
    this.#fields((id, type) => {
      if (id === 4) throw new NotThrift('expected columns, got a page in a binary form of its own');
      if (id !== 3 || type !== LIST) {
        this.#skip(type);
        return;
      }
      this.#at += 1;
      for (let left = this.#length(); left > 0; left--) {
        const { count, column } = this.#column();
        if (rows >= 0 && count !== rows) throw new NotThrift(`expected ${rows} values of each column, got ${count}`);
        rows = count;
        columns.push(column);
      }
    });
    return { rows: Math.max(rows, 0), columns };
  }

  #column(): { count: number; column: PageColumn } {
    let found: { count: number; column: PageColumn } | undefined;
    this.#fields((field, type) => {
      if (type !== STRUCT || field < BOOLEANS || field > BINARIES) throw new NotThrift('expected a column');
      let [count, at, end, nullsAt, nullsLength] = [0, 0, 0, 0, 0];
      this.#fields((id, part) => {
        if (id === 1 && part === LIST) {
          const of = this.#bytes.getUint8(this.#at);
          this.#at += 1;
          count = this.#length();
          at = this.#at;
          const width = WIDTHS[field]!;
          const isRight = width === 0 ? of === STRING : WIDTH[of] === width;
          if (count > 0 && !isRight) throw new NotThrift('expected a column, got values of another type');
          this.#skipValues(count, width);
          end = this.#at;
        } else if (id === 2 && part === STRING) {
          nullsLength = this.#length();
          nullsAt = this.#at;
          this.#at += nullsLength;
        } else this.#skip(part);
      });
      found = { count, column: { field, at, end, nullsAt, nullsLength } };
    });
    if (!found) throw new NotThrift('expected a column');
    return found;
  }

  /** Each field of a struct, whose value `take` has to go past. */
  #fields(take: (id: number, type: number) => void): void {
    for (;;) {
      const type = this.#bytes.getUint8(this.#at);
      this.#at += 1;
      if (type === 0) return;
      const id = this.#bytes.getInt16(this.#at);
      this.#at += 2;
      take(id, type);
    }
  }

  #int(): number {
    const value = this.#bytes.getInt32(this.#at);
    this.#at += 4;
    return value;
  }

  #length(): number {
    const length = this.#int();
    if (length < 0) throw new NotThrift(`expected a length, got ${length}`);
    return length;
  }

  #skipValues(count: number, width: number): void {
    if (width > 0) {
      this.#at += count * width;
    } else {
      const bytes = this.#bytes;
      let at = this.#at;
      for (let i = 0; i < count; i++) {
        const length = bytes.getInt32(at);
        if (length < 0) throw new NotThrift(`expected a length, got ${length}`);
        at += 4 + length;
      }
      this.#at = at;
    }
    if (this.#at > this.#bytes.byteLength) throw new RangeError('beyond the page');
  }

  #skip(type: number, depth = 0): void {
    const width = WIDTH[type] ?? 0;
    if (depth > MAX_DEPTH) throw new NotThrift('expected a page, got a value nested too deep');
    if (width > 0 || type === STRING) this.#skipValues(1, width);
    else if (type === STRUCT) this.#fields((_id, inner) => this.#skip(inner, depth + 1));
    else if (type === LIST || type === SET) {
      const inner = this.#bytes.getUint8(this.#at);
      this.#at += 1;
      for (let left = this.#length(); left > 0; left--) this.#skip(inner, depth + 1);
    } else if (type === MAP) {
      const [key, value] = [this.#bytes.getUint8(this.#at), this.#bytes.getUint8(this.#at + 1)];
      this.#at += 2;
      for (let left = this.#length(); left > 0; left--) {
        this.#skip(key, depth + 1);
        this.#skip(value, depth + 1);
      }
    } else throw new NotThrift(`expected a type of thrift, got ${type}`);
  }
}
