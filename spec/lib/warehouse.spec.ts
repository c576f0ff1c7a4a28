import { DuckDBInstance } from '@duckdb/node-api';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseOwner, thisOwner } from '../../lib/storage/owner.js';
import { localStorage } from '../../lib/storage/local.js';
import { EmbeddedWarehouse, openEmbeddedWarehouse, type EmbeddedWarehouseOptions } from '../../lib/warehouse.js';
import type { Columns, Row } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import {
  DNS_TABLES,
  dns,
  dnsEdge,
  dnsIngestSummary,
  dnsScores,
  dnsStoryboard,
  dnsThreatInvestigation,
} from '../../schemas/dns.js';
import { defineTable, type TableDefinition } from '../../schemas/tables.js';
import type { PartitionOptions } from '../../streams/contracts.js';
import { codeOf } from '../conformance/storage.js';
import { failingStorage } from '../fakes/failing-storage.js';
import { deadOwner, distantOwner } from '../fakes/owners.js';
import { writeParquet } from '../fakes/parquet-file.js';
import { rowsOf } from '../fakes/rows-of.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const date = '20160708';

describe('the local warehouse', () => {
  const temporary = temporaryFolder();
  let warehouse: EmbeddedWarehouse;
  const warnings: string[] = [];
  const open = async (options: Partial<EmbeddedWarehouseOptions> = {}) => {
    warehouse = await openEmbeddedWarehouse({
      root: temporary.path,
      onWarning: ({ code, message }) => warnings.push(`${code}: ${message}`),
      ...options,
    });
    return warehouse;
  };
  beforeEach(() => void (warnings.length = 0));
  afterEach(() => warehouse?.close());

  const put = async (table: TableDefinition, rows: Row[], options: Partial<PartitionOptions> = {}) => {
    const writer = await warehouse.openPartition(table, { date, ...options });
    try {
      await writer.write(rows.map((row) => ({ ...row })));
      await writer.commit();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  };
  const read = (sql: string) => rowsOf(warehouse.engine, sql);
  const namesIn = (path: string) => readdir(`${temporary.path}/${path}`).catch((): string[] => []);
  const summaryRows = (tdate: string, rows = 3): Row[] =>
    Array.from({ length: rows }, (_, total) => ({ tdate, total }));
  const summaryFolder = `${dnsIngestSummary.folder}/y=2016/m=7/d=8`;
  const scoreRow: Row = {
    frame_time: 'Jul  8 2016 04:29:38.1 UTC',
    unix_tstamp: 1467952178,
    ip_dst: '10.0.2.15',
    dns_qry_name: "o'brien.example",
    score: 0.25,
    hh: 4,
  };

  describe('when it is opened', () => {
    const laidDown = async (table: TableDefinition) =>
      JSON.parse(await readFile(`${temporary.path}/${table.folder}/_table.json`, 'utf8')) as { columns: Columns };

    it('makes the tables that are missing, in the documented layout', async () => {
      await open({ root: `${temporary.path}/new/folder` });
      for (const table of Object.values(DNS_TABLES)) {
        const text = await readFile(`${temporary.path}/new/folder/${table.folder}/_table.json`, 'utf8');
        expect(JSON.parse(text)).toEqual({ table: table.name, columns: table.columns });
      }
    });

    it('makes them in the layout of Spot 1.0 where that is wanted, and never changes one that is there', async () => {
      await open({ layout: 'spot-1.0' });
      expect((await laidDown(dnsScores)).columns).toEqual(dnsScores.spot10);
      await warehouse.close();
      await open();
      expect((await laidDown(dnsScores)).columns).toEqual(dnsScores.spot10);
      expect(await warehouse.init('documented')).toEqual([]);
    });

    it('makes nothing where that is wanted, until init names what it made', async () => {
      await writeParquet(`${temporary.path}/${summaryFolder}/a.parquet`, dnsIngestSummary.columns, summaryRows('a'));
      await open({ layout: null });
      expect(await namesIn(dnsScores.folder)).toEqual([]);
      const others = Object.keys(DNS_TABLES).filter((name) => name !== 'dns_ingest_summary');
      expect(await warehouse.init('spot-1.0')).toEqual(others);
      expect(await namesIn(dnsIngestSummary.folder)).toEqual(['y=2016']);
    });

    it('reads a folder that it cannot write', async () => {
      await writeParquet(`${temporary.path}/${summaryFolder}/a.parquet`, dnsIngestSummary.columns, summaryRows('a'));
      const readOnly = failingStorage(localStorage(), { on: () => true });
      await open({ storage: { ...readOnly, createExclusive: () => readOnly.rename('', '') } });
      expect(await read('SELECT count(*) AS n FROM dns_ingest_summary')).toEqual([{ n: 3 }]);
      expect(await codeOf(put(dnsIngestSummary, summaryRows('b')))).toBe('STORAGE_FAILED');
    });

    it('names a folder that cannot be', async () => {
      await writeFile(`${temporary.path}/file`, '');
      expect(await codeOf(open({ root: `${temporary.path}/file/below` }).then(() => put(dns, [], { hour: 0 })))).toBe(
        'STORAGE_FAILED',
      );
    });

    it('sweeps what dead runs left in the staging folder, and nothing of living ones', async () => {
      const longAgo = Date.now() / 1000 - 25 * 3600;
      const run = async (name: string, owner: string, old: boolean) => {
        const folder = `${temporary.path}/dns/staging/${name}`;
        await mkdir(folder, { recursive: true });
        if (owner) await writeFile(`${folder}/_owner.json`, owner);
        await writeFile(`${folder}/part-0.parquet`, '');
        if (old) await utimes(folder, longAgo, longAgo);
      };
      await run('dead', JSON.stringify(deadOwner('dead')), false);
      await run('living', JSON.stringify(thisOwner('living')), true);
      await run('distant-old', JSON.stringify(distantOwner('distant')), true);
      await run('distant-new', JSON.stringify(distantOwner('distant')), false);
      await run('nobody-old', '', true);
      await run('nobody-new', '', false);
      await run('_journal', '', true);
      await writeFile(`${temporary.path}/dns/staging/_lock-20160708.0123456789abcdef`, '');
      await open();
      expect((await namesIn('dns/staging')).sort()).toEqual(
        ['_journal', '_lock-20160708.0123456789abcdef', 'distant-new', 'living', 'nobody-new'].sort(),
      );
    });

    it('notes who runs', async () => {
      await open({ runId: 'my-run' });
      const writer = await warehouse.openPartition(dnsIngestSummary, { date });
      await writer.write(summaryRows('a'));
      const note = await readFile(`${temporary.path}/dns/staging/my-run/_owner.json`, 'utf8');
      expect(parseOwner(note)).toEqual(thisOwner('my-run'));
      await writer.abort();
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it('refuses a run whose name is no folder', async () => {
      expect(() => new EmbeddedWarehouse({ root: temporary.path, runId: '../x' })).toThrow(/run id/);
    });
  });

  describe('openPartition', () => {
    beforeEach(() => open());

    it('writes a partition that any engine reads, as one file', async () => {
      await put(dnsScores, [scoreRow]);
      expect(await namesIn(`${dnsScores.folder}/y=2016/m=7/d=8`)).toEqual(['part-0.parquet']);
      expect(await namesIn('dns/staging')).toEqual([]);
      const [row] = await read('SELECT * FROM dns_scores');
      expect(row).toMatchObject({
        dns_qry_name: "o'brien.example",
        score: 0.25,
        hh: '04',
        tld: null,
        y: 2016,
        m: 7,
        d: 8,
      });
      expect(Object.keys(row!)).toEqual([...Object.keys(dnsScores.columns), 'y', 'm', 'd']);
    });

    it('replaces the partition of that day, and no other', async () => {
      await put(dnsIngestSummary, summaryRows('other'), { date: '20160709' });
      await put(dnsIngestSummary, summaryRows('old', 5));
      await put(dnsIngestSummary, summaryRows('new', 2));
      const sql = 'SELECT tdate, count(*) AS n, d FROM dns_ingest_summary GROUP BY tdate, d ORDER BY d';
      expect(await read(sql)).toEqual([
        { tdate: 'new', n: 2, d: 8 },
        { tdate: 'other', n: 3, d: 9 },
      ]);
    });

    it('writes to a table of Spot 1.0 unchanged', async () => {
      const { ml_score, ...spot10 } = dnsScores.spot10!;
      await writeParquet(
        `${temporary.path}/${dnsScores.folder}/y=2016/m=7/d=7/000000_0.parquet`,
        { ...spot10, ml_score: ml_score!, site: 'string?' },
        [{ ...scoreRow, ml_score: 0.5, site: 'here' }],
      );
      await warehouse.storage.delete(`${temporary.path}/${dnsScores.folder}/_table.json`);
      await put(dnsScores, [{ ...scoreRow, frame_len: 163 }]);
      expect(await read('SELECT ml_score, hh, frame_len, site, d FROM dns_scores ORDER BY d')).toEqual([
        { ml_score: 0.5, hh: 4, frame_len: null, site: 'here', d: 7 },
        { ml_score: 0.25, hh: 4, frame_len: 163, site: null, d: 8 },
      ]);
    });

    it('names the column that a table lacks, before the first row', async () => {
      const { unix_tstamp, ...others } = dnsScores.columns;
      void unix_tstamp;
      await writeFile(`${temporary.path}/${dnsScores.folder}/_table.json`, JSON.stringify({ columns: others }));
      const failure = await warehouse.openPartition(dnsScores, { date }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'TABLE_MISFIT', message: expect.stringContaining('lacks unix_tstamp') });
    });

    it('names the column that the rows lack, before the first row where it knows them', async () => {
      const { score, ...others } = dnsScores.columns;
      void score;
      expect(await codeOf(warehouse.openPartition(dnsScores, { date, rowColumns: others }))).toBe('TABLE_MISFIT');
      const writer = await warehouse.openPartition(dnsScores, { date });
      const unscored = { ...scoreRow };
      delete unscored.score;
      expect(await codeOf(writer.write([unscored]))).toBe('TABLE_MISFIT');
      await writer.abort();
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it('warns once of what becomes null and of what is left out, but not of what the table may do without', async () => {
      await put(dnsScores, [{ ...scoreRow, mine: 1, dns_sev: 0 }, scoreRow, scoreRow]);
      expect(warnings).toEqual([
        expect.stringMatching(/^COLUMNS_NULL: table dns_scores: the rows lack dns_qry_class, .*network_context/),
        expect.stringMatching(/^COLUMNS_LEFT_OUT: table dns_scores has no mine; left out$/),
      ]);
    });

    it('keeps the old partition, and nothing else, when a row does not fit', async () => {
      await put(dnsIngestSummary, summaryRows('old'));
      const rows = [...summaryRows('new', 2000), { tdate: 'x', total: 2 ** 60 }];
      expect(await codeOf(put(dnsIngestSummary, rows))).toBe('NUMBER_NOT_EXACT');
      expect(await codeOf(put(dnsIngestSummary, [{ tdate: null, total: 1 }]))).toBe('VALUE_INVALID');
      expect(await read('SELECT DISTINCT tdate FROM dns_ingest_summary')).toEqual([{ tdate: 'old' }]);
      expect(await namesIn(summaryFolder)).toEqual(['part-0.parquet']);
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it('keeps the old partition when the disk is full in the middle', async () => {
      await put(dnsIngestSummary, summaryRows('old'));
      await warehouse.close();
      const parquet = { rowGroupRows: 500 };
      await open({ storage: failingStorage(localStorage(), { createAfter: 5000 }), parquet });
      const writer = await warehouse.openPartition(dnsIngestSummary, { date });
      const writing = async () => {
        for (let i = 0; i < 100; i++) await writer.write(summaryRows(`${i}`, 500));
        await writer.commit();
      };
      expect(await codeOf(writing())).toBe('STORAGE_FAILED');
      await writer.abort();
      expect(await read('SELECT DISTINCT tdate FROM dns_ingest_summary')).toEqual([{ tdate: 'old' }]);
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it('says so when the staging folder cannot be made', async () => {
      await mkdir(`${temporary.path}/dns/staging`, { recursive: true });
      await writeFile(`${temporary.path}/dns/staging/${warehouse.runId}`, '');
      expect(await codeOf(put(dnsIngestSummary, summaryRows('new')))).toBe('STORAGE_FAILED');
      expect(await read('SELECT * FROM dns_ingest_summary')).toEqual([]);
    });

    it('replaces several files by one', async () => {
      for (const name of ['000000_0.parquet', 'part-0.parquet', 'x.parquet']) {
        await writeParquet(
          `${temporary.path}/${summaryFolder}/${name}`,
          dnsIngestSummary.columns,
          summaryRows('old'),
        );
      }
      await writeFile(`${temporary.path}/${summaryFolder}/_SUCCESS`, '');
      expect(await read('SELECT count(*) AS n FROM dns_ingest_summary')).toEqual([{ n: 9 }]);
      await put(dnsIngestSummary, summaryRows('new'));
      expect(await namesIn(summaryFolder)).toEqual(['_SUCCESS', 'part-0.parquet']);
      expect(await read('SELECT DISTINCT tdate FROM dns_ingest_summary')).toEqual([{ tdate: 'new' }]);
    });

    it('appends one more file', async () => {
      await put(dnsIngestSummary, summaryRows('a'), { mode: 'append' });
      await put(dnsIngestSummary, summaryRows('b'), { mode: 'append' });
      await Promise.all(['c', 'd', 'e'].map((text) => put(dnsIngestSummary, summaryRows(text), { mode: 'append' })));
      await put(dnsIngestSummary, [], { mode: 'append' });
      expect(await namesIn(summaryFolder)).toHaveLength(5);
      expect(await read('SELECT DISTINCT tdate FROM dns_ingest_summary ORDER BY tdate')).toHaveLength(5);
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it('does not replace rows by none, unless that is allowed', async () => {
      await put(dnsIngestSummary, []);
      await put(dnsIngestSummary, summaryRows('a'));
      expect(await codeOf(put(dnsIngestSummary, []))).toBe('WOULD_EMPTY');
      expect(await read('SELECT count(*) AS n FROM dns_ingest_summary')).toEqual([{ n: 3 }]);
      await put(dnsIngestSummary, [], { allowEmpty: true });
      expect(await read('SELECT * FROM dns_ingest_summary')).toEqual([]);
      await put(dnsIngestSummary, summaryRows('a'));
      await put(dnsIngestSummary, summaryRows('b'), { mode: 'append' });
      await put(dnsIngestSummary, [], { allowEmpty: true });
      expect(await namesIn(summaryFolder)).toEqual([]);
    });

    it('writes the hours of a raw table, all at once', async () => {
      const hours = Array.from({ length: 24 }, (_, hour) => hour);
      await Promise.all(hours.map((hour) => put(dns, [{ unix_tstamp: hour }], { hour })));
      const rows = await read('SELECT unix_tstamp, h FROM dns ORDER BY h');
      expect(rows).toEqual(hours.map((hour) => ({ unix_tstamp: hour, h: hour })));
      expect(await namesIn('dns/staging')).toEqual([]);
    });

    it.each([
      ['dns', undefined],
      ['dns', 24],
      ['dns', -1],
      ['dns', 1.5],
      ['dns_scores', 4],
    ] as const)('judges the hour of a partition of %s: %p', async (name, hour) => {
      expect(await codeOf(warehouse.openPartition(DNS_TABLES[name], { date, hour }))).toBe('VALUE_INVALID');
    });

    it('judges the date, and whose table it is', async () => {
      expect(await codeOf(warehouse.openPartition(dnsScores, { date: '20160231' }))).toBe('DATE_INVALID');
      const foreign = defineTable({ name: 'flow', folder: 'flow/hive', columns: { a: 'int' } });
      expect(await codeOf(warehouse.openPartition(foreign, { date }))).toBe('TABLE_UNKNOWN');
    });
  });

  it('keeps the tables of other pipelines apart', async () => {
    const flow = defineTable({ name: 'flow', folder: 'flow/hive', columns: { a: 'int?' } });
    await open({ tables: [dnsIngestSummary, flow], runId: 'r' });
    const writer = await warehouse.openPartition(flow, { date });
    await writer.write([{ a: 1 }]);
    expect(await namesIn('flow/staging/r')).toContain('_owner.json');
    await writer.commit();
    expect(await namesIn('flow/staging')).toEqual([]);
    expect(await read('SELECT a, d FROM flow')).toEqual([{ a: 1, d: 8 }]);
  });

  it('emptyPartition removes the rows of a day, whatever files they lie in', async () => {
    await open();
    const rows = [{ ip_threat: '10.0.0.1', dns_threat: null, title: 'a', text: 'b' }];
    await put(dnsStoryboard, rows);
    await put(dnsStoryboard, rows, { mode: 'append' });
    await put(dnsStoryboard, rows, { date: '20160709' });
    await warehouse.emptyPartition(dnsStoryboard, date);
    await warehouse.emptyPartition(dnsStoryboard, date);
    expect(await read('SELECT d FROM dns_storyboard')).toEqual([{ d: 9 }]);
    expect(await namesIn('dns/staging')).not.toContain(warehouse.runId);
  });

  it('scores gives the severities of a day, from one statement', async () => {
    await open();
    expect(await warehouse.scores(date)).toEqual({ names: new Map(), clients: new Map() });
    await put(dnsThreatInvestigation, [
      { unix_tstamp: 1, ip_dst: '10.0.0.1', dns_qry_name: "o'brien", ip_sev: 0, dns_sev: 3 },
      { unix_tstamp: 1, ip_dst: '10.0.0.2', dns_qry_name: "o'brien", ip_sev: 2, dns_sev: 1 },
    ]);
    const before = warehouse.engine.statements;
    expect(await warehouse.scores(date)).toEqual({
      names: new Map([["o'brien", 1]]),
      clients: new Map([['10.0.0.2', 2]]),
    });
    expect(warehouse.engine.statements).toBe(before + 1);
    expect((await warehouse.scores('20160709')).names.size).toBe(0);
  });

  it('query gives rows as a stream', async () => {
    await open();
    await put(dnsIngestSummary, summaryRows('a'));
    await put(dnsIngestSummary, summaryRows('b'), { date: '20160709' });
    const rows: Row[] = [];
    const source = warehouse.query('SELECT tdate FROM dns_ingest_summary', { day: parseDay(date) });
    for await (const batch of source) rows.push(...(batch as Row[]));
    expect(rows).toEqual([{ tdate: 'a' }, { tdate: 'a' }, { tdate: 'a' }]);
  });

  it('locates a plain path on this machine', async () => {
    await open();
    expect(warehouse.locate('a/b.csv')).toEqual({ storage: warehouse.local, path: resolve('a/b.csv') });
  });

  it('views open it in any DuckDB, empty tables too', async () => {
    await open({ root: `${temporary.path}/y=1/it's [a] root?` });
    await put(dnsScores, [scoreRow]);
    await put(dns, [{ unix_tstamp: 1, dns_qry_name: 'x' }], { hour: 4 });
    const views = await warehouse.views();
    await put(dnsScores, [scoreRow], { date: '20160709' });
    await writeParquet(`${warehouse.root}/${dnsScores.folder}/y=2016/m=7/d=8/_no.parquet`, { a: 'int' }, [{ a: 1 }]);
    await writeParquet(`${warehouse.root}/${dnsScores.folder}/y=2016/m=7/d=8/.no.parquet`, { a: 'int' }, [{ a: 1 }]);

    const plain = await DuckDBInstance.create(':memory:');
    const connection = await plain.connect();
    await connection.run(views);
    await connection.run(views);
    const rowsIn = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects();
    expect(await rowsIn('SELECT dns_qry_name, hh, d FROM dns_scores ORDER BY d')).toEqual([
      { dns_qry_name: "o'brien.example", hh: '04', d: 8 },
      { dns_qry_name: "o'brien.example", hh: '04', d: 9 },
    ]);
    expect(await rowsIn('SELECT dns_qry_name, h FROM dns')).toEqual([{ dns_qry_name: 'x', h: 4 }]);
    expect(await rowsIn('SELECT * FROM dns_edge')).toEqual([]);
    const described = await rowsIn('DESCRIBE dns_edge');
    expect(described.map(({ column_name }) => column_name)).toEqual([...Object.keys(dnsEdge.columns), 'y', 'm', 'd']);
    connection.closeSync();
    plain.closeSync();
  });

  it('leaves no handle behind that keeps the process alive, and closes twice', async () => {
    await open();
    await read('SELECT 1');
    await warehouse.close();
    await warehouse.close();
    expect(await namesIn('dns/staging')).toEqual([]);
  });
});
