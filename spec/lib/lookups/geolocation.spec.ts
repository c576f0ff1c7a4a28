import { rename, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { loadGeolocation, watchGeolocation } from '../../../lib/lookups/geolocation.js';
import { parseIp, parseRange } from '../../../lib/lookups/ip-values.js';
import { encoded, Float, mmdbFile, Pointer, type MmdbOptions, type MmdbValue } from '../../fakes/mmdb-file.js';
import { temporaryFiles } from './temporary-files.js';

const file = temporaryFiles();

const city = (name: string): MmdbValue => ({
  country: { iso_code: 'DE', names: { de: 'Deutschland', en: 'Germany' } },
  subdivisions: [{ names: { en: 'Bavaria' } }, { names: { en: 'Upper Bavaria' } }],
  city: { names: { en: name } },
  location: { latitude: new Float(48.137), longitude: new Float(-11.575), accuracy_radius: 5 },
  traits: { is_anycast: true },
});
const asn: MmdbValue = { autonomous_system_number: 4_200_000_001, autonomous_system_organization: 'Example Transit' };

const munich = {
  geo_loc: 'Bavaria;Munich ',
  domain: null,
  country_code: 'DE',
  country: 'Germany',
  region: 'Bavaria',
  city: 'Munich',
  latitude: 48.137,
  longitude: -11.575,
  asn: null,
  owner: null,
};

const loaded = async (name: string, networks: readonly (readonly [string, MmdbValue])[], options?: MmdbOptions) =>
  loadGeolocation({ mmdb: await file(name, mmdbFile(networks, options)) });

describe('loadGeolocation', () => {
  it('knows nothing without a file, as the settings may name none', async () => {
    const locations = await loadGeolocation({});
    expect([locations.find('1.0.0.0'), locations.descriptions]).toEqual([null, []]);
  });

  it.each([24, 28, 32] as const)('reads a MaxMind DB of %d bits a record, IPv4 and IPv6', async (recordSize) => {
    const networks = [
      ['192.0.2.0/24', city('Munich')],
      ['192.0.2.128/25', city('Augsburg')],
      ['2001:db8::/32', city('Passau')],
    ] as const;
    const locations = await loaded(`city-${recordSize}.mmdb`, networks, { recordSize });
    expect(locations.descriptions).toEqual(['Test-City of 2016-07-08']);
    for (const ip of ['192.0.2.0', '192.0.2.127', '::ffff:192.0.2.9', '::FFFF:c000:0209']) {
      expect(locations.find(ip)).toEqual(munich);
    }
    expect(locations.find('192.0.2.255')?.city).toBe('Augsburg');
    expect(locations.find('2001:DB8::1')?.geo_loc).toBe('Bavaria;Passau ');
    for (const ip of [
      '192.0.3.0',
      '192.0.1.255',
      '2001:db9::',
      '',
      'localhost',
      '192.0.2',
      '192.0.2.1/24',
      '1::2::3',
    ]) {
      expect(locations.find(ip)).toBeNull();
    }
  });

  it('finds no IPv6 address in a database of IPv4', async () => {
    const locations = await loaded('v4.mmdb', [['32.0.0.0/8', city('Munich')]], { ipVersion: 4 });
    expect(locations.find('32.1.2.3')).toEqual(munich);
    // 0x2001 begins with the bits of 32.1.
    expect(locations.find('2001:db8::1')).toBeNull();
  });

  it('reads what the databases of networks hold: ASN, ISP, Domain, Enterprise', async () => {
    const locations = await loaded('networks.mmdb', [
      ['10.0.0.0/16', asn],
      ['10.1.0.0/16', { isp: 'Example ISP', organization: 'Example Org', autonomous_system_number: 64_500 }],
      ['10.2.0.0/16', { domain: 'example.net' }],
      ['10.3.0.0/16', { traits: { isp: 'Traits ISP', domain: 'traits.example', autonomous_system_number: 1 } }],
    ]);
    const found = [0, 1, 2, 3].map((net) => locations.find(`10.${net}.0.1`));
    expect(found.map((location) => [location?.geo_loc, location?.owner, location?.asn, location?.domain])).toEqual([
      ['; Example Transit', 'Example Transit', 4_200_000_001, null],
      ['; Example Org', 'Example Org', 64_500, null],
      [null, null, null, 'example.net'],
      ['; Traits ISP', 'Traits ISP', 1, 'traits.example'],
    ]);
  });

  it('puts several files together, each field from the first that knows it', async () => {
    const iploc = await file(
      'iploc.csv',
      '"3221225984","3221226239","AT","Austria","Tyrol","","","","","tyrol.example"\n',
    );
    const cities = await file('c.mmdb', mmdbFile([['192.0.0.0/16', city('Munich')]]));
    const networks = await file('a.mmdb', mmdbFile([['192.0.0.0/16', asn]]));
    const locations = await loadGeolocation({ iploc, mmdb: [cities, networks] });
    expect(locations.descriptions).toEqual([
      `${iploc}, 1 ranges`,
      'Test-City of 2016-07-08',
      'Test-City of 2016-07-08',
    ]);
    const both = { ...munich, asn: 4_200_000_001, owner: 'Example Transit' };
    expect(locations.find('192.0.3.1')).toEqual({ ...both, geo_loc: 'Bavaria;Munich Example Transit' });
    expect(locations.find('192.0.2.1')).toEqual({
      ...both,
      geo_loc: 'Tyrol;Munich Example Transit',
      region: 'Tyrol',
      country_code: 'AT',
      country: 'Austria',
      domain: 'tyrol.example',
    });
    expect(locations.find('192.1.0.0')).toBeNull();
  });

  it('takes records of any form', async () => {
    const odd: MmdbValue = {
      country: 'DE',
      subdivisions: [],
      city: { names: { en: 5 } },
      location: { latitude: new Float(91), longitude: new Float(NaN) },
      autonomous_system_number: 'AS1',
      toString: 'x',
      ['__proto__']: { domain: 'evil.example' },
    };
    const nothing = Object.fromEntries(Object.keys(munich).map((name) => [name, null]));
    const locations = await loaded('odd.mmdb', [
      ['10.0.0.0/16', odd],
      ['10.1.0.0/16', 'a text'],
    ]);
    expect(locations.find('10.0.0.1')).toEqual(nothing);
    expect(locations.find('10.1.0.1')).toBeNull();
  });

  it('finds what a plain scan finds', async () => {
    const short = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }));
    const group = fc.nat(3).map((value) => value.toString(16));
    const long = fc
      .tuple(group, group, group)
      .map(([a, b, c]) => `2001:db8:${a}::${b}:${c}`)
      .chain((ip) => fc.tuple(fc.constant(ip), fc.integer({ min: 33, max: 128 })));
    const networks = fc.array(fc.oneof(short, long), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(networks, fc.constantFrom(24 as const, 28 as const, 32 as const), async (all, recordSize) => {
        // One text for each network; the wider before those within it.
        const ranges = new Map(all.map(([ip, bits]) => [`${ip}/${bits}`, parseRange(`${ip}/${bits}`)!]));
        const size = (name: string) => BigInt(ranges.get(name)!.to) - BigInt(ranges.get(name)!.from);
        const byStart = new Map([...ranges.keys()].map((name) => [`${ranges.get(name)!.from}-${size(name)}`, name]));
        const names = [...byStart.values()].sort((a, b) => (size(a) > size(b) ? -1 : 1));
        const locations = await loaded(
          'any.mmdb',
          names.map((name) => [name, { domain: name }] as const),
          { recordSize },
        );
        for (const [ip] of all) {
          const address = parseIp(ip)!;
          const holding = names.filter((name) => {
            const { from, to } = ranges.get(name)!;
            return typeof from === typeof address && from <= address && address <= to;
          });
          expect(locations.find(ip)?.domain).toBe(holding.at(-1));
        }
      }),
    );
  });
});

