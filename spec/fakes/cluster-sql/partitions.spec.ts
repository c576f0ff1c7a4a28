import { clusterOf, DIALECTS, type Cluster } from './cluster.js';

const COLUMNS = { n: 'bigint', name: 'string' } as const;
const DAY = 'PARTITION (y=2016, d=8)';

describe.each(DIALECTS)('partitions of %s', (dialect) => {
  let cluster: Cluster;
  const impala = dialect === 'impala';
  beforeEach(async () => {
    cluster = await clusterOf(dialect);
  });
  const numbers = async () => (await cluster.rows('SELECT n FROM t ORDER BY n')).map(([n]) => Number(n));
  const put = (path: string, n: number) => cluster.put(path, COLUMNS, [{ n, name: 'x' }]);
  const add = (spec = DAY) => cluster.sql.run(`ALTER TABLE t ADD IF NOT EXISTS ${spec}`);

  it('are added, several at a time, listed and dropped', async () => {
    const { sql, refusal, rows } = cluster;
    await add("PARTITION (y=2016, d=08) PARTITION (D=9, Y=2016) LOCATION 'hdfs://nn/else/where/'");
    await add();
    put('/else/where/a', 9);
    put('/t/y=2016/d=8/a', 8);
    expect(sql.partitions('spot.t')).toEqual(['y=2016/d=8', 'y=2016/d=9']);
    expect(await numbers()).toEqual([8, 9]);
    expect(await refusal(`ALTER TABLE t ADD ${DAY}`)).toMatch(/already exists/);
    expect((await rows('SHOW PARTITIONS t')).map(([first]) => first)).toEqual(
      impala ? ['2016', '2016', 'Total'] : ['y=2016/d=8', 'y=2016/d=9'],
    );
    await sql.run(`ALTER TABLE t DROP IF EXISTS ${DAY}`);
    await sql.run(`ALTER TABLE t DROP IF EXISTS ${DAY}`);
    expect(await refusal(`ALTER TABLE t DROP ${DAY}`)).toMatch(
      impala ? /Partition spec does not exist/ : /not found/,
    );
    expect(await numbers()).toEqual([9]);
    expect(cluster.storage.paths).toContain('/t/y=2016/d=8/a');
    await sql.run("ALTER TABLE t PARTITION (y=2016, d=9) SET LOCATION '/t/y=2016/d=8'");
    expect(await numbers()).toEqual([8]);
  });

  it.each(['PARTITION (y=2016)', 'PARTITION (y=2016, m=7)', 'PARTITION (y=2016, d=200)', 'PARTITION (y=2016, d)'])(
    'are not added by %s',
    async (spec) => {
      expect(await cluster.refusal(`ALTER TABLE t ADD ${spec}`)).not.toBe('no error');
      expect(cluster.sql.partitions('spot.t')).toEqual([]);
    },
  );

  it('are named by values of their columns’ types', async () => {
    const { sql, refusal } = cluster;
    expect(await refusal("ALTER TABLE t ADD PARTITION (y='2016', d='08')")).toMatch(
      impala ? /incompatible type/ : /no error/,
    );
    await sql.run("CREATE TABLE texts (a INT) PARTITIONED BY (m STRING) STORED AS PARQUET LOCATION '/texts'");
    await sql.run("INSERT INTO texts PARTITION (m='07/a=b') VALUES (1)");
    expect(sql.partitions('spot.texts')).toEqual(['m=07%2Fa%3Db']);
    expect(await cluster.rows('SELECT m FROM texts')).toEqual([['07/a=b']]);
  });

  it('are found by a repair', async () => {
    const { sql, refusal } = cluster;
    for (const path of ['y=2016/d=8/a', 'y=2016/d=09/a', '_x/d=1/a', '.tmp/a']) put(`/t/${path}`, 1);
    const repair = impala ? 'ALTER TABLE t RECOVER PARTITIONS' : 'MSCK REPAIR TABLE t';
    await sql.run(repair);
    expect(sql.partitions('spot.t')).toEqual(['y=2016/d=8', 'y=2016/d=9']);
    // Tables of the OA lie inside Spot's raw table.
    put('/t/oa/y=2016/d=10/a', 1);
    expect(await refusal(repair)).toMatch(impala ? /no error/ : /Invalid partition name \/t\/oa/);
    expect(sql.partitions('spot.t')).toHaveLength(2);
  });

  it('have statistics, and Impala refreshes them', async () => {
    await add();
    const stats = impala
      ? [
          `COMPUTE INCREMENTAL STATS t ${DAY}`,
          'COMPUTE STATS t',
          `REFRESH t ${DAY}`,
          'REFRESH t',
          'INVALIDATE METADATA t',
        ]
      : [`ANALYZE TABLE t ${DAY} COMPUTE STATISTICS`, 'ANALYZE TABLE t COMPUTE STATISTICS FOR COLUMNS'];
    for (const statement of stats) expect(await cluster.refusal(statement)).toBe('no error');
    const missing = impala ? 'COMPUTE INCREMENTAL STATS t' : 'ANALYZE TABLE t';
    const end = impala ? '' : ' COMPUTE STATISTICS';
    expect(await cluster.refusal(`${missing} PARTITION (y=2016, d=9)${end}`)).not.toBe('no error');
  });

  it('keep the files that the server has seen, where it remembers them, until it looks again', async () => {
    cluster = await clusterOf(dialect, { remembersFiles: true });
    await add();
    put('/t/y=2016/d=8/a', 1);
    expect(await numbers()).toEqual([]);
    if (!impala) return;
    await cluster.sql.run(`REFRESH t ${DAY}`);
    expect(await numbers()).toEqual([1]);
    await cluster.storage.delete('/t/y=2016/d=8/a');
    expect(await cluster.refusal('SELECT n FROM t')).toMatch(/Failed to open HDFS file \/t\/y=2016\/d=8\/a/);
    put('/staging/b', 2);
    await cluster.sql.run(`LOAD DATA INPATH '/staging/b' INTO TABLE t ${DAY}`);
    await cluster.sql.run(`INSERT INTO t ${DAY} VALUES (3, 'c')`);
    expect(await numbers()).toEqual([2, 3]);
    put('/t/y=2016/d=9/a', 9);
    await cluster.sql.run('ALTER TABLE t RECOVER PARTITIONS');
    expect(await numbers()).toEqual([2, 3, 9]);
    expect(await cluster.refusal('REFRESH t PARTITION (y=2016, d=1)')).toMatch(/Partition spec does not exist/);
    put('/t/y=2016/d=9/b', 10);
    await cluster.sql.run('REFRESH t');
    expect(await numbers()).toEqual([2, 3, 9, 10]);
  });

  describe('by LOAD DATA', () => {
    const load = (path: string, overwrite = 'OVERWRITE ') =>
      `LOAD DATA INPATH '${path}' ${overwrite}INTO TABLE \`spot\`.\`t\` ${DAY}`;

    it('get the file, moved, in the place of the old ones', async () => {
      await add();
      for (const old of ['a', 'b']) put(`/t/y=2016/d=8/${old}`, 1);
      put('/t/y=2016/d=8/_kept', 1);
      put('/staging/new.parquet', 2);
      const answer = await cluster.sql.run(load('hdfs://nn:8020/staging/new.parquet'));
      expect(answer).toEqual(
        impala
          ? {
              columns: [{ name: 'summary', type: 'string' }],
              rows: [['Loaded 1 file(s). Total files in destination location: 1']],
            }
          : null,
      );
      expect(await numbers()).toEqual([2]);
      expect(cluster.storage.paths).toEqual(['/t/y=2016/d=8/_kept', '/t/y=2016/d=8/new.parquet']);
    });

    it('get one more beside the others without OVERWRITE, whatever its name', async () => {
      await add();
      put('/t/y=2016/d=8/new.parquet', 1);
      put('/staging/new.parquet', 2);
      await cluster.sql.run(load('/staging/new.parquet', ''));
      expect(await numbers()).toEqual([1, 2]);
      expect(cluster.storage.paths[1]).toMatch(impala ? /\/new_[0-9a-f-]{36}\.parquet$/ : /\/new_copy_1\.parquet$/);
    });

    it('get all files of a folder', async () => {
      await add();
      for (const name of ['a', 'b', '_c']) put(`/staging/${name}`, 1);
      await cluster.sql.run(load('/staging'));
      expect(await numbers()).toEqual([1, 1]);
    });

    it('are made by Hive, and must be there on Impala', async () => {
      put('/staging/a', 1);
      const refusal = await cluster.refusal(load('/staging/a'));
      expect(refusal).toBe(
        impala ? 'HY000 AnalysisException: Partition spec does not exist: (y=2016, d=8).' : 'no error',
      );
      expect(await numbers()).toEqual(impala ? [] : [1]);
    });

    it('stay as they are when the path is missing', async () => {
      await add();
      put('/t/y=2016/d=8/a', 1);
      expect(await cluster.refusal(load('hdfs://nn/gone'))).toMatch(
        impala
          ? "HY000 AnalysisException: INPATH location 'hdfs://nn/gone' does not exist."
          : /^42000 .*Invalid path ''hdfs:\/\/nn\/gone'': No files matching path/,
      );
      if (impala) {
        put('/staging/_hidden', 1);
        expect(await cluster.refusal(load('/staging/_hidden'))).toMatch(/points to a hidden file/);
        expect(await cluster.refusal(load('/staging'))).toMatch(/contains no visible files/);
      }
      expect(await numbers()).toEqual([1]);
    });

    it('are empty when the server dies in the middle of OVERWRITE', async () => {
      await add();
      put('/t/y=2016/d=8/a', 1);
      put('/staging/new.parquet', 2);
      let killed = false;
      cluster.sql.dieAfterDelete(() => void (killed = true));
      await cluster.sql.run(`REFRESH t`).catch(() => undefined);
      await expect(cluster.sql.run(load('/staging/new.parquet'))).rejects.toThrow('died');
      expect(killed).toBe(true);
      expect(await numbers()).toEqual([]);
      const [left] = cluster.storage.paths;
      expect(left).toMatch(
        impala ? /^\/t\/y=2016\/d=8\/\.tmp_[0-9a-f-]{36}\/new\.parquet$/ : /^\/staging\/new\.parquet$/,
      );
      // Only once.
      await cluster.sql.run(load(left!));
      expect(await numbers()).toEqual([2]);
    });
  });
});
