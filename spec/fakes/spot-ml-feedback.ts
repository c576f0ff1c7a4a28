/**
 * A feedback file as spot-ml reads it, by every rule of its `DNSFeedback.loadFeedbackDF` and of Hadoop's line reader below
 * it: what would end its job is an error here.
 */
export interface FeedbackLine {
  readonly frame_time: string;
  readonly unix_tstamp: number;
  readonly frame_len: number;
  readonly ip_dst: string;
  readonly dns_qry_name: string;
  readonly dns_qry_class: string;
  readonly dns_qry_type: number;
  readonly dns_qry_rcode: number;
}

/** Java's `split("\t")`: empty texts at the end are left out. */
function split(line: string): string[] {
  const cells = line.split('\t');
  while (cells.length > 1 && cells.at(-1) === '') cells.pop();
  return cells;
}

/** Java's `toInt` and `toLong`. */
function integer(cell: string | undefined, bits: 32 | 64, line: string): number {
  if (cell === undefined) throw new Error(`ArrayIndexOutOfBoundsException: ${JSON.stringify(line)}`);
  const text = cell.trim();
  const limit = 2n ** BigInt(bits - 1);
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value < -limit || value >= limit)
    throw new Error(`NumberFormatException: ${JSON.stringify(cell)} in ${JSON.stringify(line)}`);
  return Number(value);
}

/** Lines as Hadoop gives them: it splits at a carriage return too. */
export function hadoopLines(file: string | Buffer): string[] {
  const lines = file.toString().split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The rows that spot-ml takes: those of names scored low. @throws where its job would end */
export function readBySpotMl(file: string | Buffer): FeedbackLine[] {
  const lines = hadoopLines(file);
  const [header] = lines;
  if (header === undefined) throw new Error('UnsupportedOperationException: empty collection');
  return lines
    .filter((line) => line !== header)
    .map((line) => ({ line, cells: split(line) }))
    .filter(({ line, cells }) => integer(cells[12], 32, line) === 3)
    .map(({ line, cells }) => ({
      frame_time: cells[0]!,
      unix_tstamp: integer(cells[17], 64, line),
      frame_len: integer(cells[1], 32, line),
      ip_dst: cells[2]!,
      dns_qry_name: cells[3]!,
      dns_qry_class: cells[4]!,
      dns_qry_type: integer(cells[5], 32, line),
      dns_qry_rcode: integer(cells[6], 32, line),
    }));
}

/** Every line's 18 cells, for what spot-ml does not look at. */
export const feedbackCells = (file: string | Buffer): string[][] =>
  hadoopLines(file)
    .slice(1)
    .map((line) => line.split('\t'));
