/** Tables in the design document's columns and in those of Spot 1.0, made by `init` or copied from elsewhere. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DNS_TABLES } from '../../schemas/dns.js';
import { contents, DATE, DEMO_CONFIG, rowsOf, tableFolder, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';
import type { PlainRow } from './parquet-rows.js';

const homes = temporaryHomes();
let sample: string;
let documented: PlainRow[];
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '1500')).toMatchObject({ status: 0 });
  documented = await rowsOf(sample, 'dns_scores');
});

/** What Spot 1.0 holds of a row of the design document's. */
function asSpot10(row: PlainRow, frameLengths: Map<string, number>): PlainRow {
  const { frame_time, unix_tstamp, score, hh, ...rest } = row;
  return {
    frame_time,
    unix_tstamp,
    frame_len: frameLengths.get(`${String(frame_time)} ${String(row.dns_qry_name)}`),
    ip_dst: rest.ip_dst,
    dns_qry_name: rest.dns_qry_name,
    dns_qry_class: rest.dns_qry_class,
    dns_qry_type: rest.dns_qry_type,
    dns_qry_rcode: rest.dns_qry_rcode,
    ml_score: Math.fround(Number(score)),
    tld: rest.tld,
    query_rep: rest.query_rep,
    hh: Number(hh),
    dns_qry_class_name: rest.dns_qry_class_name,
    dns_qry_type_name: rest.dns_qry_type_name,
    dns_qry_rcode_name: rest.dns_qry_rcode_name,
    network_context: rest.network_context,
  };
}

