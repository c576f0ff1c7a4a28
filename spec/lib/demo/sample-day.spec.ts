import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOSTILE_NAMES } from '../../../lib/demo/hostile-names.js';
import { sampleDay } from '../../../lib/demo/sample-day.js';
import { loadNetworkContext } from '../../../lib/lookups/network-context.js';
import { loadDomainList } from '../../../lib/reputation/domain-list.js';
import { parseDay } from '../../../schemas/days.js';
import { dnsResults, type DnsResult, type DnsRow } from '../../../schemas/dns.js';
import { resultLine } from '../../../streams/calculations/result-line.js';
import { ResultLines } from '../../../streams/calculations/result-lines.js';

const date = parseDay('20160708');
const COLUMNS = Object.keys(dnsResults.columns);

interface HourRow extends DnsRow {
  hour: number;
}

const rawRows = (rows?: number, seed?: number): HourRow[] =>
  [...sampleDay(date, { rows, seed }).hours()].flatMap(({ hour, rows: all }) => all.map((row) => ({ ...row, hour })));

const resultText = (results: DnsResult[]) => results.map((row) => resultLine(row, COLUMNS)).join('');

const digest = (rows: number, seed: number) => {
  const day = sampleDay(date, { rows, seed });
  const hash = createHash('sha256');
  for (const hour of day.hours()) hash.update(JSON.stringify(hour));
  return hash.update(resultText(day.results())).update(JSON.stringify(day.files())).digest('hex');
};

/** How often each key comes. */
function counts<T>(rows: readonly T[], keyOf: (row: T) => unknown): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

type Named = Pick<DnsRow, 'dns_qry_name' | 'dns_qry_type' | 'dns_qry_rcode' | 'frame_len' | 'ip_dst'>;
const isTunnel = (row: Named) => row.dns_qry_name?.endsWith('.t.sync-cache.example') === true;
const isFlux = (row: Named) => row.dns_qry_name === 'cdn.spring-offers.test';
const isGenerated = (row: Named) =>
  /^[a-z]{12,20}\.(test|invalid|example(\.com|\.net|\.org)?)$/.test(row.dns_qry_name ?? '');
const isHostile = (row: Named) => HOSTILE_NAMES.includes(row.dns_qry_name ?? '');

const day = sampleDay(date);
const raw = rawRows();
const results = day.results();

