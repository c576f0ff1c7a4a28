/**
 * The four tables of a day as the design document's text gives them, in plain code of its own: nothing here comes from
 * the library. Files are read by splitting; the tables of names hold what the sample day uses and no more.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFolder, type PlainRow } from './parquet-rows.js';

/** Most rows of a (query name, hour) in the details, and of a client in the dendrogram: `_details_limit`. */
const DETAILS_LIMIT = 250;

const CLASSES: Record<number, string> = { 1: 'Internet (IN)' };
const TYPES: Record<number, string> = {
  1: 'A',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  65: 'HTTPS',
  255: '*',
};
const RCODES: Record<number, string> = { 0: 'NoError', 2: 'ServFail', 3: 'NXDomain', 5: 'Refused' };
const TWO_LABEL_SUFFIXES = new Set(
  'co.uk org.uk ac.uk com.au co.jp com.br co.nz in-addr.arpa ip6.arpa home.arpa'.split(' '),
);

export interface PlainTables {
  dns_scores: PlainRow[];
  dns_edge: PlainRow[];
  dns_dendro: PlainRow[];
  dns_ingest_summary: PlainRow[];
}

/** @param root of the warehouse that `demo` made */
export async function plainOa(root: string, date: string, limit: number): Promise<PlainTables> {
  const [y, m, d] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
  const file = await readFile(join(root, `dns/scored_results/${date}/scores/dns_results.csv`), 'utf8');
  const results = file.split('\n').slice(0, -1).slice(0, limit).map(parseResult);
  const raw: PlainRow[] = [];
  for (let h = 0; h < 24; h++) {
    raw.push(...(await readFolder(join(root, `dns/hive/y=${y}/m=${Number(m)}/d=${Number(d)}/h=${h}`))));
  }
  const context = parseContext(await readFile(join(root, 'demo/networkcontext.csv'), 'utf8'));
  const listed = parseDomains(await readFile(join(root, 'demo/domains.txt'), 'utf8'));
  return {
    dns_scores: results.map((row) => ({
      frame_time: row.frame_time,
      unix_tstamp: row.unix_tstamp,
      ip_dst: row.ip_dst,
      dns_qry_name: row.dns_qry_name,
      dns_qry_class: row.dns_qry_class,
      dns_qry_type: row.dns_qry_type,
      dns_qry_rcode: row.dns_qry_rcode,
      score: row.score,
      tld: suffixOf(String(row.dns_qry_name)),
      query_rep: `sample:${isListed(listed, String(row.dns_qry_name)) ? 'HIGH:3' : 'UNKNOWN:-1'}`,
      // Jul  8 2016 04:29:38.123456789 UTC
      hh: String(row.frame_time).slice(12, 14),
      ...namesOf(row),
      network_context: contextOf(context, row.ip_dst),
    })),
    dns_edge: details(results, raw).map((row) => ({
      ...row,
      dns_a: row.dns_a ?? '',
      hh: new Date(Number(row.unix_tstamp) * 1000).getUTCHours(),
      ...namesOf(row),
      network_context: contextOf(context, row.ip_dst),
    })),
    dns_dendro: dendrogram(results, raw),
    dns_ingest_summary: summary(raw, `${y}-${m}-${d}`),
  };
}

function parseResult(line: string): PlainRow {
  const [frame_time, unix_tstamp, frame_len, ip_dst, dns_qry_name, dns_qry_class, type, rcode, score, ...more] =
    line.split('\t');
  if (more.length > 0) throw new Error(`too many columns: ${line}`);
  return {
    frame_time,
    unix_tstamp: Number(unix_tstamp),
    frame_len: Number(frame_len),
    ip_dst,
    dns_qry_name,
    dns_qry_class,
    dns_qry_type: Number(type),
    dns_qry_rcode: Number(rcode),
    score: Number(score),
  };
}

function namesOf({ dns_qry_class, dns_qry_type, dns_qry_rcode }: PlainRow): PlainRow {
  const name = (names: Record<number, string>, code: unknown) =>
    code === null ? null : (names[Number(code)] ?? `Unknown (${String(code)})`);
  return {
    dns_qry_class_name: name(CLASSES, dns_qry_class),
    dns_qry_type_name: name(TYPES, dns_qry_type),
    dns_qry_rcode_name: name(RCODES, dns_qry_rcode),
  };
}

function suffixOf(name: string): string {
  const labels = name.toLowerCase().replace(/\.+$/, '').split('.');
  if (labels.length === 4 && labels.every((label) => /^\d{1,3}$/.test(label))) return '';
  const two = labels.slice(-2).join('.');
  return TWO_LABEL_SUFFIXES.has(two) ? two : labels.at(-1)!;
}

