/** A day that is run again: what stays, what changes, and what only `--reset` takes away. */
import { mkdir, readFile, writeFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DNS_TABLES } from '../../schemas/dns.js';
import { writeParquet } from '../fakes/parquet-file.js';
import { startCli, type Ended } from './cli.js';
import {
  ANALYST_TABLES,
  contents,
  DATE,
  DEMO_CONFIG,
  hiddenFiles,
  leftovers,
  partition,
  resultFiles,
  rowsOf,
  tableFolder,
  temporaryHomes,
  type OaTable,
} from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let sample: string;
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
});

const run = async (home: string, ...args: string[]): Promise<Ended> => {
  const ended = await inProcess(home, 'run', '-d', DATE, ...DEMO_CONFIG, ...args);
  expect(ended).toMatchObject({ status: 0 });
  return ended;
};

const FEEDBACK = `spot-data/dns/scored_results/${DATE}/feedback/ml_feedback.csv`;
const OTHER_DAY = '20160709';

/** What analysts leave behind: rows in each of their tables on two days, and the feedback for spot-ml. */
async function analystsWork(home: string, scored: Record<string, unknown>[]): Promise<void> {
  const rows: Record<(typeof ANALYST_TABLES)[number], Record<string, unknown>[]> = {
    dns_threat_investigation: scored,
    dns_threat_dendro: [{ anchor: 'a.test', total: 3, dns_qry_name: 'a.test', ip_dst: '10.10.0.66' }],
    dns_storyboard: [{ ip_threat: '', dns_threat: 'a.test', title: "it's", text: 'so' }],
  };
  for (const date of [DATE, OTHER_DAY]) {
    for (const table of ANALYST_TABLES) {
      const columns = DNS_TABLES[table].columns;
      await writeParquet(join(partition(home, table, date), 'part-0.parquet'), columns, rows[table]);
    }
  }
  await mkdir(dirname(join(home, FEEDBACK)), { recursive: true });
  await writeFile(join(home, FEEDBACK), 'a header\na line\n');
}

const analystFiles = async (home: string, date = DATE) =>
  Promise.all(ANALYST_TABLES.map((table) => contents(partition(home, table, date)).catch(() => ({}))));

const scoreOf = (fields: object) => ({
  unix_tstamp: 1467936000,
  ip_dst: null,
  dns_qry_name: null,
  ip_sev: 0,
  dns_sev: 0,
  ...fields,
});

