/** The ten-line pipeline: the scored DNS rows of a day, enriched, become the day's partition of dns_scores. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  hour,
  ianaNames,
  limit,
  loadNetworkContext,
  loadReputation,
  networkContext,
  openWarehouse,
  pipe,
  readResults,
  reputation,
  severity,
  tld,
  writeTable,
  type Row,
} from 'spot-dns-oa';

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

const date = '20160708';
const root = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
try {
  await cp(data('dns_results.csv'), `${root}/dns/scored_results/${date}/scores/dns_results.csv`);
  const services = await loadReputation([{ service: 'domain-list', name: 'local', file: data('domains.txt') }]);
  const contexts = await loadNetworkContext({ files: [data('networkcontext.csv')] });

  const warehouse = await openWarehouse({ storage: { type: 'local', root } });
  const counts = await pipe(
    readResults(warehouse, { date }),
    limit(5),
    tld(),
    reputation(services),
    severity(),
    hour(),
    ianaNames(),
    networkContext(contexts),
    writeTable(warehouse, 'dns_scores', { date }),
  );

  const rows: Row[] = [];
  const sql =
    'SELECT dns_qry_name, tld, query_rep, hh, dns_qry_type_name, network_context FROM dns_scores ORDER BY score';
  for await (const page of warehouse.engine.pages(sql)) rows.push(...page);
  await warehouse.close();

  assert.equal(counts.written, 5);
  assert.deepEqual(rows[0], {
    dns_qry_name: 'update.tunnel.example',
    tld: 'example',
    query_rep: 'local:HIGH:3',
    hh: '04',
    dns_qry_type_name: 'TXT',
    network_context: 'Reception desk',
  });
  assert.equal(rows[4]?.tld, 'co.uk');
  console.log(`${counts.written} rows written to dns_scores, the most suspicious:`);
  console.log(Object.values(rows[0]).join('  '));
} finally {
  await rm(root, { recursive: true, force: true });
}
