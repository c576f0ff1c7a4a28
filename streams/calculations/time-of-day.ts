/**
 * The time of day in a `frame_time`, the text form of tshark's `frame.time`: `Jul  8 2016 04:29:38.123456789 UTC`.
 * It is taken as it stands: no time zone is applied.
 */

/**
 * What counts as a time: the first match decides, whatever stands around it. The SQL of the ingest summary uses the same
 * pattern, and the functions here give what it gives.
 */
export const TIME_OF_DAY_PATTERN = '(?:^|[^0-9])([0-9]{1,2}):([0-9]{2})';

export interface TimeOfDay {
  /** 0 to 23 */
  readonly hour: number;
  /** 0 to 59 */
  readonly minute: number;
}

const ZERO = 48;

/** The digit at a position, else -1; beyond both ends there is none. */
function digitAt(text: string, position: number): number {
  const digit = text.charCodeAt(position) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Minutes since midnight, -1 without a readable time. By character codes, as this runs for every row. */
function minuteOfDay(text: string): number {
  for (let colon = text.indexOf(':', 1); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    const [units, minuteTens, minuteUnits] = [
      digitAt(text, colon - 1),
      digitAt(text, colon + 1),
      digitAt(text, colon + 2),
    ];
    if (units === -1 || minuteTens === -1 || minuteUnits === -1) continue;
    const tens = digitAt(text, colon - 2);
    if (tens !== -1 && digitAt(text, colon - 3) !== -1) continue;
    const hour = (tens === -1 ? 0 : tens * 10) + units;
    const minute = minuteTens * 10 + minuteUnits;
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
  }
  return -1;
}

/** Hour and minute, null when the text has no readable time. */
export function timeOfDay(frameTime: string): TimeOfDay | null {
  const minutes = minuteOfDay(frameTime);
  return minutes === -1 ? null : { hour: Math.floor(minutes / 60), minute: minutes % 60 };
}

/** The hour alone, 0 to 23, null when the text has no readable time. */
export function hourOf(frameTime: string): number | null {
  const minutes = minuteOfDay(frameTime);
  return minutes === -1 ? null : Math.floor(minutes / 60);
}
