/** Text that attackers chose, as a person may see it: on a terminal, in a log, in a notebook. */

/** ESC, line ends, bidirectional overrides. */
const CONTROL_AND_FORMAT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Control and format characters as escapes: nothing moves the cursor, or others about. */
export function printable(value: unknown): string {
  return plainText(value).replace(CONTROL_AND_FORMAT, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** Nothing for null; lists and structures as JSON. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value, bigintAsText) : String(value);
}

/** JSON that means the same and can be shown on a terminal; a `bigint` is a string there. */
export function jsonText(value: unknown): string {
  const escaped = (char: string) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, bigintAsText).replace(CONTROL_AND_FORMAT, escaped);
}

const bigintAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
