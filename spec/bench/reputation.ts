/**
 * `node dist/spec/bench/reputation.js [NAMES]`: what stands around a reputation service, against the time
 * that the service itself takes; a look-up in a list of a million domains. Part of `npm run bench`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadDomainList } from '../../lib/reputation/domain-list.js';
import { loadReputation } from '../../lib/reputation/load-reputation.js';
import { cached } from '../../lib/reputation/cached.js';
import type { ReputationService } from '../../streams/contracts.js';
import { reputation } from '../../streams/transforms/reputation.js';

const listed = Number(process.argv[2] ?? 1_000_000);
const { signal } = new AbortController();
const say = (line: string) => process.stdout.write(`${line}\n`);
const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const NAMES = 10_000;
const ROWS = 1000;

const serviceOf = (batchSize: number, milliseconds: number, remote?: null): ReputationService => ({
  ...{ name: 'bench', checks: 'domain', batchSize, remote },
  check: async (keys) => {
    if (milliseconds > 0) await wait(milliseconds);
    return new Map(keys.map((key) => [key, { label: 'LOW', value: 1 }]));
  },
});

const rowsOf = (names: readonly string[]) => names.map((dns_qry_name) => ({ dns_qry_name }));

/** Through the step, in batches of a thousand rows, as they flow. */
async function through(services: readonly ReputationService[], names: readonly string[]): Promise<number> {
  const step = reputation(services);
  const start = performance.now();
  for (let i = 0; i < names.length; i += ROWS) await step.onBatch(rowsOf(names.slice(i, i + ROWS)), signal);
  return performance.now() - start;
}

async function aroundService(): Promise<void> {
  const names = Array.from({ length: NAMES }, (_, i) => `www.name${i}.com`);
  const ideal = (NAMES / 50 / 10) * 20;
  const [times, hits, guardedHits]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < 5; i++) {
    const services = [cached(serviceOf(50, 20), { concurrency: 10 })];
    times.push(await through(services, names));
    hits.push(await perHit(services, names));
    const guarded = await loadReputation([], { services: [serviceOf(1000, 0)] });
    await through(guarded, names);
    guardedHits.push(await perHit(guarded, names));
  }
  say('| reputation | measured | target |\n|---|---|---|');
  const ratio = median(times) / ideal;
  say(
    `| ${NAMES} names, 20 ms a call, batches of 50, 10 at a time | ${Math.round(median(times))} ms, ${ratio.toFixed(2)} of the ideal ${ideal} ms | 1.3 |`,
  );
  say(`| cache hit, per name | ${Math.round(median(hits))} ns | 1000 ns |`);
  say(`| cache hit of a remote service, by registrable domain | ${Math.round(median(guardedHits))} ns | 1000 ns |`);
}

/** Of this process's own work: other processes take turns with it. */
const nanoseconds = (from: NodeJS.CpuUsage): number => process.cpuUsage(from).user * 1000;

/** Nanoseconds for a name that is known, asked for in batches. */
async function perHit(services: readonly ReputationService[], names: readonly string[]): Promise<number> {
  const rounds = 50;
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < names.length; i += ROWS) await services[0]!.check(names.slice(i, i + ROWS), { signal });
  return nanoseconds(start) / rounds / names.length;
}

const nameOf = (i: number) => `${(Math.imul(i, 0x9e3779b1) >>> 0).toString(36)}-${i}.${i % 3 === 0 ? 'net' : 'com'}`;

async function list(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-bench-'));
  try {
    const file = join(folder, 'list.txt');
    await writeFile(file, Array.from({ length: listed }, (_, i) => `${nameOf(i)}\n`).join(''));
    const asked = Array.from({ length: 200_000 }, (_, i) =>
      i % 2 ? `www.cdn.${nameOf(i * 5)}` : `mail.x${i}.example.org`,
    );
    const start = performance.now();
    const domains = await loadDomainList(file);
    const load = (performance.now() - start) / 1000;
    const each: number[] = [];
    for (let i = 0; i < 9; i++) {
      const from = process.cpuUsage();
      let found = 0;
      for (const name of asked) if (domains.has(name)) found += 1;
      each.push(nanoseconds(from) / asked.length);
      if (found === 0) throw new Error('expected names that are listed');
    }
    say(`| look-up in ${domains.size} domains | ${Math.round(median(each))} ns | 1000 ns |`);
    say(`| memory of the list | ${(domains.bytes / 1e6).toFixed(0)} MB | 150 MB |`);
    say(`| loading the list | ${load.toFixed(2)} s | |`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await aroundService();
await list();
