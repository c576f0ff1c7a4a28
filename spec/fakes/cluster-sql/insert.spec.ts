import { parquetMetadata } from 'hyparquet';
import { hostileTexts, stored } from '../hostile.js';
import { clusterOf, DIALECTS, type Cluster } from './cluster.js';

const DAY = 'PARTITION (y=2016, d=8)';

describe.each(DIALECTS)('an INSERT of %s', (dialect) => {
  let cluster: Cluster;
  const impala = dialect === 'impala';
  beforeEach(async () => {
    cluster = await clusterOf(dialect);
  });
  const all = () => cluster.rows('SELECT n, name FROM t ORDER BY n');
  const columns = (list: string, partition = DAY) => (impala ? `${list} ${partition}` : `${partition} ${list}`);

  it('writes one Parquet file with the columns of the table, and makes the partition', async () => {
    const { sql, storage } = cluster;
    const values = String.raw`(CAST(1 AS BIGINT), CAST('it\'s\000' AS STRING)), (CAST(2 AS BIGINT), NULL)`;
    expect(await sql.run(`INSERT INTO \`spot\`.\`t\` ${DAY} VALUES ${values}`)).toBeNull();
    expect(await all()).toEqual([
      [1n, "it's\0"],
      [2n, null],
    ]);
    expect(storage.paths).toHaveLength(1);
    expect(storage.paths[0]).toMatch(impala ? /^\/t\/y=2016\/d=8\/.*\.parq$/ : /^\/t\/y=2016\/d=8\/000000_0$/);
    const { bytes } = storage.files.get(storage.paths[0]!)!;
    const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(schema.slice(1).map(({ name, type }) => `${name} ${type}`)).toEqual(['n INT64', 'name BYTE_ARRAY']);
    await sql.run(`INSERT INTO TABLE t ${DAY} VALUES (3, 'c')`);
    expect(storage.paths).toHaveLength(2);
    if (!impala) expect(storage.paths[1]).toMatch(/000000_0_copy_1$/);
    expect(await all()).toHaveLength(3);
  });

  it('takes columns in any order, where this server has their list; the others are NULL', async () => {
    await cluster.sql.run(`INSERT INTO t ${columns('(name, n)')} VALUES ('a', 1)`);
    await cluster.sql.run(`INSERT INTO t ${columns('(`n`)')} SELECT 2 AS x`);
    expect(await all()).toEqual([
      [1n, 'a'],
      [2n, null],
    ]);
    const elsewhere = impala ? `${DAY} (n)` : `(n) ${DAY}`;
    expect(await cluster.refusal(`INSERT INTO t ${elsewhere} VALUES (1)`)).toMatch(/ParseException/);
  });

  it('OVERWRITE takes the place of the partition, by a query of the table itself or by nothing', async () => {
    const { sql } = cluster;
    await sql.run(`INSERT INTO t ${DAY} VALUES (1, 'a'), (2, 'b')`);
    await sql.run(`INSERT OVERWRITE TABLE t ${DAY} SELECT n + 10, name FROM t WHERE d = 8 AND n = 1`);
    expect(await all()).toEqual([[11n, 'a']]);
    expect(cluster.storage.paths).toHaveLength(1);
    await sql.run(`INSERT OVERWRITE TABLE t ${DAY} WITH q AS (SELECT * FROM t WHERE n = 0) SELECT n, name FROM q`);
    expect(await all()).toEqual([]);
    expect(cluster.storage.paths).toEqual([]);
    expect(sql.partitions('spot.t')).toEqual(['y=2016/d=8']);
    if (!impala) expect(await cluster.refusal(`INSERT OVERWRITE t ${DAY} SELECT 1, 'a'`)).toMatch(/ParseException/);
  });

  it('keeps hostile texts, and a WHERE finds each', async () => {
    const texts = hostileTexts();
    const literal = (text: string) =>
      `'${stored(text).replace(/[\\']/g, '\\$&').replaceAll('\0', '\\000').replaceAll('\n', '\\n')}'`;
    const values = texts.map((text, i) => `(CAST(${i} AS BIGINT), CAST(${literal(text)} AS STRING))`);
    cluster.sql.session['set:hiveconf:hive.variable.substitute'] = 'false';
    await cluster.sql.run(`INSERT INTO t ${DAY} VALUES ${values.join(', ')}`);
    expect(await all()).toEqual(texts.map((text, i) => [BigInt(i), stored(text)]));
    const counts = texts.map(
      (text, i) => `SELECT ${i} AS i, MIN(n) AS first_at, COUNT(*) AS c FROM t WHERE name = ${literal(text)}`,
    );
    const found = await cluster.rows(`SELECT i, first_at, c FROM (${counts.join(' UNION ALL ')}) q ORDER BY i`);
    expect(found).toEqual(texts.map((_, i) => [i, BigInt(i), 1n]));
  });

  it.each([
    ['too few', 'VALUES (1)'],
    ['too many', "VALUES (1, 'a', 2)"],
    ['of another table', "SELECT 1, 'a' FROM no"],
  ])('writes nothing of columns that are %s', async (_what, query) => {
    expect(await cluster.refusal(`INSERT INTO t ${DAY} ${query}`)).not.toBe('no error');
    expect(await cluster.refusal(`INSERT INTO t ${columns('(n, nothing)')} VALUES (1, 2)`)).toMatch(/nothing/);
    expect(cluster.storage.paths).toEqual([]);
  });

  it(`${impala ? 'wants the type of the column' : 'casts to the type of the column'}`, async () => {
    const { refusal, sql } = cluster;
    await sql.run("CREATE TABLE f (a FLOAT, b STRING) STORED AS PARQUET LOCATION '/f'");
    for (const values of ["('1', 'a')", "(1.5e0, 'a')", '(0.5, 1)']) {
      expect(await refusal(`INSERT INTO f VALUES ${values}`)).toMatch(
        impala ? /is incompatible with source expressions/ : /no error/,
      );
    }
    expect(await refusal("INSERT INTO f VALUES (CAST(1.5e0 AS FLOAT), 'a'), (NULL, NULL)")).toBe('no error');
  });

  if (impala) {
    it('loses the rest of a text with a doubled quote', async () => {
      await cluster.sql.run(`INSERT INTO t ${DAY} VALUES (1, 'it''s')`);
      expect(await all()).toEqual([[1n, 'it']]);
    });

    it('is refused when it is too long, or has too many expressions', async () => {
      const long = `INSERT INTO t ${DAY} VALUES (1, '${'x'.repeat(16 * 1024 * 1024)}')`;
      expect(await cluster.refusal(long)).toMatch(/exceeds the maximum statement length/);
      const many = `INSERT INTO t ${DAY} VALUES ${Array<string>(125_001).fill("(1,'a')").join()}`;
      expect(await cluster.refusal(many)).toMatch(/Exceeded the statement expression limit \(250000\)/);
    });
  }
});
