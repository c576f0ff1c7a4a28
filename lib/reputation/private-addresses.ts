import { parseIp, parseRange } from '../lookups/ip-values.js';

/**
 * Networks that are not globally reachable, and multicast: the IANA registries "IPv4 Special-Purpose Address" and "IPv6
 * Special-Purpose Address" (RFC 6890). Transition addresses (6to4, Teredo) hold other addresses and stay as well.
 */
const NOT_PUBLIC = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
].map((network) => parseRange(network)!);

/** Whether an address is private, reserved or multicast; true also for what is no address. */
export function isPrivateIp(text: string): boolean {
  const ip = parseIp(text);
  if (ip === null) return true;
  return NOT_PUBLIC.some(({ from, to }) => typeof from === typeof ip && ip >= from && ip <= to);
}
