/**
 * Public suffix and registrable domain of a DNS name, by the Public Suffix List (publicsuffix.org) that `tldts` holds.
 *
 * A query name is no URL and need not be a host name: a label may hold any byte. So the rules are matched against the
 * labels as they stand, lower-cased, without the trailing dot. Internationalised names match in both forms (`рф` and
 * `xn--p1ai`) and keep theirs.
 */
import { isIP } from 'node:net';
import { getPublicSuffix } from 'tldts';

export interface SuffixOptions {
  /** Whether rules of the list's private section count, such as `github.io`. */
  readonly privateSuffixes?: boolean;
}

const labelsAsTheyStand = { extractHostname: false, validateHostname: false, detectIp: false };
const icannRules = { ...labelsAsTheyStand, allowPrivateDomains: false };
const allRules = { ...labelsAsTheyStand, allowPrivateDomains: true };

const DOT = 46;

/** A name lower-cased and without dots at its end: empty labels there name the root and nothing else. */
export function canonicalName(name: string): string {
  let end = name.length;
  while (end > 0 && name.charCodeAt(end - 1) === DOT) end--;
  return (end === name.length ? name : name.slice(0, end)).toLowerCase();
}

/** An address ends in a digit or holds a colon, which few names do: the exact check is spared for the rest. */
function isAddress(name: string): boolean {
  const last = name.charCodeAt(name.length - 1);
  return ((last >= 48 && last <= 57) || name.includes(':')) && isIP(name) !== 0;
}

/** Of a canonical name; the last label where no rule matches (the list's own default). */
const suffixOf = (name: string, privateSuffixes: boolean): string =>
  getPublicSuffix(name, privateSuffixes ? allRules : icannRules) ?? name;

/**
 * The public suffix: `co.uk` of `www.google.co.uk`.
 * @param options.privateSuffixes default false
 * @returns the last label when no rule matches; an empty string for an IP address, an empty name and the root
 */
export function publicSuffix(name: string, options: SuffixOptions = {}): string {
  const canonical = canonicalName(name);
  if (canonical === '' || isAddress(canonical)) return '';
  return suffixOf(canonical, options.privateSuffixes ?? false);
}

/**
 * The public suffix and one label more: `google.co.uk` of `www.google.co.uk`, which Spot 1.0 stored (Python `tld` 0.7.6,
 * `get_tld`). A name that is a suffix stays whole, as there. Where no rule matches, the suffix is the last label, so
 * `printer.corp.lan` gives `corp.lan` (Spot stored nothing); the list's exception rules (`!www.ck`) are kept, which
 * that version misread below such a name.
 * @param options.privateSuffixes default true, as in Spot: `foo.github.io` stays whole
 * @returns an empty string for an IP address, an empty name and the root
 */
export function registrableDomain(name: string, options: SuffixOptions = {}): string {
  const canonical = canonicalName(name);
  if (canonical === '' || isAddress(canonical)) return '';
  const dot = canonical.length - suffixOf(canonical, options.privateSuffixes ?? true).length - 1;
  return dot <= 0 ? canonical : canonical.slice(canonical.lastIndexOf('.', dot - 1) + 1);
}
