/**
 * `npm run bench`: speed and memory beside peers, each measurement in a process of its own, in turns, so that what the
 * machine does besides hits all of them; medians. `--rows N` and `--times N` for a smaller run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultsFile } from './file.js';
import type { LookupBench } from './lookups.js';

interface Measurement {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMB: number;
}

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, times: { type: 'string', default: '3' } },
});
const [rows, times] = [Number(values.rows), Number(values.times)];
const folder = mkdtempSync(`${tmpdir()}/spot-dns-oa-bench-`);
const program = fileURLToPath(new URL('./work.js', import.meta.url));
const reputationProgram = fileURLToPath(new URL('./reputation.js', import.meta.url));

function measure(name: string, file: string): Measurement {
  const output = execFileSync(process.execPath, [program, name, file, folder], { encoding: 'utf8' });
  return JSON.parse(output) as Measurement;
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

function medians(names: readonly string[], file: string): Map<string, Measurement> {
  const found = new Map<string, Measurement[]>(names.map((name) => [name, []]));
  for (let i = 0; i < times; i++) for (const name of names) found.get(name)!.push(measure(name, file));
  const middle = (list: Measurement[]): Measurement => ({
    rows: list[0]!.rows,
    seconds: median(list.map(({ seconds }) => seconds)),
    peakMB: median(list.map(({ peakMB }) => peakMB)),
  });
  return new Map([...found].map(([name, list]) => [name, middle(list)]));
}

/** Addresses in tables of 100,000 ranges: a size that does not depend on `--rows`. */
function sayLookups(): void {
  const lookups = fileURLToPath(new URL('./lookups.js', import.meta.url));
  const found = JSON.parse(execFileSync(process.execPath, [lookups, folder], { encoding: 'utf8' })) as LookupBench;
  say(
    `\n${found.ranges} ranges of the network context loaded in ${found.loadSeconds.toFixed(2)} s, ${found.loadProcessorSeconds.toFixed(2)} s of processor (target 1 s)\n`,
  );
  say('| look-up | a second | peer | of the peer |\n|---|---|---|---|');
  for (const { work, perSecond, peer, peerPerSecond } of found.rows) {
    const ratio = peerPerSecond === undefined ? '-' : `${(perSecond / peerPerSecond).toPrecision(2)} times`;
    const rate = peerPerSecond === undefined ? '-' : `${peer} ${Math.round(peerPerSecond)}`;
    say(`| ${work} | ${Math.round(perSecond)} | ${rate} | ${ratio} |`);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const file = await resultsFile(folder, rows);
  const names = ['ours-nothing', 'duckdb-nothing', 'csv-parser-nothing', 'ours-parquet', 'duckdb-parquet'];
  const found = medians(names, file);
  say(`${rows} rows, median of ${times}; Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
  say('| work | rows/s | of DuckDB | peak MB |\n|---|---|---|---|');
  for (const name of names) {
    const { seconds, peakMB, rows: done } = found.get(name)!;
    if (done !== rows) throw new Error(`${name} did ${done} rows; expected ${rows}`);
    const peer = found.get(`duckdb-${name.split('-').at(-1)!}`)!;
    say(
      `| ${name} | ${Math.round(done / seconds)} | ${(peer.seconds / seconds).toFixed(2)} | ${Math.round(peakMB)} |`,
    );
  }
  const large = await resultsFile(folder, rows * 5);
  for (const name of ['ours-nothing', 'ours-parquet']) {
    const big = measure(name, large);
    say(
      `| ${name}, ${rows * 5} rows | ${Math.round(big.rows / big.seconds)} | - | ${Math.round(big.peakMB)} (${(big.peakMB / found.get(name)!.peakMB).toFixed(2)} of the smaller) |`,
    );
  }
  say(
    `\n${execFileSync(process.execPath, [reputationProgram, String(Math.min(rows, 1_000_000))], { encoding: 'utf8' })}`,
  );
  sayLookups();
  // These need a server, and say so: see CONTRIBUTING.
  for (const name of ['hiveserver2', 'details']) {
    const of = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    say(`\n${execFileSync(process.execPath, [of, '--rows', String(rows)], { encoding: 'utf8' })}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
