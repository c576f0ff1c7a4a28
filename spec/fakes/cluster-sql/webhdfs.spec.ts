/** The tests' cluster over the tests' HDFS. */
import { webHdfsStorage } from '../../../lib/storage/webhdfs.js';
import { FakeClusterSql } from '../cluster-sql.js';
import { fakeHdfs } from '../hdfs-fixture.js';
import { parquetBytes } from '../parquet-file.js';
import { DIALECTS } from './cluster.js';

describe.each(DIALECTS)('%s over WebHDFS', (dialect) => {
  const hdfs = fakeHdfs();
  let sql: FakeClusterSql;
  beforeEach(() => {
    sql = new FakeClusterSql({ storage: webHdfsStorage({ nameNodes: hdfs.fake.nameNodes, user: 'spot' }), dialect });
  });
  afterEach(() => sql.close());

  it('makes a table, loads and inserts rows, and reads them, several statements at a time', async () => {
    const day = 'PARTITION (y=2016)';
    await sql.run(
      "CREATE EXTERNAL TABLE t (n BIGINT) PARTITIONED BY (y SMALLINT) STORED AS PARQUET LOCATION '/user/spot/t'",
    );
    await sql.run(`ALTER TABLE t ADD IF NOT EXISTS ${day}`);
    await hdfs.put('/staging/run/part-0.parquet', parquetBytes({ n: 'bigint' }, [{ n: 1 }, { n: 2 }]));
    await sql.run(`LOAD DATA INPATH '/staging/run/part-0.parquet' OVERWRITE INTO TABLE t ${day}`);
    await sql.run(`INSERT INTO t ${day} VALUES (CAST(3 AS BIGINT))`);
    const client = hdfs.client();
    const names = (await client.list('/user/spot/t/y=2016')).map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(names).toContain('part-0.parquet');
    expect(await client.list('/staging/run')).toEqual([]);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => sql.run(`SELECT ${i} AS i, SUM(n) AS total, MIN(y) AS y FROM t`)),
    );
    expect(answers.map((answer) => answer!.rows)).toEqual(answers.map((_, i) => [[i, 6n, 2016]]));
  });

  it('sees no partition of a folder alone', async () => {
    await sql.run("CREATE EXTERNAL TABLE t (n BIGINT) PARTITIONED BY (y SMALLINT) STORED AS PARQUET LOCATION '/t'");
    await hdfs.put('/t/y=2016/a.parquet', parquetBytes({ n: 'bigint' }, [{ n: 1 }]));
    expect((await sql.run('SELECT n FROM t'))!.rows).toEqual([]);
    await sql.run(dialect === 'impala' ? 'ALTER TABLE t RECOVER PARTITIONS' : 'MSCK REPAIR TABLE t');
    expect((await sql.run('SELECT n FROM t'))!.rows).toEqual([[1n]]);
  });
});
