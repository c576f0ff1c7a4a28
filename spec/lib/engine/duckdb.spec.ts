import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { DuckDbEngine } from '../../../lib/engine/duckdb.js';
import { StoredTableFiles } from '../../../lib/partitions/table-files.js';
import { localStorage } from '../../../lib/storage/local.js';
import type { Row } from '../../../schemas/columns.js';
import { parseDay } from '../../../schemas/days.js';
import { DNS_TABLES, dns, dnsIngestSummary, dnsScores } from '../../../schemas/dns.js';
import { defineTable } from '../../../schemas/tables.js';
import { codeOf } from '../../conformance/storage.js';
import { writeParquet } from '../../fakes/parquet-file.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const proxy = defineTable({
  name: 'proxy',
  folder: 'proxy/hive',
  columns: { host: 'string?' },
  partition: { y: 'string', m: 'string', d: 'string', h: 'string' },
});

describe('DuckDbEngine', () => {
  const temporary = temporaryFolder();
  let root: string;
  let engine: DuckDbEngine;

  const openAt = (folder: string) => {
    root = folder;
    engine = new DuckDbEngine({
      tables: [...Object.values(DNS_TABLES), proxy],
      files: new StoredTableFiles({ storage: localStorage(), root: root }),
      root,
    });
  };
  beforeEach(() => openAt(temporary.path));
  afterEach(() => engine.close());

  const summary = `dns/hive/oa/summary`;
  const writeSummary = (folder: string, rows: Row[], name = 'part-0.parquet') =>
    writeParquet(`${root}/${folder}/${name}`, dnsIngestSummary.columns, rows);
  const day = parseDay('20160708');

  describe('tables', () => {
    it('are empty where there are no files, with their columns and partition columns', async () => {
      expect(await rowsOf(engine, 'SELECT * FROM dns_scores')).toEqual([]);
      const described = await rowsOf(engine, 'DESCRIBE dns_ingest_summary');
      expect(
        described.map(({ column_name, column_type }) => `${column_name as string} ${column_type as string}`),
      ).toEqual(['tdate VARCHAR', 'total BIGINT', 'y SMALLINT', 'm TINYINT', 'd TINYINT']);
    });

    it('hold the rows of all files of all partitions, and the values of the partition', async () => {
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'b', total: 2 }], 'rows-1.parquet');
      await writeSummary(`${summary}/y=2016/m=07/d=10`, [{ tdate: 'c', total: 3 }]);
      expect(await rowsOf(engine, 'SELECT * FROM dns_ingest_summary ORDER BY total')).toEqual([
        { tdate: 'a', total: 1, y: 2016, m: 7, d: 8 },
        { tdate: 'b', total: 2, y: 2016, m: 7, d: 8 },
        { tdate: 'c', total: 3, y: 2016, m: 7, d: 10 },
      ]);
    });

    it('never read names that begin with _ or ., other endings, or folders of other depth', async () => {
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
      for (const name of ['_part.parquet', '.part.parquet', 'part.parquet.tmp']) {
        await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'no', total: 0 }], name);
      }
      for (const folder of [
        'y=2016/m=7/d=8/h=1',
        'y=2016/m=7',
        'y=2016/m=7/d=x',
        '_tmp/m=7/d=8',
        'y=2016/m=__HIVE_DEFAULT_PARTITION__/d=8',
      ]) {
        await writeSummary(`${summary}/${folder}`, [{ tdate: 'no', total: 0 }]);
      }
      expect(await rowsOf(engine, 'SELECT tdate FROM dns_ingest_summary')).toEqual([{ tdate: 'a' }]);
    });

    it('of other folders below the raw one are not raw rows', async () => {
      await writeParquet(`${root}/dns/hive/y=2016/m=7/d=8/h=4/raw.parquet`, dns.columns, [{ unix_tstamp: 1 }]);
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
      expect(await rowsOf(engine, 'SELECT unix_tstamp, h FROM dns')).toEqual([{ unix_tstamp: 1, h: 4 }]);
    });

    it('have text partitions where their definition says so', async () => {
      await writeParquet(`${root}/proxy/hive/y=2016/m=07/d=08/h=00/a.parquet`, proxy.columns, [{ host: 'x' }]);
      await writeParquet(`${root}/proxy/hive/y=2016/m=7/d=08/h=00/a.parquet`, proxy.columns, [{ host: 'other' }]);
      expect(await rowsOf(engine, 'SELECT * FROM proxy', { day })).toEqual([
        { host: 'x', y: '2016', m: '07', d: '08', h: '00' },
      ]);
    });

    it('take their columns from the newest file, and give null where a file lacks one', async () => {
      const given = { frame_time: '04:29', unix_tstamp: 1, ip_dst: '10.0.0.1' };
      const { ml_score, hh, ...older } = dnsScores.spot10!;
      await writeParquet(`${root}/${dnsScores.folder}/y=2016/m=7/d=8/a.parquet`, older, [
        { ...given, dns_qry_name: 'old' },
      ]);
      await writeParquet(
        `${root}/${dnsScores.folder}/y=2016/m=12/d=1/a.parquet`,
        { ...older, ml_score: ml_score!, hh: hh! },
        [{ ...given, dns_qry_name: 'new', ml_score: 0.5, hh: 4 }],
      );
      expect((await engine.describe(dnsScores)).map(({ name }) => name)).toEqual([
        ...Object.keys(older),
        'ml_score',
        'hh',
      ]);
      expect(await engine.describe(dnsScores)).toContainEqual({ name: 'hh', kind: 'int', nullable: true });
      expect(await engine.describe(dnsScores)).toContainEqual({ name: 'ip_dst', kind: 'string', nullable: false });
      expect(await rowsOf(engine, 'SELECT dns_qry_name, ml_score, hh FROM dns_scores')).toEqual([
        { dns_qry_name: 'old', ml_score: null, hh: null },
        { dns_qry_name: 'new', ml_score: 0.5, hh: 4 },
      ]);
    });

    it('have the columns laid down for them, in that order and of those kinds', async () => {
      await writeParquet(
        `${root}/${summary}/y=2016/m=7/d=8/a.parquet`,
        { total: 'int', more: 'string', tdate: 'string' },
        [{ total: 5, more: 'x', tdate: 'a' }],
      );
      await writeFile(
        `${root}/${summary}/_table.json`,
        '{"columns": {"tdate": "string", "total": "bigint?", "note": "string?"}}',
      );
      expect(await engine.describe(dnsIngestSummary)).toEqual([
        { name: 'tdate', kind: 'string', nullable: false },
        { name: 'total', kind: 'bigint', nullable: true },
        { name: 'note', kind: 'string', nullable: true },
      ]);
      const [row] = await rowsOf(engine, 'SELECT * EXCLUDE (y, m, d), typeof(total) AS type FROM dns_ingest_summary');
      expect(row).toEqual({ tdate: 'a', total: 5, note: null, type: 'BIGINT' });
    });

    it('name a broken list of columns', async () => {
      await mkdir(`${root}/${summary}`, { recursive: true });
      for (const text of ['{', '{}', '{"columns": {}}', '{"columns": {"a": "text"}}']) {
        await writeFile(`${root}/${summary}/_table.json`, text);
        const failure = await engine.describe(dnsIngestSummary).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: 'TABLE_MISFIT', message: expect.stringContaining('_table.json') });
      }
    });

    it('may lie behind a link', async () => {
      await writeSummary('elsewhere/d=8', [{ tdate: 'a', total: 1 }]);
      await mkdir(`${root}/${summary}/y=2016/m=7`, { recursive: true });
      await symlink(`${root}/elsewhere/d=8`, `${root}/${summary}/y=2016/m=7/d=8`);
      expect(await rowsOf(engine, 'SELECT tdate FROM dns_ingest_summary', { day })).toEqual([{ tdate: 'a' }]);
    });

    it.each(['y=1999/d=1', "o'brien", '[ab]*?', 'a b#%20;ü', 'x{1,2}'])(
      'are found below the folder %j',
      async (name) => {
        await engine.close();
        openAt(`${temporary.path}/${name}`);
        await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
        await writeSummary(`${summary}/y=2016/m=7/d=9`, [{ tdate: 'b', total: 2 }]);
        expect(await rowsOf(engine, 'SELECT tdate, y, d FROM dns_ingest_summary')).toEqual([
          { tdate: 'a', y: 2016, d: 8 },
          { tdate: 'b', y: 2016, d: 9 },
        ]);
      },
    );
  });

  describe('a query of one day', () => {
    it('reads nothing of other days', async () => {
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
      await mkdir(`${root}/${summary}/y=2016/m=7/d=9`, { recursive: true });
      await writeFile(`${root}/${summary}/y=2016/m=7/d=9/broken.parquet`, 'no Parquet');
      const sql = 'SELECT tdate FROM dns_ingest_summary';
      await writeFile(`${root}/${summary}/_table.json`, '{"columns": {"tdate": "string", "total": "bigint"}}');
      expect(await rowsOf(engine, sql, { day })).toEqual([{ tdate: 'a' }]);
      expect(await codeOf(rowsOf(engine, sql))).toBe('QUERY_FAILED');
    });
  });

  describe('values', () => {
    it('are plain ones; an integer is a number where it is exact', async () => {
      const [row] = await rowsOf(
        engine,
        `SELECT 9007199254740991 AS exact, 9007199254740993 AS large, 1::HUGEINT AS huge, sum(1) AS total, 1.5 AS half,
         0.1::FLOAT AS float, 1e300 AS double, true AS yes, NULL AS nothing, 'text' AS text, DATE '2016-07-08' AS date,
         TIMESTAMP '2016-07-08 04:29:38' AS time, [1, 9007199254740993] AS list, {'a': 1, 'b': [2]} AS struct`,
      );
      expect(row).toEqual({
        exact: 9007199254740991,
        large: 9007199254740993n,
        huge: 1,
        total: 1,
        half: 1.5,
        float: Math.fround(0.1),
        double: 1e300,
        yes: true,
        nothing: null,
        text: 'text',
        date: '2016-07-08',
        time: '2016-07-08 04:29:38',
        list: [1, 9007199254740993n],
        struct: { a: 1, b: [2] },
      });
    });

    it('come as they are, whatever bytes a name holds', async () => {
      const names = ["o'brien", 'a\0b', '\ufeffmark', '', 'ünïcödé 🦆', '\u0001\t\r\n', 'x'.repeat(70_000)];
      await writeParquet(
        `${root}/dns/hive/y=2016/m=7/d=8/h=0/a.parquet`,
        dns.columns,
        names.map((dns_qry_name) => ({ dns_qry_name })),
      );
      const rows = await rowsOf(engine, 'SELECT dns_qry_name FROM dns');
      expect(rows.map((row) => row.dns_qry_name)).toEqual(names);
    });

    it('of two columns of one name are both there', async () => {
      expect(Object.values((await rowsOf(engine, 'SELECT 1 AS a, 2 AS a'))[0]!)).toEqual([1, 2]);
    });
  });

  describe('pages', () => {
    it('are of a few thousand rows, and complete', async () => {
      const sizes: number[] = [];
      for await (const page of engine.pages('SELECT i FROM range(20000) t(i)')) sizes.push(page.length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4000);
      expect(sizes.slice(0, -1).every((size) => size >= 1000)).toBe(true);
    });

    it('end when the reader ends', async () => {
      for await (const page of engine.pages('SELECT i FROM range(1000000000000) t(i)')) {
        expect(page[0]).toEqual({ i: 0 });
        break;
      }
      expect(await rowsOf(engine, 'SELECT 1 AS a')).toEqual([{ a: 1 }]);
    });

    it('end with the signal, also while DuckDB is at work', async () => {
      const controller = new AbortController();
      const endless = rowsOf(engine, 'SELECT count(*) FROM range(100000000000) a, range(1000) b', {
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), 20);
      await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
      await expect(rowsOf(engine, 'SELECT 1', { signal: controller.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
    });

    it('end with a signal that comes while the database is opened', async () => {
      const controller = new AbortController();
      const endless = rowsOf(engine, 'SELECT count(*) FROM range(100000000000) a, range(1000) b', {
        signal: controller.signal,
      });
      controller.abort();
      await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('of many queries at once do not disturb one another', async () => {
      await writeSummary(`${summary}/y=2016/m=7/d=8`, [{ tdate: 'a', total: 1 }]);
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, i) => rowsOf(engine, `SELECT total + ${i} AS n FROM dns_ingest_summary`)),
      );
      expect(results.flat()).toEqual(Array.from({ length: 8 }, (_, i) => ({ n: 1 + i })));
    });
  });

  describe('statements', () => {
    it.each([
      'SELECT 1',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      'FROM dns_scores',
      'DESCRIBE dns',
      'SUMMARIZE dns_scores',
      'SHOW TABLES',
      'EXPLAIN SELECT * FROM dns',
      'EXPLAIN ANALYZE SELECT * FROM dns',
      "SELECT table_name FROM information_schema.tables WHERE table_name = 'dns'",
      'SELECT 1; ',
      '-- a comment\n/* and one more */ (SELECT 1)',
    ])('%s reads, and runs', async (sql) => {
      expect((await rowsOf(engine, sql)).length).toBeGreaterThanOrEqual(sql.startsWith('FROM') ? 0 : 1);
    });

    it('SHOW TABLES names the tables', async () => {
      const names = (await rowsOf(engine, 'SHOW TABLES')).map(({ name }) => name);
      expect(names).toEqual([...Object.keys(DNS_TABLES), 'proxy'].sort());
    });

    it.each([
      'CREATE TABLE t (a INT)',
      'CREATE VIEW v AS SELECT 1',
      'DROP VIEW dns',
      "ATTACH 'x.db'",
      'INSTALL httpfs',
      'LOAD httpfs',
      'SET threads = 1',
      'PRAGMA enable_profiling',
      "COPY (SELECT 1) TO 'ROOT/x.csv'",
      "EXPLAIN ANALYZE COPY (SELECT 1) TO 'ROOT/x.csv'",
      "EXPLAIN /**/ ANALYZE COPY (SELECT 1) TO 'ROOT/x.csv'",
      "EXPORT DATABASE 'ROOT/x'",
      'INSERT INTO dns VALUES (1)',
      'DELETE FROM dns',
      'CALL pragma_version()',
      "EXPLAIN EXPORT DATABASE 'ROOT/x'",
      "-- SELECT\nEXPORT DATABASE 'ROOT/x'",
      'WITH a AS (SELECT 1) INSERT INTO dns SELECT 1',
      'BEGIN',
      'PREPARE p AS SELECT 1',
      'SELECT 1; SELECT 2',
      "SELECT 1; EXPORT DATABASE 'ROOT/x'",
      "SELECT * FROM read_text('/etc/hostname')",
      "SELECT * FROM '/etc/hostname'",
      "SELECT * FROM glob('/etc/*')",
      'SELEC 1',
      'SELECT * FROM nothing_like_this',
      '',
    ])('%s is refused', async (sql) => {
      expect(await codeOf(rowsOf(engine, sql.replace('ROOT', root)))).toBe('QUERY_FAILED');
      expect(await localStorage().list(root)).toEqual([]);
    });

    it('are refused with one line that says why', async () => {
      const message = async (sql: string) =>
        ((await rowsOf(engine, sql).catch((error: unknown) => error)) as Error).message;
      expect(await message('DROP VIEW dns')).toMatch(/^got DROP VIEW dns; .*only read.*SELECT/);
      expect(await message('SELECT * FROM dnss')).toMatch(/^Catalog Error: .*dnss.* Did you mean/);
      expect(await message('SELECT 1; SELECT 2')).toMatch(/^got 2 statements; expected one/);
    });

    it('are counted', async () => {
      await rowsOf(engine, 'SELECT 1');
      await engine.execute('SELECT 1');
      expect(engine.statements).toBe(2);
    });
  });
});
