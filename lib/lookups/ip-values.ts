/**
 * IP addresses and ranges as numbers: IPv4 as a JavaScript number, IPv6 as a `bigint`. An IPv4-mapped IPv6 address
 * (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is the IPv4 address.
 */
import { readIpv6, wordsValue, WORDS } from './ipv6-words.js';

export type IpValue = number | bigint;

/** Both ends included; both of one family. */
export type IpRange = { readonly from: number; readonly to: number } | { readonly from: bigint; readonly to: bigint };

/** 255.255.255.255 */
export const LAST_ADDRESS = 0xffff_ffff;

const MAPPED = 0xffff_0000_0000n;
const MAPPED_END = 0xffff_ffff_ffffn;

/** IPv4 by character codes, as this runs for every row: four numbers 0 to 255 without leading zeros. -1 if it is none. */
export function readIpv4(text: string): number {
  if (text.length < 7 || text.length > 15) return -1;
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      if (octet === 0) return -1;
      octet = (octet === -1 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return -1;
    } else if (code === 46 && octet !== -1 && dots < 3) {
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else return -1;
  }
  return dots === 3 && octet !== -1 ? value * 256 + octet : -1;
}

const words = new Uint32Array(WORDS);

const ipv6 = (text: string): bigint | null => (readIpv6(text, words) ? wordsValue(words) : null);

/** @returns null when the text is not an IP address */
export function parseIp(text: string): IpValue | null {
  const short = readIpv4(text);
  if (short !== -1) return short;
  const long = ipv6(text);
  return long !== null && long >= MAPPED && long <= MAPPED_END ? Number(long - MAPPED) : long;
}

function mapped(from: bigint, to: bigint): IpRange {
  if (from < MAPPED || to > MAPPED_END) return { from, to };
  return { from: Number(from - MAPPED), to: Number(to - MAPPED) };
}

/** The bits behind each length of a prefix, all set. */
const HOST_BITS = Array.from({ length: 129 }, (_, prefix) => (1n << BigInt(128 - prefix)) - 1n);

/** A network in CIDR notation; bits beyond the prefix are ignored. */
function parseNetwork(address: string, prefix: string): IpRange | null {
  if (!/^\d{1,3}$/.test(prefix)) return null;
  const bits = Number(prefix);
  const short = readIpv4(address);
  if (short !== -1) {
    if (bits > 32) return null;
    const size = 2 ** (32 - bits);
    const from = short - (short % size);
    return { from, to: from + size - 1 };
  }
  const long = ipv6(address);
  if (long === null || bits > 128) return null;
  const last = long | HOST_BITS[bits]!;
  return mapped(last ^ HOST_BITS[bits]!, last);
}

/** @returns null unless both are addresses of one family, the first not after the second */
export function rangeBetween(first: string, last: string): IpRange | null {
  const [from, to] = [parseIp(first), parseIp(last)];
  if (typeof from === 'number' && typeof to === 'number') return from <= to ? { from, to } : null;
  if (typeof from === 'bigint' && typeof to === 'bigint') return from <= to ? { from, to } : null;
  return null;
}

/**
 * A single address, a network in CIDR notation or `first-last`.
 * @returns null when the text is none of these
 */
export function parseRange(text: string): IpRange | null {
  const dash = text.indexOf('-');
  if (dash !== -1) return rangeBetween(text.slice(0, dash).trim(), text.slice(dash + 1).trim());
  const slash = text.indexOf('/');
  return slash === -1 ? rangeBetween(text, text) : parseNetwork(text.slice(0, slash), text.slice(slash + 1));
}

/**
 * The place of the last of the ascending IPv4 addresses that is not above `address`, -1 when all are. For one kind of
 * array only, as this runs for every row.
 */
export function placeOfAddress(ascending: Uint32Array, address: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
