import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadDomainList } from '../../../lib/reputation/domain-list.js';
import { DomainSet } from '../../../lib/reputation/lists/domain-set.js';
import { formatOf } from '../../../lib/reputation/lists/formats.js';
import { readGoodList } from '../../../lib/reputation/lists/last-good.js';
import type { ReadListOptions } from '../../../lib/reputation/lists/read-list.js';
import { domainsOf } from '../../../lib/reputation/lists/stix.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const folder = temporaryFolder();
const write = async (name: string, text: string) => {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
};
async function listed(text: string, names: readonly string[], options: ReadListOptions = {}) {
  const list = await loadDomainList(await write('list', text), options);
  return names.filter((name) => list.has(name));
}

const ADBLOCK = `[Adblock Plus 2.0]
! Title: a list
||ads.evil.com^
||Tracker.evil.net^$third-party,important
||*.wild.evil.org^
@@||good.ads.evil.com^
||path.evil.com/banner^
||star*.evil.com^
evil-part
evil.com##.banner
/regex/
`;

const RPZ = `$TTL 2h
$ORIGIN rpz.local.
@ IN SOA ns.rpz.local. host.rpz.local. (
        2026112401 ; serial
        1h 15m 30d 2h )
  IN NS ns.rpz.local.
; a comment
exact.com          CNAME .
nodata.com   600 IN CNAME *.
*.below.com        CNAME .
ok.below.com       CNAME rpz-passthru.
drop.com           CNAME rpz-drop.
walled.com         A     192.0.2.1
                   AAAA  2001:db8::1
abs.com.rpz.local. IN CNAME .
32.1.2.0.192.rpz-ip CNAME .
bad-ns.com.rpz-nsdname CNAME .
old.com            CNAME old.com.
`;

const MISP = {
  Event: {
    info: 'x',
    Attribute: [
      { type: 'domain', value: 'Evil.com', to_ids: true },
      { type: 'hostname', value: 'host.evil.net' },
      { type: 'domain|ip', value: 'pair.evil.org|192.0.2.1', to_ids: true },
      { type: 'domain', value: 'context.com', to_ids: false },
      { type: 'domain', value: 'gone.com', deleted: true },
      { type: 'ip-dst', value: '192.0.2.7' },
      { type: 'url', value: 'http://url.com/x' },
    ],
    Object: [
      { name: 'domain-ip', Attribute: [{ type: 'domain', value: 'object.evil.com', to_ids: true }] },
      { deleted: true, Attribute: [{ type: 'domain', value: 'oldobject.com' }] },
    ],
  },
};
const MISP_NAMES = ['evil.com', 'host.evil.net', 'pair.evil.org', 'www.object.evil.com'];
const MISP_NONE = ['context.com', 'gone.com', 'url.com', 'oldobject.com', 'evil.net'];

const indicator = (pattern: string, more: object = {}) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: 'indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  pattern,
  ...more,
});
const STIX = {
  type: 'bundle',
  id: 'bundle--5d0092c5-5f74-4287-9642-33f4c354e56d',
  objects: [
    indicator("[domain-name:value = 'one.com']"),
    indicator("[domain-name:value = 'two.com' OR domain-name:value = 'three.com']"),
    indicator("[domain-name:value IN ('four.com', 'five.com')] OR [domain-name:value='six.com']"),
    indicator("[domain-name:value = 'and.com' AND ipv4-addr:value = '192.0.2.1']"),
    indicator("[url:value = 'http://url.com/']"),
    indicator("[domain-name:value = 'revoked.com']", { revoked: true }),
    indicator("[domain-name:value = 'over.com']", { valid_until: '2026-02-01T00:00:00Z' }),
    indicator("[domain-name:value = 'later.com']", { valid_until: '2027-02-01T00:00:00Z' }),
    indicator('rule x { }', { pattern_type: 'yara' }),
    { type: 'domain-name', value: 'observed.com' },
  ],
};
const now = Date.parse('2026-06-01T00:00:00Z');

