import { DNS_FEATURES, type DnsFeature } from '../../../schemas/dns-features.js';
import { dnsFeatures } from '../../../streams/transforms/dns-features.js';
import { tld } from '../../../streams/transforms/tld.js';
import { fieldsAdded, rowsThrough } from '../../fakes/rows-through.js';

describe('dnsFeatures', () => {
  it('adds every feature, null where there is no name', async () => {
    const step = dnsFeatures();
    const columns = Object.keys(DNS_FEATURES).map((feature) => `qry_${feature}`);
    expect(Object.keys(step.adds)).toEqual(columns);
    const rows = [{ dns_qry_name: 'a1.xn--mnchen-3ya.example' }, { dns_qry_name: null }];
    expect(await fieldsAdded(rows, step)).toEqual([
      {
        qry_entropy: expect.closeTo(3.1281, 4),
        qry_subdomain_entropy: 1,
        qry_labels: 3,
        qry_longest_label: 14,
        qry_digit_share: 2 / 23,
        qry_length: 27,
        qry_unicode: 'a1.münchen.example',
      },
      Object.fromEntries(columns.map((name) => [name, null])),
    ]);
  });

  it('adds those that are asked for, of the column that is named', async () => {
    const step = dnsFeatures({
      name: 'host',
      features: ['labels', 'entropy', 'labels'],
      as: 'host',
      privateSuffixes: true,
    });
    expect([step.needs, step.adds]).toEqual([{ host: 'string?' }, { host_labels: 'int?', host_entropy: 'double?' }]);
    expect(await fieldsAdded([{ host: 'aabb.github.io' }], step)).toEqual([{ host_labels: 3, host_entropy: 1 }]);
  });

  it('stands with other steps', async () => {
    const rows = await rowsThrough(
      [{ dns_qry_name: 'www.example.com' }],
      dnsFeatures({ features: ['length'] }),
      tld(),
    );
    expect(rows).toEqual([{ dns_qry_name: 'www.example.com', qry_length: 17, tld: 'com' }]);
  });

  it.each(['entropie', 'toString', '__proto__'])('knows no feature %s', (feature) => {
    expect(() => dnsFeatures({ features: [feature as DnsFeature] })).toThrow(
      expect.objectContaining({
        code: 'IDENTIFIER_INVALID',
        message: expect.stringContaining('expected one of entropy, subdomain_entropy'),
      }),
    );
  });
});
