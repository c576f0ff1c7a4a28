import { geolocation } from '../../../streams/transforms/geolocation.js';
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
});
