/** What a query name looks like and where its client is, as columns of a table of your own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  defineTable,
  dnsFeatures,
  geolocation,
  openWarehouse,
  pipe,
  readResults,
  watchGeolocation,
  writeTable,
  type Row,
} from 'spot-dns-oa';

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

const dnsNames = defineTable({
  name: 'dns_names',
  folder: 'dns/hive/oa/names',
  columns: {
    dns_qry_name: 'string',
    qry_entropy: 'double?',
    qry_subdomain_entropy: 'double?',
    qry_digit_share: 'double?',
    qry_length: 'int?',
    ip_dst: 'string',
    geo_loc: 'string?',
    country_code: 'string?',
    latitude: 'double?',
    asn: 'bigint?',
  },
  required: ['dns_qry_name', 'qry_entropy', 'country_code'],
});

const date = '20160708';
const root = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
// A process that lives long has the files read again when they change; `loadGeolocation` reads them once. MaxMind DBs
// stand beside: { iploc, mmdb: ['GeoLite2-City.mmdb', 'GeoLite2-ASN.mmdb'] }.
const locations = await watchGeolocation({ iploc: data('iploc.csv') }, { everySeconds: 60 });
try {
  const warehouse = await openWarehouse({ storage: { type: 'local', root } }, { tables: [dnsNames] });
  await pipe(
    readResults(warehouse, { file: data('dns_results.csv') }),
    dnsFeatures({ features: ['entropy', 'subdomain_entropy', 'digit_share', 'length'] }),
    geolocation(locations, { columns: ['country_code', 'latitude', 'asn'] }),
    writeTable(warehouse, dnsNames, { date }),
  );

  const rows: Row[] = [];
  const sql = `SELECT *, round(qry_entropy, 2) AS bits FROM dns_names WHERE y = 2016 AND m = 7 AND d = 8
    ORDER BY qry_entropy DESC NULLS LAST`;
  for await (const page of warehouse.engine.pages(sql)) rows.push(...page);
  await warehouse.close();

  const [generated] = rows;
  assert.equal(generated?.dns_qry_name, 'qx7vk2mzp0.invalid');
  assert.equal(generated.qry_length, 20);
  assert.equal(generated.country_code, null);
  const mail = rows.find(({ dns_qry_name }) => dns_qry_name === 'mail.example');
  assert.deepEqual([mail?.geo_loc, mail?.country_code, mail?.asn], ['Tyrol;Innsbruck Example Net', 'AT', null]);
  console.log('The least predictable names:');
  for (const { bits, dns_qry_name } of rows.slice(0, 3)) console.log(`${bits} bits  ${dns_qry_name}`);
  console.log(`${mail?.ip_dst} asked from ${mail?.geo_loc} (${mail?.country_code})`);
} finally {
  locations.close();
  await rm(root, { recursive: true, force: true });
}
