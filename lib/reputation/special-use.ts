/** Names and addresses that mean something on one's own network or machine only. */
import { isPrivateIp } from './private-addresses.js';

/**
 * The IANA registry "Special-Use Domain Names" (RFC 6761) but for the reverse zones, `internal` (reserved by ICANN in
 * 2024 for private use), and the names that RFC 6762 appendix G lists as widely used on private networks.
 */
const SPECIAL_USE: ReadonlySet<string> = new Set([
  ...['alt', 'example', 'invalid', 'local', 'localhost', 'onion', 'test'],
  ...['example.com', 'example.net', 'example.org'],
  ...['6tisch.arpa', 'eap.arpa', 'eap-noob.arpa', 'home.arpa', 'ipv4only.arpa', 'resolver.arpa', 'service.arpa'],
  ...['internal', 'intranet', 'private', 'corp', 'home', 'lan'],
]);

/** @param name lower-cased, without a dot at the end */
export function isSpecialUse(name: string): boolean {
  for (let at = 0; ; at = name.indexOf('.', at) + 1) {
    if (SPECIAL_USE.has(at === 0 ? name : name.slice(at))) return true;
    if (name.indexOf('.', at) === -1) return isPrivateReverse(name);
  }
}

/** Whether a name below `in-addr.arpa` or `ip6.arpa` is one of an address, or a network, that is not public. */
function isPrivateReverse(name: string): boolean {
  const v4 = labelsBefore(name, '.in-addr.arpa');
  if (v4 !== null) {
    // RFC 2317 puts names like 0-63 before the octets of a network that is smaller than a /24.
    const octets = v4.reverse().filter((label) => /^\d{1,3}$/.test(label));
    return octets.length > 0 && isPrivateIp([...octets, '1', '1', '1'].slice(0, 4).join('.'));
  }
  const v6 = labelsBefore(name, '.ip6.arpa');
  if (v6 === null) return false;
  const nibbles = v6.reverse().filter((label) => /^[0-9a-f]$/.test(label));
  const digits = nibbles.join('').padEnd(32, '0');
  return nibbles.length > 0 && isPrivateIp(digits.match(/.{4}/g)!.slice(0, 8).join(':'));
}

function labelsBefore(name: string, zone: string): string[] | null {
  return name.endsWith(zone) ? name.slice(0, -zone.length).split('.') : null;
}
