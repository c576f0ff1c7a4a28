/** Whether too many lines were rejected: more than the share, but up to ten never fail a run. */
import type { Rejection } from './result-lines.js';

const NEVER_FAILS = 10;

/** From this many lines on, the share is judged while reading. */
export const EARLY_VERDICT_LINES = 10_000;

export function tooManyRejected(rejected: number, lines: number, maxShare: number): boolean {
  return rejected > NEVER_FAILS && rejected > lines * maxShare;
}

/** Lines read and lines rejected so far. */
export interface LinesSeen {
  readonly lines: number;
  readonly rejected: number;
}

/**
 * The first line, from the 10,000th on, at which too many were rejected. It is found line by line, so that the verdict
 * does not hang on how the bytes came in chunks.
 * @param before what was seen before these lines
 * @param rejections of these lines
 * @param lines seen with these
 */
export function earlyVerdict(
  before: LinesSeen,
  rejections: readonly Pick<Rejection, 'line'>[],
  lines: number,
  maxShare: number,
): LinesSeen | undefined {
  if (lines < EARLY_VERDICT_LINES) return undefined;
  const seenAt = (line: number, rejectedHere: number) => ({ lines: line, rejected: before.rejected + rejectedHere });
  const marks = rejections
    .map(({ line }, i) => seenAt(line, i + 1))
    .filter((mark) => mark.lines > EARLY_VERDICT_LINES);
  if (before.lines < EARLY_VERDICT_LINES) {
    const rejectedHere = rejections.filter(({ line }) => line <= EARLY_VERDICT_LINES).length;
    marks.unshift(seenAt(EARLY_VERDICT_LINES, rejectedHere));
  }
  return marks.find((mark) => tooManyRejected(mark.rejected, mark.lines, maxShare));
}
