/** The network of the sample day: clients in 10.0.0.0/8, fd00::/8 and 2001:db8::/32, and the servers they ask. */
import type { Random } from './random.js';

interface Site {
  /** Number of its clients. */
  readonly clients: number;
  address(index: number): string;
}

const ipv4 = (prefix: string) => (index: number) => `${prefix}.${Math.floor(index / 100)}.${10 + (index % 100)}`;
const ipv6 = (prefix: string) => (index: number) => `${prefix}::${(16 + index).toString(16)}`;

const SITES: readonly Site[] = [
  { clients: 150, address: ipv4('10.10') },
  { clients: 80, address: ipv4('10.20') },
  { clients: 60, address: ipv4('10.30') },
  { clients: 20, address: ipv4('10.40') },
  { clients: 60, address: ipv6('fd00:10:1') },
  { clients: 30, address: ipv6('2001:db8:40') },
];

export const CLIENTS: readonly string[] = SITES.flatMap(({ clients, address }) =>
  Array.from({ length: clients }, (_, index) => address(index)),
);

/** Clients with something wrong; they have everyday traffic too. */
export const INFECTED = ['10.10.1.23', '10.30.0.47', 'fd00:10:1::2b'] as const;
export const TUNNEL_CLIENT = '10.20.0.31';
export const ODD_CLIENTS = ['10.10.0.66', '10.10.1.19', '10.30.0.12', 'fd00:10:1::1f', '2001:db8:40::1a'] as const;

const IPV4_SERVERS = ['10.0.0.53', '10.0.0.53', '10.0.1.53', '10.40.0.53'] as const;
const IPV6_SERVERS = ['fd00:10::53', '2001:db8:40::53'] as const;

/** The DNS server that answers a client. */
export function serverFor(client: string, random: Random): string {
  return random.pick<string>(client.includes(':') ? IPV6_SERVERS : IPV4_SERVERS);
}

/** Address number `index` of the networks that RFC 5737 keeps for documentation; it goes round after 762. */
export function publicAddress(index: number): string {
  const network = ['192.0.2', '198.51.100', '203.0.113'][index % 3]!;
  return `${network}.${1 + (Math.floor(index / 3) % 254)}`;
}

/** What the people of this network would write into their `networkcontext.csv`. */
export const NETWORK_CONTEXT = `ip,description
10.0.0.0/16,Name servers
10.10.0.0/16,Head office
10.10.1.0-10.10.1.99,"Head office, design studio"
10.20.0.0/16,Branch office
${TUNNEL_CLIENT},Branch office print server
10.30.0.0/16,Guest wireless
10.40.0.0/16,Server room
fd00:10:1::/48,Head office IPv6
${INFECTED[2]},Meeting room display
2001:db8:40::/48,Laboratory
`;
