/**
 * `node lookups.js FOLDER`: look-ups of addresses in tables of 100,000 ranges, in a process of its own; prints the rows
 * of a table as JSON. Peers: a scan by `isInSubnet` of ip-address, Node's own `net.BlockList`, and the package maxmind
 * asked directly.
 */
import { writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { Address4, Address6 } from 'ip-address';
import { open } from 'maxmind';
import { loadGeolocation } from '../../lib/lookups/geolocation.js';
import { loadNetworkContext } from '../../lib/lookups/network-context.js';
import { mmdbFile } from '../fakes/mmdb-file.js';

export interface LookupRow {
  readonly work: string;
  readonly perSecond: number;
  readonly peer?: string;
  readonly peerPerSecond?: number;
}

export interface LookupBench {
  /** Of the first load in the process. */
  readonly loadSeconds: number;
  /** Of all threads, the compiler's and the collector's too. */
  readonly loadProcessorSeconds: number;
  readonly ranges: number;
  readonly rows: readonly LookupRow[];
}

const RANGES = 100_000;
const LOOKUPS = 1_000_000;

/** A sequence that is the same in every run (a linear congruential generator). */
let state = 1;
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}
const hex = () => below(65_536).toString(16);
const v4 = () => `${1 + below(223)}.${below(256)}.${below(256)}.${below(256)}`;
const v6 = () => `2001:${hex()}:${hex()}:${hex()}::${hex()}`;
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Look-ups per second, after as many to warm up; the answers are counted so that none is left out. */
function rate(addresses: readonly string[], find: (ip: string) => unknown): number {
  let found = 0;
  const all = () => {
    for (const ip of addresses) if (find(ip)) found += 1;
  };
  all();
  const start = performance.now();
  all();
  const seconds = (performance.now() - start) / 1000;
  if (found < 0) throw new Error('expected a number');
  return addresses.length / seconds;
}

export async function lookupsBench(folder: string): Promise<LookupBench> {
  const short = many(RANGES / 2, (i) => [`${v4()}/${8 + below(25)}`, `net ${i}`] as const);
  const long = many(RANGES / 2, (i) => [`2001:${hex()}:${hex()}:${hex()}::/${20 + below(45)}`, `net6 ${i}`] as const);
  const file = `${folder}/context.csv`;
  await writeFile(file, [...short, ...long].map(([range, text]) => `${range},${text}\n`).join(''));
  const before = process.cpuUsage();
  const start = performance.now();
  const context = await loadNetworkContext({ files: [file] });
  const loadSeconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);

  const addresses = many(LOOKUPS, v4);
  const addresses6 = many(LOOKUPS / 2, v6);
  // The peers answer so slowly that a few must do.
  const few = addresses.slice(0, 5);
  const few6 = addresses6.slice(0, 5);
  const networks = short.map(([range]) => new Address4(range));
  const networks6 = long.map(([range]) => new Address6(range));
  const blocks = new BlockList();
  for (const [range] of short) blocks.addSubnet(range.split('/')[0]!, Number(range.split('/')[1]), 'ipv4');
  const scan = (ip: string) => networks.filter((network) => new Address4(ip).isInSubnet(network)).length;
  const scan6 = (ip: string) => networks6.filter((network) => new Address6(ip).isInSubnet(network)).length;

  const database = `${folder}/city.mmdb`;
  const record = (i: number) => ({
    country: { iso_code: 'DE', names: { en: 'Germany' } },
    subdivisions: [{ names: { en: 'Bavaria' } }],
    city: { names: { en: `City ${i % 5000}` } },
  });
  // A network for each 22 bits: none lies in another.
  const places = many(
    RANGES,
    (i) => [`${10 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) * 4}.0/22`, record(i)] as const,
  );
  await writeFile(database, mmdbFile(places));
  const located = many(LOOKUPS / 2, () => `${10 + below(6)}.${below(256)}.${below(256)}.${below(256)}`);
  const mmdb = await loadGeolocation({ mmdb: database });
  const reader = await open(database);

  const iploc = `${folder}/iploc.csv`;
  const line = (i: number) =>
    `"${(i + 1) * 40_000}","${(i + 1) * 40_000 + 30_000}","DE","Germany","Bavaria","City ${i % 5000}","48","11","Owner ${i % 900}","d${i % 900}.example"\n`;
  await writeFile(iploc, many(RANGES, line).join(''));
  const ranges = await loadGeolocation({ iploc });

  return {
    loadSeconds,
    loadProcessorSeconds: (user + system) / 1e6,
    ranges: context.size,
    rows: [
      {
        work: 'network context, IPv4',
        perSecond: rate(addresses, (ip) => context.find(ip)),
        peer: 'ip-address, a scan',
        peerPerSecond: rate(few, scan),
      },
      {
        work: 'the same beside',
        perSecond: rate(addresses, (ip) => context.find(ip)),
        peer: 'net.BlockList',
        peerPerSecond: rate(few, (ip) => blocks.check(ip)),
      },
      {
        work: 'network context, IPv6',
        perSecond: rate(addresses6, (ip) => context.find(ip)),
        peer: 'ip-address, a scan',
        peerPerSecond: rate(few6, scan6),
      },
      {
        work: 'mmdb to a location',
        perSecond: rate(located, (ip) => mmdb.find(ip)),
        peer: 'maxmind get()',
        peerPerSecond: rate(located, (ip) => reader.get(ip)),
      },
      { work: 'iploc.csv to a location', perSecond: rate(addresses, (ip) => ranges.find(ip)) },
    ],
  };
}

process.stdout.write(JSON.stringify(await lookupsBench(process.argv[2] ?? '')));
