/** Which rows of a long table stand in the page: those to be seen, and a few around them. */

export interface View {
  /** Pixels that are scrolled away above, and that are to be seen. */
  readonly top: number;
  readonly height: number;
  /** Of one row, pixels. */
  readonly rowHeight: number;
  /** Rows in all. */
  readonly total: number;
}

export interface RowWindow {
  /** Index of the first row, and of the one behind the last. */
  readonly start: number;
  readonly end: number;
}

const AROUND = 10;

export function windowOf({ top, height, rowHeight, total }: View): RowWindow {
  const first = Math.floor(Math.max(0, top) / rowHeight);
  const seen = Math.ceil(height / rowHeight) + 1;
  const start = Math.max(0, Math.min(first, total - seen) - AROUND);
  return { start, end: Math.min(total, Math.max(first, 0) + seen + AROUND) };
}
