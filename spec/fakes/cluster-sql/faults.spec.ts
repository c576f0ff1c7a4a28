import { clusterOf } from './cluster.js';

describe('faults', () => {
  it('fail the statements that match, so often', async () => {
    const { sql } = await clusterOf('impala');
    sql.failOn(/^SELECT 1/, new Error('no memory'), 1);
    await expect(sql.run('SELECT 1')).rejects.toThrow('no memory');
    expect((await sql.run('SELECT 1'))!.rows).toEqual([[1]]);
    sql.failOn(/^SELECT/, new Error('always'));
    for (const statement of ['SELECT 2', 'SELECT 3']) await expect(sql.run(statement)).rejects.toThrow('always');
    expect(await sql.run('SHOW TABLES')).toMatchObject({ rows: [['t']] });
    sql.heal();
    expect((await sql.run('SELECT 2'))!.rows).toEqual([[2]]);
    expect(sql.executed.slice(-2)).toEqual(['SHOW TABLES', 'SELECT 2']);
  });

  it('hold a statement back until they are told', async () => {
    const { sql } = await clusterOf('hive');
    let go!: () => void;
    sql.delay(/^CREATE/, new Promise<void>((resolve) => (go = resolve)));
    const waiting = sql.run('CREATE TABLE x (a INT) STORED AS PARQUET');
    await sql.run('SELECT 1');
    expect(sql.tables).toEqual(['spot.t']);
    go();
    await waiting;
    expect(sql.tables).toEqual(['spot.t', 'spot.x']);
  });

  it('call when a statement is done and its answer is still to come, once', async () => {
    const { sql } = await clusterOf('impala');
    const seen: string[][] = [];
    sql.afterwards(/^DROP/, () => void seen.push(sql.tables));
    await sql.run('DROP TABLE t');
    await sql.run('DROP TABLE IF EXISTS t');
    expect(seen).toEqual([[]]);
  });
});
