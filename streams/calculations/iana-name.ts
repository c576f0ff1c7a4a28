/** Names of DNS codes, from a table of the IANA registry "Domain Name System (DNS) Parameters". */

const CODE = /^(?:0x[0-9a-f]+|[0-9]+)$/i;

/**
 * The number of a code that is written in decimal or in hexadecimal (`0x…`), with any number of leading zeros: `1`,
 * `0x00000001` and `0X1` are one class.
 * @returns null when the text is no such number
 */
export function classCode(text: string | null): number | null {
  if (text === null || !CODE.test(text)) return null;
  const code = Number(text);
  return Number.isSafeInteger(code) ? code : null;
}

/**
 * @param code the number that `original` means, null when it means none
 * @param original the code as it came, which an unknown code is named by: `Unknown (0x000000AB)`
 * @returns null when there is no code at all
 */
export function ianaName(
  table: ReadonlyMap<number, string>,
  code: number | null,
  original: string | number | null,
): string | null {
  if (original === null || original === '') return null;
  return (code === null ? undefined : table.get(code)) ?? `Unknown (${original})`;
}
