/**
 * Features of a query name, as detectors of generated names and of tunnels use them.
 *
 * A name is measured in octets, as it goes over the wire (RFC 1035): characters beyond ASCII count as their UTF-8 bytes,
 * a `\DDD` escape as the one octet that it stands for. Labels are parted at dots, dots at the end name the root, and
 * upper and lower case are one (RFC 4343). Every function takes any text and never throws.
 */
import { Buffer } from 'node:buffer';
import { domainToASCII, domainToUnicode } from 'node:url';
import { canonicalName, publicSuffix, registrableDomain, type SuffixOptions } from './public-suffix.js';

/** A single backslash and three digits, 000 to 255. */
const ESCAPE = /\\(?:[01]\d\d|2[0-4]\d|25[0-5])/g;

/** The octets of a label or of labels; which octet an escape stands for is kept. */
function octetsOf(text: string): Uint8Array {
  if (!text.includes('\\')) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (const { 0: escape, index } of text.matchAll(ESCAPE)) {
    parts.push(Buffer.from(text.slice(from, index), 'utf8'), Buffer.of(Number(escape.slice(1))));
    from = index + escape.length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from), 'utf8')]);
}

function labelsOf(name: string): string[] {
  const canonical = canonicalName(name);
  return canonical === '' ? [] : canonical.split('.');
}

/** Octets of the labels, without the dots. */
const octetsOfLabels = (labels: string): Uint8Array => octetsOf(labels.replaceAll('.', ''));

/**
 * Shannon's entropy of the octets, H = −Σ p(x) log₂ p(x), where p(x) is the share of octet x (C. E. Shannon, "A
 * Mathematical Theory of Communication", 1948).
 * @returns bits per octet: 0 where all are the same, at most log₂ of their number and 8; null without any
 */
function entropyOf(octets: Uint8Array): number | null {
  if (octets.length === 0) return null;
  const counts = new Map<number, number>();
  for (const octet of octets) counts.set(octet, (counts.get(octet) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / octets.length) * Math.log2(count / octets.length);
  return Math.max(0, bits);
}

/** Texts before and behind the dot under the registrable domain; empty where there are none. */
function partsOf(name: string, privateSuffixes: boolean): { label: string; subdomain: string } {
  const domain = registrableDomain(name, { privateSuffixes });
  const suffix = publicSuffix(name, { privateSuffixes });
  const canonical = canonicalName(name);
  const before = (whole: string, end: string) => whole.slice(0, Math.max(0, whole.length - end.length - 1));
  if (domain === '' || domain === suffix) return { label: '', subdomain: '' };
  return { label: before(domain, suffix), subdomain: before(canonical, domain) };
}

/**
 * Entropy of the registrable domain's label: of `google` in `www.google.co.uk`, by the Public Suffix List. Names that
 * an algorithm has made are less predictable than words: `google` has 1.92 bits per octet, `qx7vk2mzp0` 3.32.
 * @param options.privateSuffixes whether `github.io` counts as a suffix. @default false
 * @returns bits per octet, 0 to 8; null for an address, a public suffix by itself and an empty name
 */
export function labelEntropy(name: string, { privateSuffixes = false }: SuffixOptions = {}): number | null {
  return entropyOf(octetsOf(partsOf(name, privateSuffixes).label));
}

/**
 * Entropy of what stands before the registrable domain, its dots left out: of `a1b2` and `c3` together in
 * `a1b2.c3.example.com`. Names that carry data through a tunnel carry it there.
 * @returns bits per octet, 0 to 8; null where nothing stands before it
 */
export function subdomainEntropy(name: string, { privateSuffixes = false }: SuffixOptions = {}): number | null {
  return entropyOf(octetsOfLabels(partsOf(name, privateSuffixes).subdomain));
}

/** Number of labels, the root not counted (RFC 1035 section 3.1): 3 of `www.example.com` and `www.example.com.`. */
export function labelCount(name: string): number {
  return labelsOf(name).length;
}

/** Octets of the longest label; a valid one has at most 63 (RFC 1035 section 2.3.4). 0 of the root. */
export function longestLabel(name: string): number {
  return labelsOf(name).reduce((longest, label) => Math.max(longest, octetsOf(label).length), 0);
}

/**
 * Share of the digits 0 to 9 among the octets of the labels, dots not counted: digits / octets.
 * @returns 0 to 1; null for a name without an octet
 */
export function digitShare(name: string): number | null {
  const octets = octetsOfLabels(canonicalName(name));
  if (octets.length === 0) return null;
  let digits = 0;
  for (const octet of octets) if (octet >= 48 && octet <= 57) digits++;
  return digits / octets.length;
}

/**
 * Octets of the name on the wire: for each label one and its own, and one of the root (RFC 1035 section 3.1). 17 of
 * `www.example.com`, 1 of the root; a valid name has at most 255 (section 2.3.4).
 */
export function nameLength(name: string): number {
  return labelsOf(name).reduce((length, label) => length + 1 + octetsOf(label).length, 1);
}

/** Of a valid label (RFC 1035); a longer one is not worth decoding. */
const PUNYCODE = /^xn--[a-z0-9-]{1,59}$/i;
/** Controls, format and bidirectional controls, private use, separators, and whatever is taken for a dot (UTS 46). */
const UNSAFE = /[\p{C}\p{Z}.\u3002\uFF0E\uFF61]/u;

/**
 * The name with each internationalised label (`xn--…`, RFC 5890) in Unicode: `münchen.example` of
 * `xn--mnchen-3ya.example`, by Punycode (RFC 3492) and the checks of RFC 5891 section 5 and UTS 46, bidirectional ones
 * too. A label stays as it is where it is not valid, where encoding it again gives another (RFC 5891 section 5.4), and
 * where the decoded form would hold a control, a bidirectional control, a separator or a dot: decoding never adds one.
 * The other labels stay as they stand. Letters may look like others (`аpple`); that is what the column shows.
 */
export function decodedName(name: string): string {
  if (!/xn--/i.test(name)) return name;
  return name.split('.').map(decodedLabel).join('.');
}

function decodedLabel(label: string): string {
  if (!PUNYCODE.test(label)) return label;
  const decoded = domainToUnicode(label);
  if (decoded === '' || UNSAFE.test(decoded)) return label;
  return domainToASCII(decoded) === label.toLowerCase() ? decoded : label;
}
