import { geolocation, LOCATION_COLUMNS, type LocationColumn } from '../../../streams/transforms/geolocation.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

const locations = {
  find: (ip: string) => (ip === '192.0.2.1' ? { geo_loc: 'Bavaria;Munich Example AG', domain: 'example.net' } : null),
};

describe('geolocation', () => {
  it('is place and domain of the address, null where it is not known', async () => {
    const rows = ['192.0.2.1', '10.0.0.1', '', null].map((ip_dst) => ({ ip_dst }));
    const nothing = { geo_loc: null, domain: null };
    expect(await fieldsAdded(rows, geolocation(locations))).toEqual([
      { geo_loc: 'Bavaria;Munich Example AG', domain: 'example.net' },
      nothing,
      nothing,
      nothing,
    ]);
    expect(await fieldsAdded(rows.slice(0, 1), geolocation())).toEqual([nothing]);
  });

  it('reads and writes the columns that it is told', async () => {
    const step = geolocation(locations, { ip: 'srcip', geoLoc: 'src_geoloc', domain: 'src_domain' });
    expect(step.needs).toEqual({ srcip: 'string?' });
    expect(step.adds).toEqual({ src_geoloc: 'string?', src_domain: 'string?' });
    expect(await fieldsAdded([{ srcip: '192.0.2.1' }], step)).toEqual([
      { src_geoloc: 'Bavaria;Munich Example AG', src_domain: 'example.net' },
    ]);
  });

  const all = {
    geo_loc: 'Bavaria;Munich Example AG',
    domain: 'example.net',
    country_code: 'DE',
    country: 'Germany',
    region: 'Bavaria',
    city: 'Munich',
    latitude: 48.1,
    longitude: 11.6,
    asn: 4_200_000_001,
    owner: 'Example AG',
  };

  it('adds the columns that are asked for, null where they are not known', async () => {
    const known = { find: (ip: string) => (ip === '192.0.2.1' ? all : null) };
    const columns = Object.keys(LOCATION_COLUMNS) as LocationColumn[];
    const step = geolocation(known, { columns });
    expect(step.adds).toEqual({ geo_loc: 'string?', domain: 'string?', ...LOCATION_COLUMNS });
    const rows = [{ ip_dst: '192.0.2.1' }, { ip_dst: '192.0.2.2' }];
    const nothing = Object.fromEntries(Object.keys(all).map((name) => [name, null]));
    expect(await fieldsAdded(rows, step)).toEqual([all, nothing]);
    // A look-up of one's own may know less.
    expect(await fieldsAdded(rows.slice(0, 1), geolocation(locations, { columns: ['asn'] }))).toEqual([
      { geo_loc: 'Bavaria;Munich Example AG', domain: 'example.net', asn: null },
    ]);
  });

  it('puts a prefix before them, for both ends of a connection', async () => {
    const step = geolocation(
      { find: () => all },
      { ip: 'srcip', geoLoc: 'src_geoloc', domain: 'src_domain', columns: ['country_code', 'asn'], prefix: 'src_' },
    );
    expect(await fieldsAdded([{ srcip: '192.0.2.1' }], step)).toEqual([
      {
        src_geoloc: 'Bavaria;Munich Example AG',
        src_domain: 'example.net',
        src_country_code: 'DE',
        src_asn: 4_200_000_001,
      },
    ]);
  });
});