describe('lists', () => {
  it('of Adblock rules: whole domains, and exceptions', async () => {
    const names = ['ads.evil.com', 'x.ads.evil.com', 'tracker.evil.net', 'a.wild.evil.org'];
    const others = [
      'good.ads.evil.com',
      'a.good.ads.evil.com',
      'evil.com',
      'path.evil.com',
      'evil-part',
      'star1.evil.com',
    ];
    expect(await listed(ADBLOCK, [...names, ...others])).toEqual(names);
  });

  it('of a response policy zone: names alone, names below, and those that pass', async () => {
    const names = ['exact.com', 'nodata.com', 'a.below.com', 'b.a.below.com', 'drop.com', 'walled.com', 'abs.com'];
    const others = [
      'www.exact.com',
      'below.com',
      'ok.below.com',
      'old.com',
      'bad-ns.com',
      'rpz.local',
      'ns.rpz.local',
    ];
    expect(await listed(RPZ, [...names, ...others])).toEqual(names);
  });

  it('of CSV, by heading or index; URLs count for their hosts', async () => {
    const text =
      '# a feed\n# "id","url","host"\n1,http://a.com:80/x,b.com\n2,https://c.com/,"d.com"\n3,http://192.0.2.1/,\n';
    const names = ['a.com', 'b.com', 'c.com', 'd.com', '192.0.2.1'];
    expect(await listed(text, names, { column: 1 })).toEqual(['a.com', 'c.com']);
    expect(await listed('id,host\n1,b.com\n2,"x,y"\n', ['b.com', 'host', 'x,y'], { column: 'host' })).toEqual([
      'b.com',
    ]);
    const path = await write('no-column', 'id,host\n1,b.com\n');
    await expect(loadDomainList(path, { column: 'domain' })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringMatching(/no-column, line 1: expected a heading "domain"/) as string,
    });
  });

  it.each([
    ['an event', MISP],
    ['events', [MISP]],
    ['the answer of a search', { response: [MISP] }],
    [
      'an answer of attributes',
      { response: { Attribute: MISP.Event.Attribute.concat(MISP.Event.Object[0]!.Attribute as []) } },
    ],
  ])('of MISP: %s', async (_what, json) => {
    expect(await listed(JSON.stringify(json), [...MISP_NAMES, ...MISP_NONE])).toEqual(MISP_NAMES);
  });

  it('of a MISP feed, a folder', async () => {
    const feed = join(folder.path, 'feed');
    await mkdir(feed);
    await writeFile(join(feed, 'manifest.json'), '{"1":{"info":"x"}}');
    await writeFile(join(feed, '1.json'), JSON.stringify(MISP));
    await writeFile(
      join(feed, '2.json'),
      JSON.stringify({ Event: { Attribute: [{ type: 'domain', value: 'two.com' }] } }),
    );
    const list = await loadDomainList(feed);
    expect([...MISP_NAMES, 'two.com'].every((name) => list.has(name))).toBe(true);
  });

  it('of a MISP warning list, as its type says', async () => {
    const list = (type: string) =>
      JSON.stringify({ name: 'x', type, version: 1, list: ['Known.com', '.dot.org', '1.2.3.4'] });
    const names = ['known.com', 'www.known.com', 'a.dot.org', '1.2.3.4'];
    expect(await listed(list('hostname'), names)).toEqual(['known.com', 'www.known.com', 'a.dot.org']);
    expect(await listed(list('string'), names)).toEqual(['known.com']);
    await expect(listed(list('cidr'), names)).rejects.toMatchObject({
      message: expect.stringMatching(/"cidr"/) as string,
    });
  });

  it('of STIX indicators that are valid', async () => {
    const names = ['one.com', 'two.com', 'three.com', 'four.com', 'five.com', 'www.six.com', 'later.com'];
    const others = ['and.com', 'url.com', 'revoked.com', 'over.com', 'observed.com'];
    expect(await listed(JSON.stringify(STIX, null, 1), [...names, ...others], { now })).toEqual(names);
  });

  it('of STIX, with quotes and words in the values', () => {
    expect(domainsOf(String.raw`[domain-name:value = 'it\'s.com' OR domain-name:value = 'a AND b.com']`)).toEqual([
      "it's.com",
      'a AND b.com',
    ]);
    expect(domainsOf("[domain-name:value != 'a.com']")).toEqual([]);
    expect(domainsOf("[NOT domain-name:value = 'a.com']")).toEqual([]);
  });

  it.each([
    ['plain', 'evil.com\n# x\n', undefined],
    ['plain', '0.0.0.0 evil.com\n', undefined],
    ['plain', '', undefined],
    ['adblock', ADBLOCK, undefined],
    ['adblock', '! x\n||a.com^\n', undefined],
    ['rpz', RPZ, undefined],
    ['rpz', '; x\n@ 3600 IN SOA a. b. 1 2 3 4 5\nx.com CNAME .\n', undefined],
    ['csv', 'a,b\n', 0],
    ['misp', JSON.stringify(MISP), undefined],
    ['misp', `\ufeff${JSON.stringify([MISP], null, 2)}`, undefined],
    ['misp-warninglist', '{"list":["a.com"],"type":"string"}', undefined],
    ['stix', JSON.stringify(STIX), undefined],
  ])('are known by their look: %s', (format, text, column) => {
    expect(formatOf({ bytes: Buffer.from(text), column, file: 'x' })).toBe(format);
  });

  it('may be told which they are', async () => {
    expect(await listed('||a.com^\n', ['a.com'], { format: 'adblock' })).toEqual(['a.com']);
    await expect(listed('a.com\n', [], { format: 'stix' })).rejects.toMatchObject({ code: 'LOOKUP_FILE_INVALID' });
    await expect(listed('{"a":1}', [])).rejects.toMatchObject({
      message: expect.stringMatching(/MISP event/) as string,
    });
  });
});

