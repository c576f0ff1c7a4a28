/**
 * The files that users give for look-ups: lines or delimited rows with their line numbers, and what is said of a bad one.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import csv from 'csv-parser';
import { asOaError, OaError } from '../../schemas/errors.js';

export interface LookupRow {
  /** Line of the file on which the row starts, from 1. */
  readonly line: number;
  /** Fields without the blanks around them. */
  readonly fields: readonly string[];
}

/** A quote that is never closed makes the rest of the file one row: the limit ends that early. */
const MAX_ROW_BYTES = 1 << 20;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The error of a bad line: where it is, what was expected and what came. */
export function badLine(file: string, line: number, problem: string, cause?: unknown): OaError {
  return new OaError('LOOKUP_FILE_INVALID', `${file}, line ${line}: ${problem}`, { cause });
}

/** Text as it stands in a message: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The error of a file that cannot be read. */
export const unreadable = (error: unknown, file: string): OaError => {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  if (missing) return new OaError('FILE_NOT_FOUND', `${file}: no such file`, { cause: error });
  return asOaError(error, 'STORAGE_FAILED', `${file}: cannot be read`);
};

/** Takes a byte order mark off the front. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    yield first && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? chunk.subarray(3) : chunk;
    first = false;
  }
}

/**
 * Lines of a UTF-8 text file; ends of line are LF or CRLF, a byte order mark is taken off.
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`
 */
export async function readLines(file: string): Promise<string[]> {
  try {
    const bytes = await readFile(file);
    return bytes
      .subarray(bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0)
      .toString('utf8')
      .split(/\r?\n/);
  } catch (error) {
    throw unreadable(error, file);
  }
}

/**
 * Calls `onRow` for each row of a comma-separated UTF-8 file (RFC 4180: quoted fields, doubled quotes, LF or CRLF; a byte
 * order mark is taken off) that is not blank. When `onRow` throws, nothing more is read.
 * @param options.multiline whether a quoted field may hold line breaks; else that is an error, for then a quote was
 *   not closed. Default false
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID`, and what `onRow` throws
 */
export async function eachRow(
  file: string,
  onRow: (row: LookupRow) => void,
  options: { multiline?: boolean } = {},
): Promise<void> {
  let next = 1;
  const take = (cells: Record<string, string>): void => {
    const line = next;
    const fields: string[] = [];
    let breaks = 0;
    for (const text of Object.values(cells)) {
      breaks += lineBreaks(text);
      fields.push(text.trim());
    }
    next += 1 + breaks;
    if (breaks > 0 && options.multiline !== true) {
      throw badLine(file, line, 'a quoted field goes on over the end of the line; expected a closing quote');
    }
    if (fields.length > 1 || (fields[0] ?? '') !== '') onRow({ line, fields });
  };
  const parser = csv({ headers: false, maxRowBytes: MAX_ROW_BYTES });
  // A listener, for a stream of single rows would cost as much as reading them.
  parser.on('data', (cells: Record<string, string>) => {
    if (parser.destroyed) return;
    try {
      take(cells);
    } catch (error) {
      parser.destroy(error as Error);
    }
  });
  try {
    await pipeline(createReadStream(file), withoutMark, parser);
  } catch (error) {
    if (error instanceof Error && error.message === 'Row exceeds the maximum size') {
      throw badLine(file, next, 'the row has no end within 1 MiB; expected a closing quote', error);
    }
    throw unreadable(error, file);
  }
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) count++;
  return count;
}
