/** `run --dry-run` says what a run does, and does nothing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DNS_TABLES } from '../../schemas/dns.js';
import type { Operation } from '../../lib/operations.js';
import { writeParquet } from '../fakes/parquet-file.js';
import { cli } from './cli.js';
import { ANALYST_TABLES, contents, DATE, DEMO_CONFIG, partition, temporaryHomes } from './homes.js';
import { recordOperations, type Done } from './recorded.js';

const homes = temporaryHomes();
const done = await recordOperations();
const { planDnsOa, runDnsOa } = await import('../../lib/dns-oa.js');
const { loadSettings } = await import('../../lib/settings.js');
const { inProcess } = await import('./in-process.js');

let sample: string;
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '1500')).toMatchObject({ status: 0 });
});

/** Ids of the run, of its claim to the lock and of an audit record are other ones each time. */
const withoutIds = (text: string): string =>
  text
    .replace(/(oa_audit\/\d{8})\/[^/]+\.json$/, '$1/RECORD')
    .replaceAll(/\d{8}-[0-9a-z]+-[0-9a-f]{8}/g, 'RUN')
    .replaceAll(/(_lock-\d{8})\.[0-9a-f]{16}/g, '$1.CLAIM');

const planned = (operations: readonly Operation[]): string[] =>
  operations.map((operation) => {
    if (operation.kind === 'statement') return `statement ${operation.sql}`;
    if (operation.kind === 'host') return `ask ${operation.host}`;
    // A template becomes a file of the home: for the storage that is a new file.
    if (operation.do === 'copy') return `create ${operation.path}`;
    return withoutIds(`${operation.do} ${operation.do === 'rename' ? `${operation.from} -> ` : ''}${operation.path}`);
  });

/**
 * How the engine holds the files that it reads, the note of who runs and files of which nothing is seen are no
 * operations of the run; neither is what is read of tables and settings.
 */
const SCRATCH = /\/(_owner\.json|read-[0-9a-f]{8}|[^/]+\.part)$|\/staging\/RUN$|^delete .*\/staging\/RUN\//;
const SMALL_READS = /^read .*(_table\.json|settings\.json|_owner\.json|\/demo\/[^/]+|rejected\.tsv.*|_lock-.*)$/;
const essential = (lines: string[]): string[] =>
  lines.filter((line) => !SCRATCH.test(line) && !SMALL_READS.test(line));
const really = (operations: readonly Done[]): string[] =>
  operations.map(({ do: doing, what }) => withoutIds(`${doing} ${what}`));

async function expectSame(options: Parameters<typeof runDnsOa>[0]): Promise<string[]> {
  const plan = await planDnsOa(options);
  done.length = 0;
  await runDnsOa(options);
  const found = essential(really(done));
  expect(essential(planned(plan))).toEqual(found);
  return found;
}

