import fc from 'fast-check';
import { loadGeoRanges } from '../../../lib/lookups/geo-ranges.js';
import { temporaryFiles } from './temporary-files.js';

const file = temporaryFiles();

const line = (start: number, end: number, city = 'New Delhi', domain = 'example.in') =>
  `"${start}","${end}","IN","India","Delhi","${city}","28.6","77.2","Example Telecom, Ltd.","${domain}"`;

describe('loadGeoRanges', () => {
  it('gives state, city and owner, and the domain', async () => {
    const text = [line(16777216, 16777471), line(16777472, 16778239, 'Agra', ''), line(4294967295, 4294967295)].join(
      '\r\n',
    );
    const locations = await loadGeoRanges(await file('iploc.csv', `\ufeff${text}`));
    const india = {
      country_code: 'IN',
      country: 'India',
      region: 'Delhi',
      latitude: 28.6,
      longitude: 77.2,
      asn: null,
    };
    const owned = { ...india, owner: 'Example Telecom, Ltd.' };
    const delhi = {
      ...owned,
      geo_loc: 'Delhi;New Delhi Example Telecom, Ltd.',
      city: 'New Delhi',
      domain: 'example.in',
    };
    const agra = { ...owned, geo_loc: 'Delhi;Agra Example Telecom, Ltd.', city: 'Agra', domain: '' };
    expect(locations.size).toBe(3);
    expect(locations.find('1.0.0.0')).toEqual(delhi);
    expect(locations.find('1.0.0.255')).toEqual(delhi);
    expect(locations.find('::ffff:1.0.0.255')).toEqual(delhi);
    expect(locations.find('1.0.1.0')).toEqual(agra);
    expect(locations.find('255.255.255.255')).toEqual(delhi);
    for (const ip of ['0.255.255.255', '1.0.4.0', '255.255.255.254', '2001:db8::1', '', 'localhost']) {
      expect(locations.find(ip)).toBeNull();
    }
  });

  it('knows no text that is empty and no degree that is none', async () => {
    const text = '"1","2","","","","","-","181","",""\n';
    const locations = await loadGeoRanges(await file('little.csv', text));
    const nothing = { country_code: null, country: null, region: null, city: null, latitude: null, longitude: null };
    expect(locations.find('0.0.0.1')).toEqual({ geo_loc: '; ', domain: '', ...nothing, asn: null, owner: null });
  });

  it('knows nothing from an empty file', async () => {
    const locations = await loadGeoRanges(await file('empty.csv', ''));
    expect([locations.size, locations.find('1.0.0.0')]).toEqual([0, null]);
  });

  it('finds what a plain scan finds, in files longer than its first arrays', async () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 })), {
      minLength: 1500,
      maxLength: 2500,
    });
    await fc.assert(
      fc.asyncProperty(gaps, async (steps) => {
        let next = 0;
        const all = steps.map(([gap, length], i) => {
          const start = next + gap;
          next = start + length;
          return { start, end: next, city: `City ${i % 7}` };
        });
        const text = all.map(({ start, end, city }) => line(start, end, city)).join('\n');
        const locations = await loadGeoRanges(await file('many.csv', text));
        for (let address = 0; address <= next + 1; address++) {
          const city = all.find(({ start, end }) => start <= address && address <= end)?.city;
          const found = locations.find(`0.0.${address >>> 8}.${address & 255}`)?.geo_loc;
          expect(found).toBe(city && `Delhi;${city} Example Telecom, Ltd.`);
        }
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    [
      'an unsorted line',
      `${line(100, 199)}\n${line(50, 60)}\n`,
      2,
      'range 50 to 60; expected a file sorted by start, and here one after 199',
    ],
    [
      'an overlap',
      `${line(100, 199)}\n\n${line(199, 250)}\n`,
      3,
      'range 199 to 250 overlaps the one before it; expected a start after 199',
    ],
    [
      'a range within the one before',
      `${line(100, 199)}\n${line(150, 160)}\n`,
      2,
      'range 150 to 160 overlaps the one before it; expected a start after 199',
    ],
    [
      'a range the wrong way round',
      `${line(100, 99)}\n`,
      1,
      'range 100 to 99; expected the end not before the start',
    ],
    ['a header', 'start,end,cc,country,state,city,lat,lon,owner,domain\n', 1, 'address "start"; expected an integer'],
    ['too large an address', `${line(1, 4294967296)}\n`, 1, 'address "4294967296"; expected an integer'],
    ['an address with dots', `${line(1, 2)}\n"1.0.0.0",${'"x",'.repeat(8)}"x"\n`, 2, 'address "1.0.0.0"; expected'],
    [
      'nine columns',
      `${line(1, 2)}\n"3","4","IN","India","Delhi","Agra","1","2","Owner"\n`,
      2,
      '9 columns; expected 10',
    ],
  ])('names file and line of %s', async (_what, text, at, problem) => {
    const path = await file('bad.csv', text);
    await expect(loadGeoRanges(path)).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(`${path}, line ${at}: ${problem}`),
    });
  });

  it('says which file is missing', async () => {
    await expect(loadGeoRanges('no-iploc.csv')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