describe('a MaxMind DB that is not whole', () => {
  const whole = mmdbFile([
    ['192.0.2.0/24', city('Munich')],
    ['2001:db8::/32', city('Passau')],
  ]);
  const refused = async (bytes: Uint8Array, problem: RegExp) => {
    const path = await file('bad.mmdb', bytes);
    await expect(loadGeolocation({ mmdb: path })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringMatching(problem),
    });
  };

  it.each([
    ['is empty', Buffer.alloc(0), /no metadata at its end; expected a whole MaxMind DB/],
    ['is a text', Buffer.from('"1","2","DE"\n'), /no metadata/],
    ['is compressed', Buffer.from([0x1f, 0x8b, 8, 0]), /a compressed file \(gzip\)/],
    ['has lost its end', whole.subarray(0, -300), /no metadata/],
    ['has lost some of its metadata', whole.subarray(0, -60), /expected a whole MaxMind DB/],
    ['has lost its start', whole.subarray(1000), /do not fit|no zeros/],
    ['has lost its middle', Buffer.concat([whole.subarray(0, 500), whole.subarray(900)]), /no zeros|do not fit/],
    ['is of another format version', mmdbFile([], { metadata: { binary_format_major_version: 3 } }), /version 3/],
    ['is of no IP version', mmdbFile([], { metadata: { ip_version: 5 } }), /IP version 5/],
    ['has records of 20 bits', mmdbFile([], { metadata: { record_size: 20 } }), /record size/],
    ['has more nodes than bytes', mmdbFile([], { metadata: { node_count: 4_000_000_000 } }), /do not fit/],
    ['has no nodes', mmdbFile([], { metadata: { node_count: 0 } }), /0 nodes/],
    ['was made at no time', mmdbFile([], { metadata: { build_epoch: 'today' } }), /no time/],
  ])('is refused: it %s', (_what, bytes, problem) => refused(bytes, problem));

  it('is refused where its tree leads beyond the data', async () => {
    const data = encoded(city('Munich'));
    const tail = whole.indexOf(data);
    // A part of the data is missing, and no more than the data.
    await refused(
      Buffer.concat([whole.subarray(0, tail), whole.subarray(tail + 2 * data.length - 4)]),
      /leads beyond/,
    );
  });

  it('is told of where an answer lies in a broken part', async () => {
    const loop = await loaded('loop.mmdb', [['10.0.0.0/8', { country: new Pointer(0) }]]);
    expect(() => loop.find('10.0.0.1')).toThrow(
      expect.objectContaining({
        code: 'LOOKUP_FILE_INVALID',
        message: expect.stringMatching(/tells of 10\.0\.0\.1$/),
      }),
    );
    expect(loop.find('11.0.0.1')).toBeNull();
    const far = await loaded('far.mmdb', [['10.0.0.0/8', { country: new Pointer(4_000_000_000) }]]);
    expect(() => far.find('10.0.0.1')).toThrow(expect.objectContaining({ code: 'LOOKUP_FILE_INVALID' }));
  });

  it('never gives anything but an answer or that error', async () => {
    const nothing = { code: 'LOOKUP_FILE_INVALID' };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, length) => {
        const spoilt = Buffer.from(whole);
        spoilt[at] = byte;
        try {
          const path = await file('spoilt.mmdb', at % 2 ? spoilt : spoilt.subarray(0, length));
          const locations = await loadGeolocation({ mmdb: path });
          for (const ip of ['192.0.2.1', '2001:db8::1', '10.0.0.1']) locations.find(ip);
        } catch (error) {
          expect(error).toMatchObject(nothing);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('names the file that is missing', async () => {
    await expect(loadGeolocation({ mmdb: 'none.mmdb' })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'none.mmdb: no such file',
    });
  });
});

describe('watchGeolocation', () => {
  it('takes a new database, and keeps the old one when the new one is broken', async () => {
    const path = await file('watched.mmdb', mmdbFile([['10.0.0.0/8', city('Munich')]]));
    const errors: string[] = [];
    const locations = await watchGeolocation(
      { mmdb: path },
      { everySeconds: 0, onError: ({ code }) => errors.push(code) },
    );
    const replace = async (bytes: Uint8Array) => {
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
      return locations.check();
    };
    expect(await replace(Buffer.from('half'))).toBe(false);
    expect([locations.find('10.0.0.1')?.city, errors]).toEqual(['Munich', ['LOOKUP_FILE_INVALID']]);
    expect(await replace(mmdbFile([['10.0.0.0/8', city('Passau')]]))).toBe(true);
    expect(locations.find('10.0.0.1')?.city).toBe('Passau');
    locations.close();
  });
});
