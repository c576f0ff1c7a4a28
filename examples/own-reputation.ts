/**
 * A reputation service of your own: this file is the module that the settings name, and a program that runs a day with it.
 * Here it knows names by their length; yours asks a ticket system, a database, a colleague's API.
 */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openWarehouse, runDnsOa, type OwnServiceOptions, type ReputationService, type Row } from 'spot-dns-oa';

export default function longNames({ name = 'length', options }: OwnServiceOptions): ReputationService {
  const longest = Number(options.longest ?? 20);
  return {
    name,
    checks: 'domain',
    batchSize: 1000,
    remote: null, // nothing leaves this machine
    check: (keys) =>
      Promise.resolve(
        new Map(keys.filter((key) => key.length > longest).map((key) => [key, { label: 'LONG', value: 1 }])),
      ),
  };
}

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

async function main(): Promise<void> {
  const root = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
  try {
    const settings = {
      storage: { type: 'local' as const, root },
      reputation: [
        { service: 'domain-list' as const, name: 'local', file: data('domains.txt') },
        { service: 'module' as const, module: fileURLToPath(import.meta.url), options: { longest: 18 } },
      ],
    };
    await cp(data('dns_results.csv'), `${root}/dns/scored_results/20160708/scores/dns_results.csv`);
    const { reputation } = await runDnsOa({ date: '20160708', home: root, settings });

    const warehouse = await openWarehouse(settings);
    const rows: Row[] = [];
    const sql = `SELECT dns_qry_name, query_rep FROM dns_scores WHERE query_rep LIKE '%LONG%' ORDER BY 1`;
    for await (const page of warehouse.engine.pages(sql)) rows.push(...page);
    await warehouse.close();

    assert.ok(rows.length > 0);
    // It tells what other machines were asked: here nothing.
    assert.equal(reputation, undefined);
    for (const row of rows) console.log(`${String(row.dns_qry_name)}  ${String(row.query_rep)}`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

// The settings import this file once more: waiting for it here would wait for itself.
if (process.argv[1] === fileURLToPath(import.meta.url)) void main();