describe('the plan', () => {
  it('is what a run does, in order', async () => {
    const home = await homes.copyOf(sample);
    const settings = await loadSettings(join(home, 'spot-data/demo/settings.json'));
    const operations = await expectSame({ date: DATE, home, settings, freshNotebooks: true });
    expect(operations.filter((line) => line.startsWith('statement'))).toHaveLength(5);
    expect(operations.filter((line) => line.startsWith('rename'))).toHaveLength(4);
  });

  it('is what the first run in an empty folder does, with results of another place', async () => {
    const home = await homes.empty();
    const results = join(sample, `data/dns/${DATE}/dns_results.csv`);
    const settings = { storage: { type: 'local', root: join(home, 'warehouse') } } as const;
    const plan = planned(await planDnsOa({ date: DATE, home, settings, results, limit: 7 }));
    done.length = 0;
    await runDnsOa({ date: DATE, home, settings, results, limit: 7 });
    // Without raw rows there are no details to be put in place, and it is asked whether there were any.
    const detail = /staging\/RUN\/dns_(edge|dendro|ingest_summary)/;
    const asked = /^statement SELECT 'dns_edge' AS origin, COUNT/;
    expect(essential(plan).filter((line) => !detail.test(line))).toEqual(
      essential(really(done)).filter((line) => !asked.test(line)),
    );
    expect(plan.filter((line) => line.endsWith('_table.json'))).toHaveLength(8);
    expect(plan).toContain(`read ${results}`);
  });

  it('copies the template beside a notebook that was edited, and ours beside those of another language', async () => {
    const home = await homes.copyOf(sample);
    const settings = await loadSettings(join(home, 'spot-data/demo/settings.json'));
    const day = join(home, `ipynb/dns/${DATE}`);
    await writeFile(join(day, 'Advanced_Mode.ipynb'), 'mine');
    const templates = join(home, 'templates');
    await mkdir(templates);
    const metadata = { kernelspec: { language: 'python' } };
    const python = JSON.stringify({ nbformat: 4, metadata, cells: [] });
    await writeFile(join(templates, 'Advanced_Mode_master.ipynb'), python);
    const operations = await expectSame({ date: DATE, home, settings: { ...settings, notebooks: { templates } } });
    const copied = ['Advanced_Mode.new', 'typescript/Advanced_Mode', 'typescript/Threat_Investigation'];
    expect(operations.filter((line) => line.endsWith('.ipynb'))).toEqual(
      copied.map((name) => `create ${day}/${name}.ipynb`),
    );
  });

  it('with --reset names the analysts’ partitions and the feedback', async () => {
    const home = await homes.copyOf(sample);
    const settings = await loadSettings(join(home, 'spot-data/demo/settings.json'));
    for (const table of ANALYST_TABLES) {
      await writeParquet(join(partition(home, table), 'part-0.parquet'), DNS_TABLES[table].columns, [{}]);
    }
    const feedback = join(home, `spot-data/dns/scored_results/${DATE}/feedback/ml_feedback.csv`);
    await mkdir(dirname(feedback), { recursive: true });
    await writeFile(feedback, 'x\n');
    const operations = await expectSame({ date: DATE, home, settings, reset: true, freshNotebooks: true });
    expect(operations.at(-2)).toBe(`delete ${feedback}`);
    expect(operations.filter((line) => /^delete .*threat_/.test(line))).toHaveLength(2);
    // What goes is read, and written down, before.
    const record = operations.findIndex((line) => line.endsWith(`/oa_audit/${DATE}/RECORD`));
    expect(operations.slice(record - 3, record).every((line) => line.startsWith('statement SELECT'))).toBe(true);
    expect(operations[record + 1]).toMatch(/^delete .*threat_investigation/);
  });
});

describe('run --dry-run', () => {
  it('works in an empty folder and leaves it empty', async () => {
    const home = await homes.empty();
    const ended = await cli(home, 'run', '-d', DATE, '--dry-run');
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toContain(`makeDirectories ${home}/data/dns/${DATE}\n`);
    expect(ended.stdout).toContain(`${home}/spot-data/dns/hive/oa/edge/y=2016/m=7/d=8/part-0.parquet\n`);
    expect(await contents(home)).toEqual({});
  });

  it('changes nothing in a warehouse, does not read the results and needs none', async () => {
    const home = await homes.copyOf(sample);
    const before = await contents(home);
    const ended = await cli(home, 'run', '-d', `${DATE}..20160709`, '--dry-run', '--reset', '--json', ...DEMO_CONFIG);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const { operations, ...rest } = JSON.parse(ended.stdout) as { operations: Operation[] };
    expect(rest).toEqual({});
    for (const operation of operations) {
      expect(Object.keys(operation).sort()).toEqual(
        operation.kind === 'statement'
          ? ['kind', 'sql']
          : 'from' in operation
            ? ['do', 'from', 'kind', 'path']
            : ['do', 'kind', 'path'],
      );
    }
    const paths = operations.flatMap((operation) => (operation.kind === 'file' ? [operation.path] : []));
    expect(paths.filter((path) => path.endsWith('scores/dns_results.csv'))).toEqual([
      `${home}/spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`,
      `${home}/spot-data/dns/scored_results/20160709/scores/dns_results.csv`,
    ]);
    expect(paths).toContain(`${home}/spot-data/demo/networkcontext.csv`);
    expect(paths).toContain(`${home}/spot-data/demo/domains.txt`);
    expect(await contents(home)).toEqual(before);
  });

  it('makes a missing table once, however many days follow', async () => {
    const home = await homes.empty();
    const { stdout } = await cli(home, 'run', '-d', `${DATE}..20160710`, '--dry-run', '--tables', 'spot-1.0');
    expect(stdout.split('\n').filter((line) => line.endsWith('/dns/hive/_table.json'))).toHaveLength(1);
  });
});
