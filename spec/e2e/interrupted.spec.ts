/** Runs that are killed, ended by a signal, or meet another run of the same day. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { DNS_TABLES } from '../../schemas/dns.js';
import { writeParquet } from '../fakes/parquet-file.js';
import { cli, PROGRAM, start, startCli, type Ended } from './cli.js';
import {
  DATE,
  DEMO_CONFIG,
  hiddenFiles,
  leftovers,
  partition,
  resultFiles,
  RESULT_TABLES,
  temporaryHomes,
} from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
const PRELOAD = fileURLToPath(new URL('preload/end-at-call.js', import.meta.url));
const RUN = ['run', '-d', DATE, ...DEMO_CONFIG];

/** A day that was run with another limit, so that every table changes; one partition was copied from elsewhere in two files. */
let sample: string;
let before: Record<string, string>;
/** What an undisturbed run makes of it. */
let after: Record<string, string>;
/** The calls of that run that change files. */
let calls: string[];

beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '1500')).toMatchObject({ status: 0 });
  expect(await inProcess(sample, ...RUN, '-l', '60')).toMatchObject({ status: 0 });
  const summary = join(partition(sample, 'dns_ingest_summary'), 'part-0.parquet');
  await writeParquet(summary, DNS_TABLES.dns_ingest_summary.columns, [{ tdate: '2016-07-08 00:00', total: 1 }]);
  const dendro = partition(sample, 'dns_dendro');
  await cp(join(dendro, 'part-0.parquet'), join(dendro, '000000_0.parquet'));
  before = await resultFiles(sample);
  const home = await homes.copyOf(sample);
  const log = join(await homes.empty(), 'calls');
  expect(await endedAt(home, { END_LOG: log })).toMatchObject({ status: 0 });
  calls = (await readFile(log, 'utf8')).trimEnd().split('\n');
  after = await resultFiles(home);
});

const endedAt = (home: string, env: Record<string, string>): Promise<Ended> =>
  start(process.execPath, ['--import', PRELOAD, PROGRAM, ...RUN], { cwd: home, env: { ...process.env, ...env } })
    .ended;

/** Each table holds the day as it was or as it will be, whole; a replacement that is decided needs its journal yet. */
async function expectOldOrNew(home: string): Promise<void> {
  const isDecided = (await leftovers(home)).some((name) => name.endsWith('dendro.y=2016.m=7.d=8.json'));
  const found = await resultFiles(home);
  const of = (files: Record<string, string>, table: string) =>
    Object.entries(files).filter(([path]) => path.startsWith(`${table}/`));
  for (const table of RESULT_TABLES) {
    if (table === 'dns_dendro' && isDecided) continue;
    expect([of(before, table), of(after, table)]).toContainEqual(of(found, table));
  }
}

async function expectMended(home: string): Promise<void> {
  await expectOldOrNew(home);
  expect(await inProcess(home, ...RUN)).toMatchObject({ status: 0 });
  expect(await resultFiles(home)).toEqual(after);
  expect(await leftovers(home)).toEqual([]);
  expect(await hiddenFiles(home)).toEqual([]);
}

describe('kill -9', () => {
  it('the run changes every table', () => {
    expect(Object.keys(before)).toHaveLength(5);
    expect(Object.keys(after)).toHaveLength(4);
    for (const path of Object.keys(after)) expect(after[path]).not.toBe(before[path]);
  });

  it('right before and after a table is put in place, and at moments between: the next run mends it', async () => {
    const at = (call: RegExp) => calls.flatMap((one, i) => (call.test(one) ? [i + 1] : []));
    const intoPlace = at(/^rename\t.*\/(hive\/oa|_journal)\/[^\t]*$/);
    expect(intoPlace.length).toBeGreaterThanOrEqual(5);
    const decided = at(/^rename\t.*\/_journal\/[^\t]*$/).map((moment) => moment + 1);
    const between = calls.flatMap((_, i) => (i % 20 === 5 ? [i + 1] : []));
    const moments = [...new Set([...intoPlace, intoPlace[0]! + 1, ...decided, ...between])];
    for (let i = 0; i < moments.length; i += 2) {
      const pair = await Promise.all(
        moments.slice(i, i + 2).map(async (moment) => {
          const home = await homes.copyOf(sample);
          const { signal } = await endedAt(home, { END_AT: String(moment), END_WITH: 'SIGKILL' });
          expect({ moment, signal }).toEqual({ moment, signal: 'SIGKILL' });
          return home;
        }),
      );
      for (const home of pair) await expectMended(home);
    }
  });

  it('one after the other in one home, by the clock: the last run mends all', async () => {
    const home = await homes.copyOf(sample);
    for (const milliseconds of [350, 500, 700, 900]) {
      const { child, ended } = startCli(home, RUN);
      await Promise.race([wait(milliseconds), ended]);
      child.kill('SIGKILL');
      await ended;
    }
    await expectMended(home);
  });
});

