/** What is common to the readers of lists: lines without a copy of the file, and names as queries hold them. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalName } from '../../../streams/calculations/public-suffix.js';
import type { DomainSet } from './domain-set.js';

/** Lines of UTF-8 with their numbers from 1; LF or CRLF, a byte order mark is taken off. */
export function* linesOf(bytes: Buffer): Generator<[number, string]> {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let from = hasMark ? 3 : 0, line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const to = end === -1 ? bytes.length : end;
    yield [line, bytes.toString('utf8', from, to > from && bytes[to - 1] === 13 ? to - 1 : to)];
    from = to + 1;
  }
}

const NOT_ASCII = /[^\0-\x7f]/;

/** A list may hold an internationalised name as people write it; queries hold it as it is on the wire. */
export function addName(set: DomainSet, name: string, bits?: number): void {
  const canonical = canonicalName(name);
  set.add(canonical, bits);
  if (NOT_ASCII.test(canonical)) set.add(domainToASCII(canonical), bits);
}

/** Whether a value of a feed, which may hold anything, is a domain. */
export const isDomain = (value: string): boolean => {
  const name = canonicalName(value);
  return name.includes('.') && name.length <= 255 && isIP(name) === 0 && !/[\s/:@|^,;"]|\.\.|^\./.test(name);
};

/** RFC 1035 section 2.3.4: octets of a name. */
const MAX_NAME_BYTES = 255;

/** What is wrong with a name of a list, null if nothing is. */
export function problemOf(name: string): string | null {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a name of more than ${MAX_NAME_BYTES} bytes`;
  if (/:\/\/|[|^]/.test(name)) return 'a URL or a filter rule';
  if (name.split('.').includes('')) return 'a name with an empty label';
  return null;
}