const parseDomains = (text: string): Set<string> =>
  new Set(text.split('\n').map((line) => line.replace(/#.*/, '').trim()));

function isListed(listed: Set<string>, name: string): boolean {
  const labels = name.toLowerCase().replace(/\.+$/, '').split('.');
  return labels.some((_, i) => listed.has(labels.slice(i).join('.')) && labels.slice(i).join('.') !== '');
}

interface Context {
  from: bigint;
  to: bigint;
  text: string;
}

function parseContext(text: string): Context[] {
  const lines = text.split('\n').slice(1, -1);
  return lines.map((line) => {
    const comma = line.indexOf(',');
    const [place, description] = [line.slice(0, comma), line.slice(comma + 1).replace(/^"|"$/g, '')];
    if (place.includes('-')) {
      const [first, last] = place.split('-') as [string, string];
      return { from: address(first), to: address(last), text: description };
    }
    const [network, prefix] = place.split('/') as [string, string?];
    const bits = network.includes(':') ? 128 : 32;
    const size = 1n << BigInt(bits - Number(prefix ?? bits));
    return { from: address(network), to: address(network) + size - 1n, text: description };
  });
}

/** An address as one number; IPv4 ones lie below all IPv6 ones of the sample. */
function address(text: string): bigint {
  if (!text.includes(':')) return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail = ''] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function contextOf(contexts: Context[], ip: unknown): string {
  if (typeof ip !== 'string') return '';
  const value = address(ip);
  const holding = contexts.filter(({ from, to }) => from <= value && value <= to);
  holding.sort((a, b) => (a.to - a.from < b.to - b.from ? -1 : 1));
  return holding[0]?.text ?? '';
}

/** For each suspicious (query name, UTC hour) the raw rows of that hour and name. */
function details(results: PlainRow[], raw: PlainRow[]): PlainRow[] {
  // A missing name is not the name `null`, which somebody may ask for.
  const key = (row: PlainRow) =>
    JSON.stringify([row.dns_qry_name, row.unix_tstamp && Math.floor(Number(row.unix_tstamp) / 3600)]);
  const suspicious = new Set(results.map(key));
  const columns =
    'unix_tstamp frame_len ip_dst ip_src dns_qry_name dns_qry_class dns_qry_type dns_qry_rcode dns_a'.split(' ');
  const rows = raw.filter((row) => suspicious.has(key(row))).map((row) => pick(row, columns));
  return firstOfEach(rows, key, columns);
}

/** For each suspicious client the raw rows of the day, distinct over the four columns. */
function dendrogram(results: PlainRow[], raw: PlainRow[]): PlainRow[] {
  const suspicious = new Set(results.map(({ ip_dst }) => ip_dst));
  const columns = ['unix_tstamp', 'dns_a', 'dns_qry_name', 'ip_dst'];
  const rows = raw
    .filter(({ ip_dst }) => suspicious.has(ip_dst))
    .map((row) => ({ ...pick(row, columns), dns_a: row.dns_a ?? '' }));
  const distinct = new Map(rows.map((row) => [JSON.stringify(row), row]));
  return firstOfEach([...distinct.values()], ({ ip_dst }) => String(ip_dst), columns);
}

/** By the time and every other column in table order, a missing value after every other. */
function firstOfEach(rows: PlainRow[], key: (row: PlainRow) => string, columns: string[]): PlainRow[] {
  const groups = new Map<string, PlainRow[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return [...groups.values()].flatMap((group) =>
    group.sort((a, b) => compareRows(a, b, columns)).slice(0, DETAILS_LIMIT),
  );
}

function compareRows(a: PlainRow, b: PlainRow, columns: string[]): number {
  for (const column of columns) {
    const [x, y] = [a[column], b[column]];
    if (x === y) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    return Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)));
  }
  return 0;
}

const pick = (row: PlainRow, columns: string[]): PlainRow =>
  Object.fromEntries(columns.map((column) => [column, row[column]]));

/** Raw rows in which none of eight columns is missing, by the minute of frame_time. */
function summary(raw: PlainRow[], iso: string): PlainRow[] {
  const needed =
    'unix_tstamp frame_time frame_len dns_qry_name ip_src dns_qry_class dns_qry_type dns_qry_rcode'.split(' ');
  const minutes = new Map<string, number>();
  for (const row of raw) {
    if (needed.some((column) => row[column] === null)) continue;
    const tdate = `${iso} ${String(row.frame_time).slice(12, 17)}`;
    minutes.set(tdate, (minutes.get(tdate) ?? 0) + 1);
  }
  return [...minutes].map(([tdate, total]) => ({ tdate, total }));
}