describe('a signal', () => {
  it.each([
    ['SIGTERM', 143, 'while results are read', /dns_results\.csv\.[0-9a-f]+\.tmp\t/],
    ['SIGTERM', 143, 'while details are staged', /^open\t.*staging.*dns_edge/],
    ['SIGINT', 130, 'while the first table is staged', /^open\t.*staging.*dns_scores/],
  ])(
    '%s ends with status %d %s: no output, no staging, the tables as they were',
    async (signal, status, _when, call) => {
      const home = await homes.copyOf(sample);
      const at = calls.findIndex((one) => call.test(one)) + 1;
      expect(at).toBeGreaterThan(0);
      const ended = await endedAt(home, { END_AT: String(at), END_WITH: signal });
      expect(ended).toMatchObject({ status, signal: null, stdout: '' });
      expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(/^spot-dns-oa: ABORTED: the run was ended/);
      expect(await leftovers(home)).toEqual([]);
      expect(await hiddenFiles(home)).toEqual([]);
      expect(await resultFiles(home)).toEqual(before);
    },
  );

  it('ends a demo that is still making its day, too', async () => {
    const home = await homes.empty();
    const { child, ended } = startCli(home, ['demo', '--rows', '400000']);
    child.stderr!.once('data', () => child.kill('SIGTERM'));
    const { status, stdout, stderr } = await ended;
    expect({ status, stdout }).toEqual({ status: 143, stdout: '' });
    expect(stderr).toMatch(/\nspot-dns-oa: ABORTED: /);
    expect(await leftovers(home)).toEqual([]);
  });
});

describe('two runs', () => {
  it('of one day at once: one may be told that the day is locked, and the tables are right', async () => {
    const home = await homes.copyOf(sample);
    const ended = await Promise.all([cli(home, ...RUN), cli(home, ...RUN)]);
    const failed = ended.filter(({ status }) => status !== 0);
    expect(failed.length).toBeLessThanOrEqual(1);
    for (const one of failed) {
      expect(one).toMatchObject({ status: 1, stdout: '' });
      expect(one.stderr).toMatch(/spot-dns-oa: LOCKED: .*_lock-20160708/);
    }
    expect(await resultFiles(home)).toEqual(after);
    expect(await leftovers(home)).toEqual([]);
  });

  it('of one day, the first of which stands still: the second is told by whom the day is locked', async () => {
    const home = await homes.copyOf(sample);
    const { child, ended } = startCli(home, RUN);
    await new Promise<void>((resolve) => {
      child.stderr!.once('data', () => {
        child.kill('SIGSTOP');
        resolve();
      });
    });
    const second = await inProcess(home, ...RUN);
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(new RegExp(`LOCKED: .*locked by process ${child.pid}\\b`));
    // Another day is free.
    expect(await inProcess(home, 'run', '-d', '20160709')).toMatchObject({ status: 3 });
    expect(await resultFiles(home)).toEqual(before);
    child.kill('SIGCONT');
    expect(await ended).toMatchObject({ status: 0 });
    expect(await resultFiles(home)).toEqual(after);
  });

  it('a lock and a staging folder of a run that is dead are no hindrance', async () => {
    const home = await homes.copyOf(sample);
    const { child, ended } = startCli(home, RUN);
    child.stderr!.once('data', () => child.kill('SIGKILL'));
    await ended;
    expect((await leftovers(home)).filter((name) => name.startsWith('_lock-'))).toHaveLength(1);
    expect(await inProcess(home, ...RUN)).toMatchObject({ status: 0 });
    expect(await leftovers(home)).toEqual([]);
  });
});