describe('the raw rows of the sample day', () => {
  it('are as many as asked for, in every hour, in time order', () => {
    expect(raw).toHaveLength(60_000);
    expect([...sampleDay(date, { rows: 2000 }).hours()].map(({ hour }) => hour)).toEqual([...Array(24).keys()]);
    const perHour = [...counts(raw, ({ hour }) => hour).values()];
    expect(Math.min(...perHour)).toBeGreaterThan(300);
    // An office day: the busiest hour has several times the traffic of the quietest.
    expect(Math.max(...perHour)).toBeGreaterThan(5 * Math.min(...perHour));
    const times = raw.map((row) => row.unix_tstamp).filter((time) => time !== null);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('lie in the folder of their hour, with frame_time and unix_tstamp of one moment', () => {
    const wrong = raw.filter(({ hour, frame_time, unix_tstamp }) => {
      if (frame_time !== null && !/^Jul {2}8 2016 \d\d:\d\d:\d\d\.\d{9} UTC$/.test(frame_time)) return true;
      const [h = 0, m = 0, s = 0] = (frame_time ?? '').slice(12, 20).split(':').map(Number);
      const ofText = frame_time === null ? unix_tstamp : date.start + h * 3600 + m * 60 + s;
      return ofText !== (unix_tstamp ?? ofText) || Math.floor((ofText! - date.start) / 3600) !== hour;
    });
    expect(wrong).toEqual([]);
  });

  it('pad the day of the month with a blank, and write two digits as they are', () => {
    const first = sampleDay(parseDay('20241213'), { rows: 1000 }).results()[0]!;
    expect(first.frame_time).toMatch(/^Dec 13 2024 /);
  });

  it('lack a value here and there, each column somewhere, no row more than one', () => {
    const missing = raw.map((row) =>
      Object.keys(row).filter((name) => name !== 'dns_a' && row[name as keyof DnsRow] === null),
    );
    const incomplete = missing.filter((names) => names.length > 0);
    expect(incomplete.every((names) => names.length === 1)).toBe(true);
    expect(incomplete.length).toBeLessThan(300);
    expect(new Set(incomplete.flat()).size).toBe(9);
  });

  it('hold what a resolver of a normal network sees', () => {
    const everyday = raw.filter((row) => !isTunnel(row) && !isFlux(row) && !isGenerated(row) && !isHostile(row));
    const types = new Set(everyday.map((row) => row.dns_qry_type));
    for (const type of [1, 12, 15, 16, 28, 33, 65]) expect(types).toContain(type);
    const noSuchName = everyday.filter((row) => row.dns_qry_rcode === 3).length / everyday.length;
    expect(noSuchName).toBeGreaterThan(0.03);
    expect(noSuchName).toBeLessThan(0.2);
    const names = [...counts(everyday, (row) => row.dns_qry_name).entries()].sort((a, b) => b[1] - a[1]);
    expect(names.length).toBeGreaterThan(1500);
    expect(names[0]![1]).toBeGreaterThan(20 * names[200]![1]);
    const text = names.map(([name]) => name).join('\n');
    for (const part of ['.in-addr.arpa"', '.ip6.arpa"', '.co.uk"', 'xn--', '_ldap._tcp.'])
      expect(text).toContain(part);
    const clients = new Set(everyday.map((row) => row.ip_dst).filter((ip) => ip !== null));
    expect(clients.size).toBeGreaterThan(300);
    expect([...clients].filter((ip) => isIP(ip) === 6).length).toBeGreaterThan(50);
  });

  it('answer with addresses of documentation networks only, joined by |', () => {
    const answers = raw.map((row) => row.dns_a);
    expect(answers).toContain(null);
    expect(answers).toContain('');
    const addresses = new Set(answers.flatMap((answer) => (answer ? answer.split('|') : [])));
    expect([...addresses].every((ip) => isIP(ip) === 4 && /^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(ip))).toBe(
      true,
    );
    expect(addresses.size).toBeGreaterThan(500);
  });

  it('come from addresses of private and documentation networks only', () => {
    for (const ip of new Set(raw.flatMap((row) => [row.ip_dst, row.ip_src]))) {
      if (ip !== null && (isIP(ip) === 0 || !/^(10\.|fd00:|2001:db8:)/.test(ip))) throw new Error(`address ${ip}`);
    }
  });
});

describe('the threats of the sample day', () => {
  it('generated names come in hourly bursts from a few clients, and hardly any exists', () => {
    const rows = raw.filter(isGenerated);
    expect(rows.length).toBeGreaterThan(700);
    expect(new Set(rows.map((row) => row.hour)).size).toBe(24);
    expect(new Set(rows.map((row) => row.ip_dst)).size).toBe(3);
    expect(new Set(rows.map((row) => row.dns_qry_name)).size).toBeGreaterThan(300);
    expect(rows.filter((row) => row.dns_qry_rcode === 3).length).toBeGreaterThan(rows.length * 0.9);
    expect(rows.some((row) => row.dns_a === '203.0.113.66')).toBe(true);
    const ofOneHour = rows.filter((row) => row.hour === 9).map((row) => row.unix_tstamp!);
    expect(Math.max(...ofOneHour) - Math.min(...ofOneHour)).toBeLessThan(600);
  });

  it('the tunnel is one client with long base 32 labels in large TXT responses', () => {
    const rows = raw.filter(isTunnel);
    expect(rows.length).toBeGreaterThan(300);
    expect(new Set(rows.map((row) => row.ip_dst)).size).toBe(1);
    expect(new Set(rows.map((row) => row.dns_qry_name)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.dns_qry_type))).toEqual(new Set([16]));
    expect(Math.min(...rows.map((row) => row.frame_len!))).toBeGreaterThan(800);
    expect(rows.every((row) => /^[a-z2-7]{63}\.[a-z2-7]{63}\.[a-z2-7]{20,63}\./.test(row.dns_qry_name!))).toBe(true);
  });

  it('the fast-flux name answers differently all day', () => {
    const rows = raw.filter(isFlux);
    expect(new Set(rows.map((row) => row.hour)).size).toBe(24);
    expect(new Set(rows.map((row) => row.dns_a)).size).toBeGreaterThan(rows.length / 2);
    const addressesOf = (hour: number) =>
      new Set(rows.filter((row) => row.hour === hour).flatMap((row) => row.dns_a!.split('|')));
    expect([...addressesOf(3)].filter((ip) => addressesOf(9).has(ip)).length).toBeLessThan(addressesOf(3).size / 2);
  });

  it('hostile names hold what breaks programs', () => {
    const names = new Set(raw.filter(isHostile).map((row) => row.dns_qry_name!));
    expect(names.size).toBe(HOSTILE_NAMES.length);
    const text = [...names].join('\n');
    for (const part of [`'`, '"', '`', '$(', '%', '_', '\\', ',', ';', ' ', '<img src=x onerror=', '|']) {
      expect(text).toContain(part);
    }
    for (const name of ['null', '1e5', 'nan', '007', '-1', 'caf\\233.example', 'bücher.example', '__proto__']) {
      expect(names).toContain(name);
    }
    expect([...names].some((name) => name.length >= 250)).toBe(true);
    expect([...names].every((name) => name.split('.').every((label) => label.length <= 63))).toBe(true);
    // eslint-disable-next-line no-control-regex -- a control character would break the lines of a results file
    expect([...names].filter((name) => /[\x00-\x1f\x7f]/.test(name))).toEqual([]);
  });
});

describe('the results of the sample day', () => {
  const keyOf = (row: DnsResult | HourRow) => COLUMNS.slice(0, -1).map((name) => row[name as keyof typeof row]);

  it('are a twentieth of the raw rows, and each is one of them', () => {
    expect(results).toHaveLength(3000);
    const rawCounts = counts(raw, keyOf);
    for (const [key, count] of counts(results, keyOf)) {
      if ((rawCounts.get(key) ?? 0) < count) throw new Error(`not among the raw rows: ${key}`);
    }
  });

  it('are ordered by score, each score once, the threats before everyday rows', () => {
    const scores = results.map(({ score }) => score);
    expect(scores).toEqual([...new Set(scores)].sort((a, b) => a - b));
    expect(scores[0]).toBeGreaterThanOrEqual(1e-12);
    expect(scores.at(-1)).toBeLessThan(0.1);
    const lastThreat = results.findLastIndex(
      (row) => isHostile(row) || isGenerated(row) || isTunnel(row) || isFlux(row),
    );
    expect(results[lastThreat]!.score).toBeLessThan(1e-5);
    expect(lastThreat).toBeLessThan(2500);
    expect(results[lastThreat + 1]!.score).toBeGreaterThanOrEqual(1e-5);
  });

  it('never lack a name or client', () => {
    expect(
      results.every(
        (row) => row.dns_qry_name !== '' && row.ip_dst !== '' && Object.values(row).every((v) => v !== null),
      ),
    ).toBe(true);
  });

  it('survive the way through a results file, score included', () => {
    const lines = new ResultLines({ columns: dnsResults.columns });
    const { rows, rejections } = lines.push(Buffer.from(resultText(results)));
    expect(rejections).toEqual([]);
    expect(rows).toEqual(results);
  });

  it.each([1000, 2000, 60_000, 400_000])('show every threat in the first 500 of a day of %d rows', (rows) => {
    const first = sampleDay(date, { rows }).results().slice(0, 500);
    const hostile = new Set(first.filter(isHostile).map((row) => row.dns_qry_name));
    expect(hostile.size).toBe(HOSTILE_NAMES.length);
    for (const is of [isGenerated, isTunnel, isFlux]) expect(first.filter(is).length).toBeGreaterThan(50);
    expect(first.some((row) => row.ip_dst.includes(':'))).toBe(true);
  });

  it.each([1000, 2000, 60_000])('make the limit of 250 rows a key cut, in a day of %d rows', (rows) => {
    const all = rawRows(rows);
    const first = sampleDay(date, { rows }).results().slice(0, 500);
    const hourKey = (row: Pick<DnsRow, 'dns_qry_name' | 'unix_tstamp'>) => [
      row.dns_qry_name,
      Math.floor(row.unix_tstamp! / 3600),
    ];
    const details = counts(
      all.filter((row) => row.unix_tstamp !== null),
      hourKey,
    );
    expect([...counts(first, hourKey).keys()].some((key) => details.get(key)! > 250)).toBe(true);

    const clients = new Set(first.map((row) => row.ip_dst));
    const distinct = new Set(
      all.map(({ unix_tstamp, dns_a, dns_qry_name, ip_dst }) =>
        JSON.stringify([ip_dst, unix_tstamp, dns_a, dns_qry_name]),
      ),
    );
    const perClient = counts([...distinct], (row) => (JSON.parse(row) as unknown[])[0]);
    expect([...clients].some((client) => perClient.get(JSON.stringify(client))! > 250)).toBe(true);

    const hoursOf = new Map<string, Set<unknown>>();
    for (const row of first) {
      hoursOf.set(row.dns_qry_name, (hoursOf.get(row.dns_qry_name) ?? new Set()).add(hourKey(row)[1]));
    }
    expect([...hoursOf.values()].filter((hours) => hours.size > 1).length).toBeGreaterThan(1);
  });
});

describe('sampleDay', () => {
  it('gives the same bytes for the same seed, others for another', () => {
    expect(digest(2000, 7)).toBe(digest(2000, 7));
    expect(digest(2000, 8)).not.toBe(digest(2000, 7));
    // Pinned, so that no machine, zone or Node.js makes another day; it changes when the sample day is changed.
    expect(digest(2000, 7)).toBe('97bbd36bb78d68419b656b448f2d01fa4ff54cfcc4462e6d77aef029c9fd7f99');
  });

  it('gives results without the raw rows before, and any number of times', () => {
    const once = sampleDay(date, { rows: 2000 });
    const before = resultText(once.results());
    expect([...once.hours()].flatMap(({ rows }) => rows)).toHaveLength(2000);
    expect(resultText(once.results())).toBe(before);
  });

  it('makes a large day hour by hour', () => {
    const hours = sampleDay(date, { rows: 5_000_000 }).hours();
    const first = hours.next().value as { hour: number; rows: DnsRow[] };
    expect(first.hour).toBe(0);
    expect(first.rows.length).toBeGreaterThan(50_000);
    expect(first.rows.length).toBeLessThan(80_000);
    let rows = 0;
    for (const hour of sampleDay(date, { rows: 300_001 }).hours()) rows += hour.rows.length;
    expect(rows).toBe(300_001);
  });

  it('knows its bad domains and its networks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sample-day-'));
    try {
      const files = day.files();
      expect(Object.keys(files).sort()).toEqual(['domains.txt', 'networkcontext.csv']);
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const domains = await loadDomainList(join(folder, 'domains.txt'));
      const first = results.slice(0, 500);
      expect(first.filter(isTunnel).every((row) => domains.has(row.dns_qry_name))).toBe(true);
      expect(first.filter(isFlux).every((row) => domains.has(row.dns_qry_name))).toBe(true);
      expect(raw.some((row) => isGenerated(row) && domains.has(row.dns_qry_name!))).toBe(true);
      expect(domains.has('www.example.com')).toBe(false);
      const contexts = await loadNetworkContext({ files: [join(folder, 'networkcontext.csv')] });
      expect(contexts.conflicts).toEqual([]);
      for (const row of first)
        expect(contexts.find(row.ip_dst)).not.toBe(
          '97bbd36bb78d68419b656b448f2d01fa4ff54cfcc4462e6d77aef029c9fd7f99',
        );
      expect(contexts.find('10.20.0.31')).toBe('Branch office print server');
      expect(contexts.find('10.10.1.23')).toBe('Head office, design studio');
      expect(contexts.find('fd00:10:1::2b')).toBe('Meeting room display');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([{ rows: 999 }, { rows: 1e8 + 1 }, { rows: 1.5 }, { rows: NaN }, { seed: -1 }, { seed: 2 ** 32 }])(
    'refuses %j, saying what it expects',
    (options) => {
      expect(() => sampleDay(date, options)).toThrow(/expected a whole number from/);
    },
  );
});
