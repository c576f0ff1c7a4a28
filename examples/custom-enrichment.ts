/** Steps of your own between the library's, and a table of your own for what they find. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  BatchEnrichment,
  compose,
  defineTable,
  Enrichment,
  openWarehouse,
  pipe,
  readResults,
  tld,
  writeTable,
  type Row,
} from 'spot-dns-oa';

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

/** Bits of information in a character of the name: generated names have more than words. */
function entropy(name: string): number {
  const counts = new Map<string, number>();
  for (const character of name) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / name.length);
  return shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
}

// What a step needs and what it adds are values and types at once: before `tld()` this one does not compile.
const shape = new Enrichment(
  { dns_qry_name: 'string', tld: 'string' },
  { labels: 'int', name_entropy: 'double' },
  ({ dns_qry_name, tld }) => ({
    labels: dns_qry_name.split('.').length,
    name_entropy: entropy(dns_qry_name.slice(0, dns_qry_name.length - tld.length)),
  }),
);

/** Stands for a directory that is asked over the network: one question a batch, each client in it once. */
async function ownersOf(clients: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const directory = new Map([['10.0.2.15', 'Facilities']]);
  await wait(1, undefined, { signal });
  return new Map([...directory].filter(([client]) => clients.has(client)));
}

const owner = new BatchEnrichment({ ip_dst: 'string' }, { owner: 'string?' }, async (batch, { signal }) => {
  const owners = await ownersOf(new Set(batch.map(({ ip_dst }) => ip_dst)), signal);
  return batch.map(({ ip_dst }) => ({ owner: owners.get(ip_dst) ?? null }));
});

const dnsNameShape = defineTable({
  name: 'dns_name_shape',
  folder: 'dns/hive/oa/name_shape',
  columns: {
    unix_tstamp: 'bigint',
    dns_qry_name: 'string',
    tld: 'string',
    labels: 'int',
    name_entropy: 'double',
    owner: 'string?',
  },
  required: ['unix_tstamp', 'dns_qry_name', 'labels', 'name_entropy'],
});

const date = '20160708';
const root = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
try {
  const warehouse = await openWarehouse({ storage: { type: 'local', root } }, { tables: [dnsNameShape] });
  await pipe(
    readResults(warehouse, { file: data('dns_results.csv') }),
    compose(tld(), shape, owner),
    writeTable(warehouse, dnsNameShape, { date }),
  );

  const rows: Row[] = [];
  const sql = `SELECT dns_qry_name, labels, round(name_entropy, 2) AS bits, owner FROM dns_name_shape
    WHERE y = 2016 AND m = 7 AND d = 8 ORDER BY name_entropy DESC`;
  for await (const page of warehouse.engine.pages(sql)) rows.push(...page);
  await warehouse.close();

  assert.equal(rows.length, 7);
  assert.equal(rows.find(({ dns_qry_name }) => dns_qry_name === 'update.tunnel.example')?.owner, 'Facilities');
  assert.equal(rows.filter(({ owner }) => owner === null).length, 5);
  assert.ok(rows.every(({ bits }) => Number(bits) > 0));
  console.log('The least predictable names:');
  for (const { bits, dns_qry_name } of rows.slice(0, 3)) console.log(`${bits} bits  ${dns_qry_name}`);
} finally {
  await rm(root, { recursive: true, force: true });
}