async function frameLengths(home: string): Promise<Map<string, number>> {
  const file = await readFile(join(home, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`), 'utf8');
  return new Map(
    file
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'))
      .map((fields) => [`${fields[0]!} ${fields[4]!}`, Number(fields[2])]),
  );
}

const withoutTables = async (home: string): Promise<void> => {
  await rm(join(home, 'spot-data/dns/hive/oa'), { recursive: true });
  await rm(join(home, 'spot-data/dns/hive/_table.json'));
};

describe('init', () => {
  it('makes every table once', async () => {
    const home = await homes.empty();
    const first = await inProcess(home, 'init');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toBe(
      Object.keys(DNS_TABLES)
        .map((name) => `created ${name}\n`)
        .join(''),
    );
    const made = await contents(home);
    expect(await inProcess(home, 'init')).toMatchObject({ status: 0, stdout: '8 tables were there already\n' });
    // What is there is kept, whatever is asked for.
    expect(await inProcess(home, 'init', '--tables', 'spot-1.0')).toMatchObject({ status: 0 });
    expect(await contents(home)).toEqual(made);
    expect(await inProcess(home, 'init', '--tables', 'spot-2.0')).toMatchObject({ status: 2, stdout: '' });
  });

  it.each([
    ['documented', Object.keys(DNS_TABLES.dns_scores.columns)],
    ['spot-1.0', Object.keys(DNS_TABLES.dns_scores.spot10!)],
  ])('--tables %s', async (layout, columns) => {
    const home = await homes.empty();
    expect(await inProcess(home, 'init', '--tables', layout, '--data', 'warehouse')).toMatchObject({ status: 0 });
    const described = await inProcess(home, 'sql', 'DESCRIBE dns_scores', '--json', '--data', 'warehouse');
    expect((JSON.parse(described.stdout) as { column_name: string }[]).map(({ column_name }) => column_name)).toEqual(
      [...columns, 'y', 'm', 'd'],
    );
  });

  it('takes the columns of a new dns_scores from dns_conf.json', async () => {
    const home = await homes.empty();
    const conf = JSON.parse(await readFile('schemas/dns_conf.json', 'utf8')) as Record<
      string,
      Record<string, number>
    >;
    const scores = { ...conf.dns_score_fields, dns_sev: 15, ip_sev: 16 };
    await writeFile(join(home, 'conf.json'), JSON.stringify({ ...conf, dns_score_fields: scores }));
    await writeFile(join(home, 'config.json'), JSON.stringify({ dnsConf: 'conf.json' }));
    expect(await inProcess(home, 'init', '--config', 'config.json')).toMatchObject({ status: 0 });
    const { columns } = JSON.parse(await readFile(join(tableFolder(home, 'dns_scores'), '_table.json'), 'utf8')) as {
      columns: object;
    };
    expect(Object.keys(columns).slice(-2)).toEqual(['dns_sev', 'ip_sev']);
  });
});

describe('a run on tables of Spot 1.0', () => {
  it('that init made: frame_len, ml_score and hh as a number', async () => {
    const home = await homes.copyOf(sample);
    await withoutTables(home);
    expect(await inProcess(home, 'init', '--tables', 'spot-1.0')).toMatchObject({ status: 0 });
    expect(await inProcess(home, 'run', '-d', DATE, ...DEMO_CONFIG)).toMatchObject({ status: 0 });
    const lengths = await frameLengths(home);
    const rows = await rowsOf(home, 'dns_scores');
    expect(rows).toEqual(documented.map((row) => asSpot10(row, lengths)));
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(DNS_TABLES.dns_scores.spot10!));
    for (const table of ['dns_edge', 'dns_dendro', 'dns_ingest_summary'] as const) {
      expect(await rowsOf(home, table)).toEqual(await rowsOf(sample, table));
    }
    // The other commands know the score by its other name.
    expect((await inProcess(home, 'demo', '--rows', '1000')).stdout).toContain('ml_score');
  });

  it('that were copied without a note of their columns: those of the files are kept', async () => {
    const made = await homes.copyOf(sample);
    await withoutTables(made);
    expect(await inProcess(made, 'init', '--tables', 'spot-1.0')).toMatchObject({ status: 0 });
    expect(await inProcess(made, 'run', '-d', DATE, ...DEMO_CONFIG)).toMatchObject({ status: 0 });

    const home = await homes.empty();
    // What `hdfs dfs -get` brings: files of an earlier day, under another name, and no _table.json.
    for (const [table, folder] of Object.entries({ dns_scores: 'suspicious', dns_edge: 'edge' })) {
      const from = join(tableFolder(made, table as 'dns_scores'), 'y=2016/m=7/d=8/part-0.parquet');
      const to = join(home, `spot-data/dns/hive/oa/${folder}/y=2016/m=7/d=7`);
      await mkdir(to, { recursive: true });
      await cp(from, join(to, '4d4f-9a_data.0.parquet'));
    }
    await cp(join(made, 'spot-data/dns/hive/y=2016'), join(home, 'spot-data/dns/hive/y=2016'), { recursive: true });
    await cp(join(made, 'spot-data/dns/scored_results'), join(home, 'spot-data/dns/scored_results'), {
      recursive: true,
    });
    await cp(join(made, 'spot-data/demo'), join(home, 'spot-data/demo'), { recursive: true });
    expect(await inProcess(home, 'run', '-d', DATE, ...DEMO_CONFIG)).toMatchObject({ status: 0 });
    expect(await rowsOf(home, 'dns_scores')).toEqual(await rowsOf(made, 'dns_scores'));
    expect(await rowsOf(home, 'dns_edge')).toEqual(await rowsOf(made, 'dns_edge'));
    const files = Object.keys(await contents(tableFolder(home, 'dns_scores')));
    expect(files).not.toContain('_table.json');
    expect(files).toContain('y=2016/m=7/d=7/4d4f-9a_data.0.parquet');
  });
});

describe('a run on results of another site', () => {
  it('reads the columns that dns_conf.json names, here without frame_len and in another order', async () => {
    const home = await homes.copyOf(sample);
    const file = join(home, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`);
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    const others = lines.map((line) => {
      const [time, stamp, , client, name, ...rest] = line.split('\t');
      return [name, time, stamp, client, ...rest].join('\t');
    });
    await writeFile(file, others.join('\n'));
    const conf = JSON.parse(await readFile('schemas/dns_conf.json', 'utf8')) as object;
    const names = 'dns_qry_name frame_time unix_tstamp ip_dst dns_qry_class dns_qry_type dns_qry_rcode score'.split(
      ' ',
    );
    const fields = Object.fromEntries(names.map((name, i) => [name, i]));
    await writeFile(
      join(home, 'conf.json'),
      JSON.stringify({ ...conf, dns_results_fields: fields, add_reputation: { query_rep: 0 } }),
    );
    const settings = JSON.parse(await readFile(join(home, 'spot-data/demo/settings.json'), 'utf8')) as object;
    await writeFile(
      join(home, 'spot-data/demo/other.json'),
      JSON.stringify({ ...settings, dnsConf: '../../conf.json' }),
    );
    expect(await inProcess(home, 'run', '-d', DATE, '--config', 'spot-data/demo/other.json')).toMatchObject({
      status: 0,
    });
    expect(await rowsOf(home, 'dns_scores')).toEqual(documented);
    const copied = await readFile(join(home, `data/dns/${DATE}/dns_results.csv`), 'utf8');
    expect(copied).toBe(`${others.slice(0, 500).join('\n')}\n`);
  });
});

describe('a run on a table of another site', () => {
  it('fills the columns that it has, in its order; what nobody knows is null, and a warning says so', async () => {
    const home = await homes.copyOf(sample);
    const columns = {
      score: 'double',
      site: 'string?',
      dns_qry_name: 'string',
      ip_dst: 'string',
      unix_tstamp: 'bigint',
      frame_time: 'string',
      hh: 'tinyint',
    };
    await writeFile(join(tableFolder(home, 'dns_scores'), '_table.json'), JSON.stringify({ columns }));
    const ended = await inProcess(home, 'run', '-d', DATE, '--json', ...DEMO_CONFIG);
    expect(ended.status).toBe(0);
    const rows = await rowsOf(home, 'dns_scores');
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(columns));
    expect(rows).toEqual(
      documented.map(({ score, dns_qry_name, ip_dst, unix_tstamp, frame_time, hh }) => ({
        score,
        site: null,
        dns_qry_name,
        ip_dst,
        unix_tstamp,
        frame_time,
        hh: Number(hh),
      })),
    );
    const { warnings } = JSON.parse(ended.stdout) as { warnings: { code: string; message: string }[] };
    expect(warnings.filter(({ code }) => code === 'COLUMNS_NULL')).toEqual([
      { code: 'COLUMNS_NULL', message: expect.stringContaining('site') as string },
    ]);
  });
});
