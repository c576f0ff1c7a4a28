import { clusterOf, DIALECTS, type Cluster } from './cluster.js';

const COLUMNS = { n: 'bigint?', name: 'string?' } as const;

describe.each(DIALECTS)('a SELECT of %s', (dialect) => {
  let cluster: Cluster;
  const impala = dialect === 'impala';
  beforeEach(async () => {
    cluster = await clusterOf(dialect, { environment: { HOME: '/root' } });
  });
  const value = async (expression: string) => (await cluster.rows(`SELECT ${expression} AS v`))[0]![0];
  const addDay = (d: number) => cluster.sql.run(`ALTER TABLE t ADD IF NOT EXISTS PARTITION (y=2016, d=${d})`);

  it('sees the partitions that were added, with the files that lie there now', async () => {
    const { put, rows, sql } = cluster;
    put('/t/y=2016/d=8/a.parquet', COLUMNS, [{ n: 1, name: 'a' }]);
    expect(await rows('SELECT n FROM t')).toEqual([]);
    await addDay(8);
    put('/t/y=2016/d=8/000000_0', COLUMNS, [{ n: 2, name: null }]);
    for (const hidden of ['_a.parquet', '.a.parquet', 'a.tmp', 'a.copying'])
      put(`/t/y=2016/d=8/${hidden}`, COLUMNS, []);
    const answer = await sql.run('SELECT * FROM `spot`.`t` ORDER BY n');
    expect(answer!.rows).toEqual([
      [1n, 'a', 2016, 8],
      [2n, null, 2016, 8],
    ]);
    const prefix = impala ? '' : 't.';
    expect(answer!.columns).toEqual([
      { name: `${prefix}n`, type: 'bigint' },
      { name: `${prefix}name`, type: 'string' },
      { name: `${prefix}y`, type: 'smallint' },
      { name: `${prefix}d`, type: 'tinyint' },
    ]);
    expect((await sql.run('SELECT * FROM t r WHERE d = 9'))!.columns[0]!.name).toBe(impala ? 'n' : 'r.n');
    expect((await sql.run('SELECT N, d AS `Day` FROM t'))!.columns.map(({ name }) => name)).toEqual(['n', 'day']);
  });

  it(`finds columns by ${impala ? 'position' : 'name'}; what a file lacks is NULL`, async () => {
    const { put, rows, sql } = cluster;
    await sql.run("CREATE TABLE two (a STRING, b STRING) STORED AS PARQUET LOCATION '/two'");
    put('/two/1.parquet', { B: 'string', A: 'string', c: 'int' }, [{ B: 'first', A: 'second', c: 1 }]);
    put('/two/2.parquet', { b: 'string' }, [{ b: 'alone' }]);
    expect(await rows('SELECT a, b FROM two ORDER BY a IS NULL, a')).toEqual(
      impala
        ? [['alone', null], ['first', 'second']] // prettier-ignore
        : [['second', 'first'], [null, 'alone']], // prettier-ignore
    );
  });

  it('fails where the type in a file is another', async () => {
    const { put, refusal, rows, sql } = cluster;
    await sql.run("CREATE TABLE scores (s FLOAT) STORED AS PARQUET LOCATION '/s'");
    put('/s/1.parquet', { s: 'float' }, [{ s: 0.5 }]);
    expect(await rows('SELECT s FROM scores')).toEqual([[0.5]]);
    put('/s/1.parquet', { s: 'double' }, [{ s: 0.5 }]);
    expect(await refusal('SELECT s FROM scores')).toMatch(
      impala
        ? /incompatible Parquet schema for column 'spot\.scores\.s'\. Column type: FLOAT/
        : /Column: \[s\], Expected: float, Found: DOUBLE/,
    );
    await addDay(8);
    put('/t/y=2016/d=8/a.parquet', { n: 'int', name: 'string' }, [{ n: 1, name: 'a' }]);
    expect(await refusal('SELECT n FROM t')).toMatch(impala ? /Column type: BIGINT/ : /no error/);
    cluster.storage.put('/t/y=2016/d=8/a.parquet', 'no parquet');
    expect(await refusal('SELECT n FROM t')).toMatch(/invalid Parquet/);
  });

  it('gives values of their types', async () => {
    const sql = `SELECT true AS a, CAST(1 AS TINYINT) AS b, CAST(9223372036854775807 AS BIGINT) AS c, CAST(0.5 AS FLOAT) AS d,
      CAST(1e300 AS DOUBLE) AS e, CAST(1.5 AS DECIMAL(10,3)) AS f, CAST('2016-07-08' AS DATE) AS g, SUM(1) AS h, NULL AS i,
      CAST('2016-07-08 01:02:03' AS TIMESTAMP) AS j, CAST('a' AS STRING) AS k, COUNT(*) AS \`1\`, CAST(2 AS INT) AS l`;
    const { columns, rows } = (await cluster.sql.run(sql))!;
    expect(columns.map(({ type }) => type)).toEqual(
      'boolean tinyint bigint float double decimal(10,3) date bigint int timestamp string bigint int'.split(' '),
    );
    const [day, time] = ['2016-07-08', '2016-07-08 01:02:03'];
    expect(rows).toEqual([[true, 1, 2n ** 63n - 1n, 0.5, 1e300, '1.500', day, 1n, null, time, 'a', 1n, 2]]);
  });

  it.each([
    ["CONCAT('a', NULL)", null],
    ["CONCAT('a', CONCAT(1, ':'), 'b')", 'a1:b'],
    ["CAST('x' AS INT)", null],
    ["LPAD('7', 2, '0')", '07'],
    ["regexp_extract('Jul  8 04:29', '(?:^|[^0-9])([0-9]{1,2}):([0-9]{2})', 2)", '29'],
    ["regexp_extract('none', '([0-9]+)', 1)", ''],
    ['CAST(3.7 AS INT)', 3],
    ['CAST(-7 / 2 AS BIGINT)', -3n],
    ['CAST(FLOOR((CAST(7 AS BIGINT) % 5) / 2) AS INT)', 1],
    ["CAST('12' AS SMALLINT)", 12],
    ['CAST(CAST(9223372036854775807 AS BIGINT) AS BIGINT)', 2n ** 63n - 1n],
    ['CAST(true AS INT)', 1],
    ['CAST(NULL AS INT)', null],
    ['CAST(200 AS TINYINT)', null],
    ['FLOOR(7 / 2)', 3],
    ['7 DIV 2', 3],
    ['-7 % 3', -1],
    ['NULL <=> NULL', true],
    ['1 == 1', true],
    ["NVL(NULL, 'b')", 'b'],
    [String.raw`'a%b' LIKE 'a\%b'`, true],
    [String.raw`'axb' LIKE 'a\\%b'`, false],
    [String.raw`'a_b' LIKE "a_b"`, true],
    ['current_database()', 'spot'],
    ["'a' -- b", 'a'],
    [String.raw`'it\'s'`, "it's"],
    [String.raw`'a\000b\\'`, 'a\0b\\'],
    [String.raw`'\ud800'`, '\ufffd'],
  ])('%s is %j', async (expression, expected) => expect(await value(expression)).toEqual(expected));

  it(`${impala ? 'makes NULL' : 'cuts the fraction'} of a text with a fraction that is cast to an integer`, async () => {
    expect(await value("CAST('3.7' AS INT)")).toBe(impala ? null : 3);
  });

  it('puts NULL where the server does', async () => {
    const order = (how: string) =>
      cluster.rows(`SELECT a FROM (SELECT 1 AS a UNION ALL SELECT NULL) q ORDER BY a ${how}`);
    expect(await order('')).toEqual(impala ? [[1], [null]] : [[null], [1]]);
    expect(await order('DESC')).toEqual(impala ? [[null], [1]] : [[1], [null]]);
  });

  it('loses a quote that is doubled, as the servers do', async () => {
    const answer = await cluster.sql.run("SELECT 'it''s'");
    expect(answer!.rows).toEqual([[impala ? 'it' : 'its']]);
    if (impala) expect(answer!.columns[0]!.name).toBe('s');
  });

  it(`${impala ? 'leaves variables alone' : 'replaces variables, inside literals too, unless the session says otherwise'}`, async () => {
    const text = '${env:HOME} ${env:NONE} ${system:user.name} ${x}';
    const { sql } = cluster;
    const kept = [[text]];
    const replaced = [['/root ${env:NONE} hive ']];
    expect(await cluster.rows(`SELECT '${text}' AS v`)).toEqual(impala ? kept : replaced);
    if (impala) return;
    const off = { 'set:hiveconf:hive.variable.substitute': 'false' };
    expect((await sql.run(`SELECT '${text}' AS v`, off))!.rows).toEqual(kept);
    await sql.run('SET x=1');
    expect(await cluster.rows("SELECT '${x} ${hiveconf:x}' AS v")).toEqual([['1 1']]);
    await sql.run('SET hive.variable.substitute=false');
    expect(await cluster.rows(`SELECT '${text}' AS v`)).toEqual(kept);
  });

  it('reads no file but those of its tables', async () => {
    expect(await cluster.refusal("SELECT * FROM 'package.json'")).toMatch(/ParseException/);
    expect(await cluster.refusal('SELECT * FROM "package.json"')).toMatch(/ParseException/);
    expect(await cluster.refusal("SELECT * FROM read_text('package.json')")).not.toBe('no error');
  });

  it('knows names of a WITH, and no column that is none', async () => {
    const { rows, refusal } = cluster;
    expect(await rows('WITH q AS (SELECT 1 AS a) SELECT r.a FROM q r')).toEqual([[1]]);
    expect(await refusal('SELECT nothing FROM t')).toMatch(impala ? /^HY000 AnalysisException/ : /^42000 .*Semantic/);
    expect(await rows('EXPLAIN SELECT n FROM t')).toEqual([['PLAN-ROOT SINK']]);
    expect(await refusal('EXPLAIN SELECT n FROM no')).toMatch(/'spot\.no'/);
  });

  if (impala) {
    it('takes no option that is none', async () => {
      const refused = cluster.sql.run('SELECT 1', { NONE: '1' });
      await expect(refused).rejects.toThrow('Invalid query option: NONE');
      expect((await cluster.sql.run('SELECT 1', { SYNC_DDL: 'true' }))!.rows).toEqual([[1]]);
    });
  }
});
