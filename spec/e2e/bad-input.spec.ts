/** Whatever is wrong is said in one line with its code, and the tables are as they were. */
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DNS_TABLES } from '../../schemas/dns.js';
import { PROGRAM, start } from './cli.js';
import {
  contents,
  DATE,
  DEMO_CONFIG,
  hiddenFiles,
  partition,
  resultFiles,
  RESULT_TABLES,
  rowsOf,
  temporaryHomes,
} from './homes.js';
import { inProcess } from './in-process.js';
import type { RunReport } from '../../lib/run-oa.js';

const homes = temporaryHomes();
let sample: string;
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
});

const write = async (path: string, content: string | object): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
};
const replaceByFile = async (path: string): Promise<void> => {
  await rm(path, { recursive: true, force: true });
  await write(path, 'a file');
};
const settings = (extra: object) => ({ storage: { type: 'local', root: 'spot-data' }, ...extra });
const tableFile = (table: keyof typeof DNS_TABLES) => `spot-data/${DNS_TABLES[table].folder}/_table.json`;
const without = (table: keyof typeof DNS_TABLES, column: string) => ({
  columns: Object.fromEntries(Object.entries(DNS_TABLES[table].columns).filter(([name]) => name !== column)),
});
const conf = JSON.parse(await readFile('schemas/dns_conf.json', 'utf8')) as Record<string, Record<string, number>>;
const confWith = (changed: Record<string, number>) => ({
  ...conf,
  dns_results_fields: { ...conf.dns_results_fields, ...changed },
});

interface Case {
  readonly name: string;
  /** Makes it wrong. */
  spoil(home: string): Promise<void>;
  readonly args?: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly says: RegExp;
}

const CONFIG = ['--config', 'config.json'];
const withSettings =
  (extra: object, files: Record<string, string | object> = {}) =>
  async (home: string) => {
    await write(join(home, 'config.json'), settings(extra));
    for (const [name, content] of Object.entries(files)) await write(join(home, name), content);
  };
const misfit = (table: keyof typeof DNS_TABLES, column: string): Case => ({
  name: `table ${table} without ${column}`,
  spoil: (home) => write(join(home, tableFile(table)), without(table, column)),
  status: 1,
  code: 'TABLE_MISFIT',
  says: new RegExp(`${table}\\b.*${column}`),
});