describe('a second run', () => {
  it('changes nothing: not a byte of a table, nor of the analysts’ work, nor of the folders', async () => {
    const home = await homes.copyOf(sample);
    await analystsWork(home, [scoreOf({ ip_dst: '10.10.0.66', ip_sev: 1 })]);
    const before = await contents(home);
    // In another time zone and language, too.
    const env = { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
    expect(await startCli(home, ['run', '-d', DATE, ...DEMO_CONFIG], { env }).ended).toMatchObject({ status: 0 });
    expect(await contents(home)).toEqual(before);
    expect(Object.keys(await resultFiles(home))).toHaveLength(4);
  });

  it('with another limit keeps as many rows, and with the first one gives the same bytes again', async () => {
    const home = await homes.copyOf(sample);
    const [scores, before] = [await rowsOf(home, 'dns_scores'), await contents(home)];
    await run(home, '-l', '40');
    expect(await rowsOf(home, 'dns_scores')).toEqual(scores.slice(0, 40));
    const copied = await readFile(join(home, `data/dns/${DATE}/dns_results.csv`), 'utf8');
    expect(
      copied
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')[4]),
    ).toEqual(scores.slice(0, 40).map(({ dns_qry_name }) => dns_qry_name));
    const names = new Set(scores.slice(0, 40).map(({ dns_qry_name }) => dns_qry_name));
    expect(new Set((await rowsOf(home, 'dns_edge')).map(({ dns_qry_name }) => dns_qry_name))).toEqual(names);
    await run(home);
    expect(await contents(home)).toEqual(before);
  });

  it('leaves nothing in the staging folder and no hidden file', async () => {
    expect([await leftovers(sample), await hiddenFiles(sample)]).toEqual([[], []]);
  });
});

describe('a notebook that an analyst has edited', () => {
  const folder = (home: string) => join(home, `ipynb/dns/${DATE}`);
  const edited = async (home: string): Promise<[path: string, mine: string, template: string]> => {
    const notebook = join(folder(home), 'Advanced_Mode.ipynb');
    const template = await readFile(notebook, 'utf8');
    const { cells, ...rest } = JSON.parse(template) as { cells: object[] };
    const mine = JSON.stringify({ ...rest, cells: [...cells, { cell_type: 'code', source: ['mine'] }] });
    await writeFile(notebook, mine);
    return [notebook, mine, template];
  };

  it('is kept with the template beside it and a warning, until --fresh-notebooks replaces it; --reset does not', async () => {
    const home = await homes.copyOf(sample);
    const [notebook, mine, template] = await edited(home);
    for (const options of [[], ['--reset']]) {
      expect((await run(home, ...options)).stderr).toMatch(
        /NOTEBOOKS_KEPT: .*Advanced_Mode\.ipynb was edited and is kept; .* Advanced_Mode\.new\.ipynb;/,
      );
      expect(await readFile(notebook, 'utf8')).toBe(mine);
      expect(await readFile(join(folder(home), 'Advanced_Mode.new.ipynb'), 'utf8')).toBe(template);
    }
    expect(await readdir(folder(home))).toHaveLength(3);
    expect((await run(home, '--fresh-notebooks')).stderr).not.toContain('NOTEBOOKS_KEPT');
    expect(await readFile(notebook, 'utf8')).toBe(template);
    expect(await readdir(folder(home))).toHaveLength(3);
  });

  it('replaced by a fresh one leaves nothing beside it', async () => {
    const home = await homes.copyOf(sample);
    const [notebook, , template] = await edited(home);
    expect((await run(home, '--fresh-notebooks')).stderr).not.toContain('NOTEBOOKS_KEPT');
    expect(await readFile(notebook, 'utf8')).toBe(template);
    expect(await readdir(folder(home))).toHaveLength(2);
  });
});

describe('--reset', () => {
  it('empties the analysts’ tables and the feedback of the day, and of no other', async () => {
    const home = await homes.copyOf(sample);
    await analystsWork(home, [scoreOf({ ip_dst: '10.10.0.66', ip_sev: 1 })]);
    const [results, otherDay] = [await resultFiles(home), await analystFiles(home, OTHER_DAY)];
    await run(home, '--reset');
    for (const table of ANALYST_TABLES) expect(await rowsOf(home, table)).toEqual([]);
    await expect(readFile(join(home, FEEDBACK))).rejects.toThrow('ENOENT');
    expect(await analystFiles(home, OTHER_DAY)).toEqual(otherDay);
    expect(await resultFiles(home)).toEqual(results);
  });

  it('does nothing to them when the run fails', async () => {
    const home = await homes.copyOf(sample);
    await analystsWork(home, [scoreOf({ ip_dst: '10.10.0.66', ip_sev: 1 })]);
    const before = await analystFiles(home);
    const ended = await inProcess(home, 'run', '-d', DATE, '--reset', '--results', 'nowhere.csv');
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(await analystFiles(home)).toEqual(before);
    expect(await readFile(join(home, FEEDBACK), 'utf8')).toContain('a line');
  });
});

describe('severity', () => {
  const withSeverities = async (): Promise<string> => {
    const home = await homes.copyOf(sample);
    const columns = { ...DNS_TABLES.dns_scores.columns, dns_sev: 'int?', ip_sev: 'int?' };
    await writeFile(join(tableFolder(home, 'dns_scores'), '_table.json'), JSON.stringify({ columns }));
    return home;
  };
  const severities = async (home: string, table: OaTable = 'dns_scores') =>
    (await rowsOf(home, table)).map(({ dns_qry_name, ip_dst, dns_sev, ip_sev }) => ({
      dns_qry_name,
      ip_dst,
      dns_sev,
      ip_sev,
    }));

  it('is the analysts’ most severe score of that day where the table has the columns, else 0', async () => {
    const home = await withSeverities();
    const [first] = await rowsOf(home, 'dns_scores');
    const name = String(first!.dns_qry_name);
    await analystsWork(home, [
      scoreOf({ dns_qry_name: name, ip_dst: '10.10.0.66', dns_sev: 3, ip_sev: 0 }),
      scoreOf({ dns_qry_name: name, ip_dst: '10.10.0.66', dns_sev: 2, ip_sev: 1 }),
    ]);
    await run(home);
    const rows = await severities(home);
    expect(rows).toHaveLength(500);
    expect(rows.some(({ ip_dst }) => ip_dst === '10.10.0.66')).toBe(true);
    expect(rows).toEqual(
      rows.map((row) => ({
        ...row,
        dns_sev: row.dns_qry_name === name ? 2 : 0,
        ip_sev: row.ip_dst === '10.10.0.66' ? 1 : 0,
      })),
    );
    // What --reset takes away has no say any more.
    await run(home, '--reset');
    expect(await severities(home)).toEqual(rows.map((row) => ({ ...row, dns_sev: 0, ip_sev: 0 })));
  });
});
