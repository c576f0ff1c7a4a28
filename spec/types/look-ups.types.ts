// Compiled by `tsc --noEmit`: the columns that features and locations add.
import { defineTable } from '../../schemas/tables.js';
import type { LocationLookup, Warehouse } from '../../streams/contracts.js';
import { compose, pipe } from '../../streams/pipe.js';
import { Enrichment } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { queryRows } from '../../streams/sources/query-rows.js';
import { readResults } from '../../streams/sources/read-results.js';
import { dnsFeatures } from '../../streams/transforms/dns-features.js';
import { geolocation } from '../../streams/transforms/geolocation.js';
import { tld } from '../../streams/transforms/tld.js';

declare const warehouse: Warehouse;
declare const locations: LocationLookup;
const date = '20160708';
const results = () => readResults(warehouse, { date });

const names = defineTable({
  name: 'names',
  folder: 'dns/names',
  columns: { dns_qry_name: 'string', qry_entropy: 'double?', qry_labels: 'int?', qry_unicode: 'string?' },
  required: ['dns_qry_name', 'qry_entropy', 'qry_labels', 'qry_unicode'],
});
const sink = () => writeTable(warehouse, names, { date });

await pipe(results(), dnsFeatures(), sink());
await pipe(results(), tld(), dnsFeatures({ features: ['entropy', 'labels', 'unicode'] }), sink());
await pipe(results(), compose(tld(), dnsFeatures()), sink());
// @ts-expect-error no step adds qry_unicode
void pipe(results(), dnsFeatures({ features: ['entropy', 'labels'] }), sink());
// @ts-expect-error the columns have other names
void pipe(results(), dnsFeatures({ as: 'name' }), sink());
// @ts-expect-error there is no such feature
dnsFeatures({ features: ['entropie'] });
// @ts-expect-error the column is added twice
void pipe(results(), dnsFeatures({ features: ['labels'] }), dnsFeatures(), sink());
void pipe(
  results(),
  // @ts-expect-error a number is no name
  dnsFeatures({ name: 'score' }),
  sink(),
);
void pipe(
  queryRows(warehouse, 'SELECT …', { columns: { host: 'string?' } }),
  dnsFeatures({ name: 'host', features: ['length'], as: 'host' }),
  new Enrichment({ host_length: 'int?' }, { long: 'int' }, (row) => ({ long: Number((row.host_length ?? 0) > 100) })),
  writeTable(
    warehouse,
    defineTable({ name: 'hosts', folder: 'proxy/hosts', columns: { long: 'int' }, required: ['long'] }),
    { date },
  ),
);

const places = defineTable({
  name: 'places',
  folder: 'flow/places',
  columns: { geo_loc: 'string?', src_country_code: 'string?', src_latitude: 'double?', src_asn: 'bigint?' },
  required: ['geo_loc', 'src_country_code', 'src_latitude', 'src_asn'],
});
const flow = () => queryRows(warehouse, 'SELECT …', { columns: { srcip: 'string', dstip: 'string' } });
const source = geolocation(locations, {
  ip: 'srcip',
  columns: ['country_code', 'latitude', 'asn'],
  prefix: 'src_',
});
const destination = geolocation(locations, {
  ip: 'dstip',
  geoLoc: 'dst_geoloc',
  domain: 'dst_domain',
  columns: ['country_code'],
  prefix: 'dst_',
});
await pipe(flow(), source, destination, writeTable(warehouse, places, { date }));
// @ts-expect-error only two of them are asked for
void pipe(flow(), geolocation(locations, { ip: 'srcip', columns: ['asn'] }), writeTable(warehouse, places, { date }));
// @ts-expect-error a location tells no such thing
geolocation(locations, { columns: ['planet'] });
