/** The names that the sample network asks for on a normal day, the most popular first. */
import { CLIENTS, publicAddress } from './network.js';
import type { Random } from './random.js';
import { TYPE } from './response.js';

export interface EverydayName {
  readonly name: string;
  /** Types that are asked for, by how often. */
  readonly types: readonly number[];
  /** False for names that give NXDOMAIN. */
  readonly exists: boolean;
  /** Answer to type A, joined by `|`. */
  readonly addresses: string;
}

const NAMES = 2000;
/** The first ones are ordinary hosts: reverse names and mail servers are never the most popular. */
const HOSTS_FIRST = 20;

const FIRST_WORDS = (
  'amber autumn bramble brook cedar chalk clover copper coral cotton ember fern flint garden granite harbor hazel heron ' +
  'juniper lantern linen maple marble meadow mill moss oak olive orchard pebble pine quarry reed river saddle sage ' +
  'slate stone thistle timber velvet walnut willow winter'
).split(' ');
const SECOND_WORDS = (
  'almanac atlas bakery bicycles books carpentry chess cooking crafts cycling fabrics ferries forum gardens gazette ' +
  'hiking kitchens ladders library lighting looms maps museum notes outdoors paints pottery recipes sailing schools ' +
  'seeds tickets tiles tools travel tutors weather wiki workshop yarns'
).split(' ');
const SUFFIXES =
  'com com com com net net org org co.uk co.uk org.uk ac.uk de de fr nl io eu info edu com.au co.jp com.br co.nz'.split(
    ' ',
  );
const HOSTS = ['www', 'www', 'www', 'mail', 'cdn', 'static', 'api', 'img', 'login', 'news', 'ns1', 'files', ''];
/** bücher, münchen, café, straße, παράδειγμα, испытание, 中文 */
const IDN_LABELS =
  'xn--bcher-kva xn--mnchen-3ya xn--caf-dma xn--strae-oqa xn--hxajbheg2az3al xn--80akhbyknj4f xn--fiq228c'.split(' ');
const SERVICES = ['_ldap._tcp', '_kerberos._udp', '_sip._tls', '_autodiscover._tcp', '_imaps._tcp'];

const HOST_TYPES = [TYPE.A, TYPE.A, TYPE.A, TYPE.A, TYPE.A, TYPE.AAAA, TYPE.AAAA, TYPE.HTTPS];

/** The name of RFC 1035 section 3.5 or RFC 3596 section 2.5 by which an address is looked up. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = address.split('::').map((half) =>
    half
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
  );
  const digits = head + tail.padStart(32 - head.length, '0');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

function domain(random: Random): string {
  return `${random.pick(FIRST_WORDS)}-${random.pick(SECOND_WORDS)}.${random.pick(SUFFIXES)}`;
}

function host(random: Random): string {
  const label = random.pick(HOSTS);
  return label === '' ? domain(random) : `${label}.${domain(random)}`;
}

/** A name and the types asked for, of one of the kinds that a resolver sees. */
function draw(random: Random, kind: number): Pick<EverydayName, 'name' | 'types'> {
  if (kind < 76) return { name: host(random), types: HOST_TYPES };
  if (kind < 84) return { name: reverseName(random.pick(CLIENTS)), types: [TYPE.PTR] };
  if (kind < 87) return { name: reverseName(publicAddress(random.below(762))), types: [TYPE.PTR] };
  if (kind < 91) return { name: domain(random), types: [TYPE.MX] };
  if (kind < 93) return { name: `_dmarc.${domain(random)}`, types: [TYPE.TXT] };
  if (kind < 95) return { name: `${random.pick(SERVICES)}.${domain(random)}`, types: [TYPE.SRV] };
  const idn = random.pick(IDN_LABELS);
  if (kind < 97) return { name: `${random.pick(HOSTS) || 'www'}.${idn}.example`, types: HOST_TYPES };
  return { name: `${random.pick(FIRST_WORDS)}-${random.below(40)}.home.arpa`, types: HOST_TYPES };
}

function answers(random: Random): string {
  const first = random.below(762);
  return Array.from({ length: 1 + random.below(4) }, (_, i) => publicAddress(first + i * 3)).join('|');
}

/** About 2,000 different names. */
export function everydayNames(random: Random): EverydayName[] {
  const names = new Map<string, EverydayName>();
  while (names.size < NAMES) {
    const popular = names.size < HOSTS_FIRST;
    const { name, types } = draw(random, popular ? 0 : random.below(100));
    const exists = popular || random.below(100) >= 14;
    if (!names.has(name)) names.set(name, { name, types, exists, addresses: answers(random) });
  }
  return [...names.values()];
}