const CASES: readonly Case[] = [
  {
    name: 'a results file that is missing',
    spoil: () => Promise.resolve(),
    args: ['--results', 'nowhere/dns_results.csv'],
    status: 1,
    code: 'FILE_NOT_FOUND',
    says: /nowhere\/dns_results\.csv/,
  },
  {
    name: 'a results file that is a folder',
    spoil: () => Promise.resolve(),
    args: ['--results', 'data'],
    status: 1,
    code: 'FILE_NOT_FOUND',
    says: /folder/,
  },
  {
    name: 'a home in which data is a file',
    spoil: (home) => replaceByFile(join(home, 'data')),
    status: 1,
    code: 'STORAGE_FAILED',
    says: /\/data\/dns.*file/,
  },
  {
    name: 'a home in which ipynb/dns is a file',
    spoil: (home) => replaceByFile(join(home, 'ipynb/dns')),
    status: 1,
    code: 'STORAGE_FAILED',
    says: /\/ipynb\/dns.*file/,
  },
  {
    name: 'a home that is a file',
    spoil: (home) => write(join(home, 'elsewhere'), ''),
    args: ['--home', 'elsewhere'],
    status: 1,
    code: 'STORAGE_FAILED',
    says: /elsewhere\/data.*file/,
  },
  {
    name: 'a notebook that is a folder',
    spoil: async (home) => {
      const notebook = join(home, `ipynb/dns/${DATE}/Advanced_Mode.ipynb`);
      await rm(notebook);
      await mkdir(join(notebook, 'inside'), { recursive: true });
    },
    status: 1,
    code: 'NOTEBOOKS_FAILED',
    says: /Advanced_Mode\.ipynb/,
  },
  {
    name: 'a data folder that is a file',
    spoil: (home) => write(join(home, 'warehouse'), ''),
    args: ['--data', 'warehouse'],
    status: 1,
    code: 'STORAGE_FAILED',
    says: /warehouse.*file/,
  },
  {
    name: 'a staging folder that is a file',
    spoil: (home) => replaceByFile(join(home, 'spot-data/dns/staging')),
    status: 1,
    code: 'STORAGE_FAILED',
    says: /staging.*file/,
  },
  {
    name: 'a partition that is a file',
    spoil: async (home) => {
      await rm(partition(home, 'dns_edge'), { recursive: true });
      await write(partition(home, 'dns_edge'), 'a file');
    },
    args: ['-l', '40'],
    status: 1,
    code: 'STORAGE_FAILED',
    says: /edge\/y=2016\/m=7\/d=8.*file/,
  },
  {
    name: 'settings with an unknown key',
    spoil: withSettings({ networkContex: {} }),
    args: CONFIG,
    status: 2,
    code: 'SETTINGS_INVALID',
    says: /config\.json: unknown key "networkContex"; did you mean "networkContext"\?/,
  },
  {
    name: 'settings with an unknown key further in',
    spoil: withSettings({ details: { limits: 3 } }),
    args: CONFIG,
    status: 2,
    code: 'SETTINGS_INVALID',
    says: /"details\.limits"; did you mean "limit"\?/,
  },
  {
    name: 'settings with a value of another kind',
    spoil: withSettings({ details: { limit: '250' } }),
    args: CONFIG,
    status: 2,
    code: 'SETTINGS_INVALID',
    says: /details\.limit: .*number/,
  },
  {
    name: 'settings that are no JSON',
    spoil: (home) => write(join(home, 'config.json'), '{"storage": '),
    args: CONFIG,
    status: 2,
    code: 'SETTINGS_INVALID',
    says: /config\.json: expected a JSON file/,
  },
  {
    name: 'settings that are missing',
    spoil: () => Promise.resolve(),
    args: CONFIG,
    status: 2,
    code: 'SETTINGS_INVALID',
    says: /config\.json/,
  },
  {
    name: 'dns_conf.json with an unknown column',
    spoil: withSettings({ dnsConf: 'conf.json' }, { 'conf.json': confWith({ dns_query_name: 9 }) }),
    args: CONFIG,
    status: 2,
    code: 'DNS_CONF_INVALID',
    says: /conf\.json: dns_results_fields: unknown column dns_query_name/,
  },
  {
    name: 'dns_conf.json with an index used twice',
    spoil: withSettings({ dnsConf: 'conf.json' }, { 'conf.json': confWith({ score: 7 }) }),
    args: CONFIG,
    status: 2,
    code: 'DNS_CONF_INVALID',
    says: /index 7 is used by dns_qry_rcode and by score/,
  },
  {
    name: 'dns_conf.json with a gap',
    spoil: withSettings({ dnsConf: 'conf.json' }, { 'conf.json': confWith({ score: 9 }) }),
    args: CONFIG,
    status: 2,
    code: 'DNS_CONF_INVALID',
    says: /index 8 is missing/,
  },
  {
    name: 'a context file with a bad line',
    spoil: withSettings(
      { networkContext: { files: ['context.csv'] } },
      { 'context.csv': 'ip,description\n10.0.0.0/8,all\n10.0.0.300,one\n' },
    ),
    args: CONFIG,
    status: 2,
    code: 'LOOKUP_FILE_INVALID',
    says: /context\.csv, line 3: "10\.0\.0\.300"/,
  },
  {
    name: 'a ranges file with a bad line',
    spoil: withSettings({ networkContext: { ranges: ['ranges.csv'] } }, { 'ranges.csv': '10.0.0.9,10.0.0.1,x\n' }),
    args: CONFIG,
    status: 2,
    code: 'LOOKUP_FILE_INVALID',
    says: /ranges\.csv, line 1/,
  },
  {
    name: 'a list of domains with a bad line',
    spoil: withSettings(
      { reputation: [{ service: 'domain-list', name: 'x', file: 'domains.txt' }] },
      { 'domains.txt': 'good.example\nhttp://a.example/\n' },
    ),
    args: CONFIG,
    status: 2,
    code: 'LOOKUP_FILE_INVALID',
    says: /domains\.txt, line 2/,
  },
  {
    name: 'a context file that is missing',
    spoil: withSettings({ networkContext: { files: ['context.csv'] } }),
    args: CONFIG,
    status: 1,
    code: 'FILE_NOT_FOUND',
    says: /context\.csv/,
  },
  misfit('dns_scores', 'dns_qry_name'),
  misfit('dns_scores', 'score'),
  misfit('dns_edge', 'hh'),
  misfit('dns_dendro', 'ip_dst'),
  misfit('dns_ingest_summary', 'total'),
  misfit('dns', 'dns_a'),
  misfit('dns', 'frame_time'),
  {
    name: 'a table with a column of another kind',
    spoil: (home) =>
      write(join(home, tableFile('dns_dendro')), {
        columns: { ...DNS_TABLES.dns_dendro.columns, ip_dst: 'bigint' },
      }),
    status: 1,
    code: 'TABLE_MISFIT',
    says: /dns_dendro: column ip_dst is of kind bigint/,
  },
  {
    name: 'a description of a table that is broken',
    spoil: (home) => write(join(home, tableFile('dns_edge')), '{"columns": {"a": "text"}}'),
    status: 1,
    code: 'TABLE_MISFIT',
    says: /edge\/_table\.json.*"text"/,
  },
  {
    name: 'a day that has lost its raw rows',
    spoil: (home) => rm(join(home, 'spot-data/dns/hive/y=2016'), { recursive: true }),
    args: ['-l', '40'],
    status: 1,
    code: 'WOULD_EMPTY',
    says: /20160708 has no raw rows in dns, and dns_edge, dns_dendro, dns_ingest_summary would become empty; --allow-empty/,
  },
  {
    name: 'a day whose raw rows have nothing to do with the results',
    spoil: async (home) => {
      const file = join(home, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`);
      const lines = (await readFile(file, 'utf8')).split('\n').slice(0, 60);
      await writeFile(file, lines.map((line) => line.replace(/^((?:[^\t]*\t){4})[^\t]*/, '$1other.test')).join('\n'));
    },
    status: 1,
    code: 'WOULD_EMPTY',
    says: /dns_edge of 20160708 has rows, and would be replaced by none; --allow-empty/,
  },
  {
    name: 'a raw file that is damaged',
    spoil: (home) => writeFile(join(home, 'spot-data/dns/hive/y=2016/m=7/d=8/h=4/part-0.parquet'), 'PAR1 not PAR1'),
    args: ['-l', '40'],
    status: 1,
    code: 'QUERY_FAILED',
    says: /part-0\.parquet/,
  },
];

describe('a run ends with its code, one line, and the tables as they were:', () => {
  it.each(CASES)('$name', async ({ spoil, args = [], status, code, says }) => {
    const home = await homes.copyOf(sample);
    await spoil(home);
    const before = await contents(join(home, 'spot-data'));
    const ended = await inProcess(home, 'run', '-d', DATE, ...args);
    expect(ended).toMatchObject({ status, stdout: '' });
    const last = ended.stderr.trimEnd().split('\n').at(-1)!;
    expect(last).toMatch(new RegExp(`^spot-dns-oa: ${code}: `));
    expect(last).toMatch(says);
    expect(await contents(join(home, 'spot-data'))).toEqual(before);
    expect(await hiddenFiles(home)).toEqual([]);
  });
});

describe('a damaged partition of the result', () => {
  it('is replaced by the next run', async () => {
    const home = await homes.copyOf(sample);
    const before = await resultFiles(home);
    for (const table of RESULT_TABLES) await writeFile(join(partition(home, table), 'part-0.parquet'), 'PAR1?');
    expect(await inProcess(home, 'run', '-d', DATE, ...DEMO_CONFIG)).toMatchObject({ status: 0 });
    expect(await resultFiles(home)).toEqual(before);
  });
});

describe('raw rows that are missing', () => {
  const run = async (home: string, ...args: string[]): Promise<RunReport> => {
    const ended = await inProcess(home, 'run', '-d', DATE, '--json', ...args);
    expect(ended.status).toBe(0);
    return JSON.parse(ended.stdout) as RunReport;
  };
  const messages = ({ warnings }: RunReport, code: string) =>
    warnings.filter((warning) => warning.code === code).map(({ message }) => message);

  it('on a new day: a warning, and details that are empty', async () => {
    const home = await homes.empty();
    const results = join(home, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`);
    await mkdir(dirname(results), { recursive: true });
    await cp(join(sample, `data/dns/${DATE}/dns_results.csv`), results);
    const report = await run(home);
    expect(report.tables).toEqual({ dns_scores: 500, dns_edge: 0, dns_dendro: 0, dns_ingest_summary: 0 });
    expect(messages(report, 'RAW_ROWS_MISSING')).toEqual([expect.stringContaining(DATE)]);
  });

  it('--allow-empty lets filled details become empty', async () => {
    const home = await homes.copyOf(sample);
    await rm(join(home, 'spot-data/dns/hive/y=2016'), { recursive: true });
    const report = await run(home, '--allow-empty');
    expect(report.tables).toMatchObject({ dns_scores: 500, dns_edge: 0, dns_dendro: 0, dns_ingest_summary: 0 });
    for (const table of RESULT_TABLES.slice(1)) expect(await rowsOf(home, table)).toEqual([]);
    expect(messages(report, 'RAW_ROWS_MISSING')).toHaveLength(1);
  });

  it('of some hours: a warning that names them, and the details of the others', async () => {
    const home = await homes.copyOf(sample);
    const day = join(home, 'spot-data/dns/hive/y=2016/m=7/d=8');
    const before = await rowsOf(home, 'dns_edge');
    await rename(join(day, 'h=3'), join(home, 'h=3'));
    await rm(join(day, 'h=14'), { recursive: true });
    const report = await run(home, ...DEMO_CONFIG);
    expect(messages(report, 'RAW_HOURS_MISSING')).toEqual([expect.stringContaining('hours 03, 14 (UTC)')]);
    expect(await rowsOf(home, 'dns_edge')).toEqual(before.filter(({ hh }) => hh !== 3 && hh !== 14));
  });
});

describe('a disk that is full in the middle of a write', () => {
  const ARGS = ['run', '-d', DATE, '-l', '100', ...DEMO_CONFIG];

  // No file of the run may become longer than so many blocks of 512 bytes: what goes beyond fails as on a full disk.
  it.each([
    ['the copy of the results', 10, 'dns_results.csv'],
    ['a table', 60, 'dns_dendro/.*part-0.parquet'],
  ])('%s', async (_name, blocks, file) => {
    const home = await homes.copyOf(sample);
    const before = await contents(join(home, 'spot-data'));
    const limited = ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', process.execPath, PROGRAM, ...ARGS];
    const ended = await start('sh', limited, { cwd: home }).ended;
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`\\nspot-dns-oa: STORAGE_FAILED: .*${file}: cannot write`));
    expect(await contents(join(home, 'spot-data'))).toEqual(before);
    expect(await hiddenFiles(home)).toEqual([]);
  });
});
