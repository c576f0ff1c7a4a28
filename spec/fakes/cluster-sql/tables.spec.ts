import { clusterOf, DIALECTS, type Cluster } from './cluster.js';

describe.each(DIALECTS)('tables of %s', (dialect) => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await clusterOf(dialect);
  });
  const impala = dialect === 'impala';

  it('are made, listed and dropped; the files of an external one stay', async () => {
    const { sql, rows, storage, put } = cluster;
    put('/t/y=2016/d=8/a.parquet', { n: 'bigint', name: 'string' }, [{ n: 1, name: 'x' }]);
    await sql.run("CREATE TABLE own (a INT COMMENT 'c', b DECIMAL(10, 2)) STORED AS PARQUET TBLPROPERTIES ('k'='v')");
    expect(sql.tables).toEqual(['spot.own', 'spot.t']);
    expect(await rows('SHOW TABLES')).toEqual([['own'], ['t']]);
    expect(await rows("SHOW TABLES IN spot LIKE 'o*|x'")).toEqual([['own']]);
    expect(await rows('SHOW DATABASES')).toEqual(impala ? [['default', ''], ['spot', '']] : [['default'], ['spot']]); // prettier-ignore
    await sql.run('INSERT INTO own VALUES (1, 1.5)');
    expect(await rows('SELECT * FROM own')).toEqual([[1, '1.50']]);
    await sql.run('DROP TABLE own');
    await sql.run('DROP TABLE IF EXISTS `spot`.`t`');
    await sql.run('DROP TABLE IF EXISTS t');
    expect(sql.tables).toEqual([]);
    expect(storage.paths).toEqual(['/t/y=2016/d=8/a.parquet']);
  });

  it('that exist are an error unless the statement says otherwise', async () => {
    expect(await cluster.refusal('CREATE TABLE t (a INT) STORED AS PARQUET')).toMatch(/already exists/i);
    expect(await cluster.refusal('CREATE DATABASE spot')).toMatch(/already exists/i);
    expect(await cluster.refusal('CREATE DATABASE IF NOT EXISTS spot')).toBe('no error');
    expect(await cluster.refusal('CREATE TABLE IF NOT EXISTS t (a INT) STORED AS PARQUET')).toBe('no error');
  });

  it('that do not exist are an error in the text of the server', async () => {
    const { refusal } = cluster;
    if (impala) {
      expect(await refusal('SELECT 1 FROM no')).toBe(
        "HY000 AnalysisException: Could not resolve table reference: 'spot.no'",
      );
      expect(await refusal('DESCRIBE spot.no')).toBe("HY000 AnalysisException: Could not resolve path: 'spot.no'");
      expect(await refusal('DROP TABLE no')).toBe('HY000 AnalysisException: Table does not exist: spot.no');
      expect(await refusal('REFRESH no')).toBe('HY000 AnalysisException: Table does not exist: spot.no');
      expect(await refusal('USE nodb')).toBe('HY000 AnalysisException: Database does not exist: nodb');
    } else {
      const missing =
        /^42S02 Error while compiling statement: FAILED: SemanticException \[Error 10001\]: .*'spot\.no'$/;
      expect(await refusal('SELECT 1 FROM no')).toMatch(missing);
      expect(await refusal('DESCRIBE spot.no')).toMatch(missing);
      expect(await refusal('DROP TABLE no')).toBe('no error');
      expect(await refusal('USE nodb')).toMatch(/^42000 .*\[Error 10072\]/);
    }
    expect(await refusal('SELECT 1 FROM nodb.t')).toMatch(impala ? /'nodb\.t'/ : /^42S02/);
  });

  it('are described with the partition columns last, by Hive once more', async () => {
    const answer = await cluster.sql.run('DESCRIBE `spot`.`t`');
    expect(answer!.columns.map(({ name }) => name)).toEqual(
      impala ? ['name', 'type', 'comment'] : ['col_name', 'data_type', 'comment'],
    );
    const all = [
      ['n', 'bigint', ''],
      ['name', 'string', ''],
      ['y', 'smallint', ''],
      ['d', 'tinyint', ''],
    ];
    const again = [
      ['', null, null],
      ['# Partition Information', null, null],
      ['# col_name', 'data_type', 'comment'],
      ['y', 'smallint', ''],
      ['d', 'tinyint', ''],
    ];
    expect(answer!.rows).toEqual(impala ? all : [...all, ...again]);
    expect(await cluster.rows('DESCRIBE FORMATTED t')).toContainEqual(['Location:', 'hdfs://localhost:8020/t', null]);
  });

  it('lie in the database of the session, or in one that a server names with the statement', async () => {
    const { sql } = cluster;
    await sql.run("CREATE SCHEMA IF NOT EXISTS other COMMENT 'c' LOCATION '/other'");
    await sql.run('CREATE TABLE other.t (a INT) STORED AS PARQUET');
    expect((await sql.run('SELECT * FROM t', { 'use:database': 'other' }))!.columns).toHaveLength(1);
    await sql.run('USE other');
    expect((await sql.run('SELECT * FROM t JOIN spot.t AS s ON true'))!.columns).toHaveLength(5);
    expect(await cluster.refusal('DROP DATABASE other')).toMatch(/not empty/);
    await sql.run('DROP DATABASE other CASCADE');
    expect(await cluster.refusal('SELECT 1')).toMatch(/Database does not exist: other/);
  });

  it.each(
    impala
      ? [
          'MSCK REPAIR TABLE t',
          'ANALYZE TABLE t COMPUTE STATISTICS',
          'INSERT INTO t PARTITION (y=1, d=1) (n) VALUES (1)',
        ]
      : ['REFRESH t', 'COMPUTE STATS t', 'ALTER TABLE t RECOVER PARTITIONS', 'INVALIDATE METADATA t'],
  )('do not know the statement of the other server: %s', async (statement) => {
    expect(await cluster.refusal(statement)).toMatch(impala ? /^HY000 ParseException/ : /^42000 .*ParseException/);
  });

  it.each(['SELECT 1;', 'SELECT 1; SELECT 2', 'PRAGMA x', 'COPY t TO 1', '', 'DROP TABLE t t', 'SELECT 1 FROM'])(
    'are not touched by %j',
    async (statement) => {
      expect(await cluster.refusal(statement)).toMatch(/ParseException/);
      expect(cluster.sql.tables).toEqual(['spot.t']);
    },
  );
});