describe('DomainSet', () => {
  it('holds what a Set of names and of the domains above them would', () => {
    const label = fc.constantFrom('a', 'b', 'com', 'é', 'x y', 'aa', '\u{1f600}');
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 300 }), fc.array(name, { maxLength: 50 }), (names, asked) => {
        const [set, plain] = [new DomainSet(), new Set(names)];
        for (const one of names) set.add(one);
        set.trim();
        const again = DomainSet.fromText(set.toText())!;
        expect([set.size, again.size]).toEqual([plain.size, plain.size]);
        for (const one of asked) {
          const labels = one.split('.');
          const expected = labels.some((_, i) => plain.has(labels.slice(i).join('.')));
          expect([one, set.has(one), again.has(one)]).toEqual([one, expected, expected]);
        }
      }),
    );
  });

  it('grows to many names, in less than 50 bytes for each', () => {
    const set = new DomainSet();
    for (let i = 0; i < 20_000; i++) set.add(`name${i}.evil.com`);
    set.trim();
    expect(set.size).toBe(20_000);
    expect(set.bytes).toBeLessThan(50 * 20_000);
    expect(['name0.evil.com', 'x.name19999.evil.com', 'name20000.evil.com', ''].map((name) => set.has(name))).toEqual(
      [true, true, false, false],
    );
  });

  it('is not made of another text', () => {
    expect(DomainSet.fromText(Buffer.from([200, 3, 65]).toString('base64'))).toBeNull();
  });
});

describe('readGoodList', () => {
  const warnings: string[] = [];
  beforeEach(() => void (warnings.length = 0));
  const read = (file: string, more: { maxShrink?: number } = {}) =>
    readGoodList(file, {
      ...more,
      folder: join(folder.path, 'cache'),
      warn: (code, message) => void warnings.push(`${code} ${message}`),
    });
  const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}.com\n`).join('');

  it.each([
    ['is empty', '# nothing\n', /: 0 names, 10 before; the last good copy counts/],
    ['shrinks by more than half', names(4), /: 4 names, 10 before/],
    ['is broken', '<html>no list</html>\n', /holds blanks.*; the last good copy counts/],
  ])('refuses a list that suddenly %s', async (_what, text, warning) => {
    const file = await write('feed', names(10));
    expect((await read(file)).size).toBe(10);
    await writeFile(file, text);
    const kept = await read(file);
    expect([kept.size, kept.has('x.n9.com')]).toEqual([10, true]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(warnings[0]).toMatch(/^REPUTATION_LIST_REFUSED /);
    await writeFile(file, names(5));
    expect((await read(file)).size).toBe(5);
    expect(warnings).toHaveLength(1);
  });

  it('takes a list that shrinks by less than is allowed', async () => {
    const file = await write('feed', names(10));
    await read(file);
    await writeFile(file, names(1));
    expect((await read(file, { maxShrink: 0.95 })).size).toBe(1);
    expect(warnings).toEqual([]);
  });

  it('keeps exceptions in the copy', async () => {
    const file = await write('feed', ADBLOCK);
    await read(file);
    await writeFile(file, '');
    const kept = await read(file);
    expect([kept.has('ads.evil.com'), kept.has('good.ads.evil.com')]).toEqual([true, false]);
  });

  it('has nothing to compare with at first', async () => {
    expect((await read(await write('new', ''))).size).toBe(0);
    await expect(read(join(folder.path, 'missing'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(warnings).toEqual([]);
  });
});
