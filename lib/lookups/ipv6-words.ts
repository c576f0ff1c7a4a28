/** IPv6 addresses as four 32-bit words, most significant first: no `bigint` is made where every row is looked up. */
import { Address6 } from 'ip-address';

export const WORDS = 4;

const LAST_VALUE = (1n << 128n) - 1n;
const GROUPS = 8;
const COLON = 58;
const DOT = 46;

/** -1 if the character is no hexadecimal digit. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

const groups = new Uint16Array(GROUPS);

/**
 * Reads a text of RFC 4291 section 2.2, in one pass over its characters, as this runs for every row.
 * @param words where the address is written
 * @returns false when the text is no IPv6 address; `words` then holds anything
 */
export function readIpv6(text: string, words: Uint32Array): boolean {
  const { length } = text;
  if (length < 2 || length > 45) return false;
  let count = 0;
  // The group before which `::` stands, -1 without one.
  let gap = -1;
  for (let i = 0; i < length;) {
    if (text.charCodeAt(i) === COLON) {
      if (text.charCodeAt(i + 1) === COLON) {
        if (gap !== -1) return false;
        gap = count;
        i += 2;
        if (i === length) break;
      } else {
        if (count === 0 || i + 1 === length) return false;
        i += 1;
      }
      if (text.charCodeAt(i) === COLON) return false;
    } else if (i > 0) return false;
    const start = i;
    let value = 0;
    for (; i < length; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit === -1) break;
      value = value * 16 + digit;
    }
    if (i < length && text.charCodeAt(i) === DOT) return readMixed(text, words);
    if (i === start || i - start > 4 || count === GROUPS) return false;
    groups[count++] = value;
  }
  if (gap === -1 ? count !== GROUPS : count === GROUPS) return false;
  const zeros = GROUPS - count;
  const group = (place: number): number => {
    if (gap === -1 || place < gap) return groups[place]!;
    return place < gap + zeros ? 0 : groups[place - zeros]!;
  };
  for (let word = 0; word < WORDS; word++) words[word] = group(2 * word) * 0x1_0000 + group(2 * word + 1);
  return true;
}

const MIXED = /^[0-9a-f:]*:[0-9.]+$/i;

/** The last four octets in decimal (`64:ff9b::192.0.2.1`), which is rare: the parser of the package reads them. */
function readMixed(text: string, words: Uint32Array): boolean {
  // The pattern keeps out what that parser takes beside addresses: zones, prefixes, brackets.
  if (!MIXED.test(text) || !Address6.isValid(text)) return false;
  const value = new Address6(text).bigInt();
  words.set(valueWords([value]));
  return true;
}

/** Whether the address is an IPv4 one in IPv6's form (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2); its last word is that. */
export const isMapped = (words: Uint32Array): boolean => words[2] === 0xffff && words[1] === 0 && words[0] === 0;

/** Sixteen bytes, to go between words and `bigint` by halves: shifting word by word costs five times as much. */
const bytes = new DataView(new ArrayBuffer(16));

/** The words of an address as one number. */
export function wordsValue(words: Uint32Array): bigint {
  for (let word = 0; word < WORDS; word++) bytes.setUint32(4 * word, words[word]!);
  return (bytes.getBigUint64(0) << 64n) | bytes.getBigUint64(8);
}

/** Addresses as words, those beyond the last address left out. */
export function valueWords(addresses: readonly bigint[]): Uint32Array {
  const words = new Uint32Array(addresses.length * WORDS);
  let length = 0;
  for (const address of addresses) {
    if (address > LAST_VALUE) continue;
    bytes.setBigUint64(0, address >> 64n);
    bytes.setBigUint64(8, BigInt.asUintN(64, address));
    for (let word = 0; word < WORDS; word++) words[length++] = bytes.getUint32(4 * word);
  }
  return words.slice(0, length);
}

/**
 * The place of the last of the ascending addresses, four words each, that is not above `address`, -1 when all are.
 */
export function placeOfWords(ascending: Uint32Array, address: Uint32Array): number {
  const [w0, w1, w2, w3] = [address[0]!, address[1]!, address[2]!, address[3]!];
  let low = 0;
  let high = ascending.length / WORDS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * WORDS;
    let difference = ascending[at]! - w0;
    if (difference === 0) difference = ascending[at + 1]! - w1;
    if (difference === 0) difference = ascending[at + 2]! - w2;
    if (difference === 0) difference = ascending[at + 3]! - w3;
    if (difference <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
