import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { ClusterEngine } from '../../../lib/engine/cluster-engine.js';
import { OaError } from '../../../schemas/errors.js';
import { dnsScores } from '../../../schemas/dns.js';
import { columnList } from '../../../schemas/columns.js';
import { ToldClient } from '../../fakes/statement-client.js';

const OURS = columnList(dnsScores.spot10!).map(({ name, kind }) => [name, kind] as const);
const PARTITION = ['y', 'm', 'd'].map((name) => [name, 'smallint'] as const);

/** As each of the servers answers DESCRIBE. */
const DESCRIBED: Record<string, (columns: readonly (readonly [string, string])[]) => object[]> = {
  impala: (columns) => [...columns, ...PARTITION].map(([name, type]) => ({ name, type, comment: '' })),
  hive: (columns) => [
    ...[...columns, ...PARTITION].map(([col_name, data_type]) => ({ col_name, data_type, comment: '' })),
    { col_name: '', data_type: null, comment: null },
    { col_name: '# Partition Information', data_type: null, comment: null },
    { col_name: '# col_name', data_type: 'data_type', comment: 'comment' },
    ...PARTITION.map(([col_name, data_type]) => ({ col_name, data_type, comment: '' })),
  ],
  spark: (columns) => [
    ...[...columns, ...PARTITION].map(([col_name, data_type]) => ({ col_name, data_type, comment: null })),
    { col_name: '# Partition Information', data_type: '', comment: '' },
    { col_name: '# col_name', data_type: 'data_type', comment: 'comment' },
    ...PARTITION.map(([col_name, data_type]) => ({ col_name, data_type, comment: null })),
  ],
};

const engineOf = (client: ToldClient) =>
  new ClusterEngine(client, clusterDialect({ name: 'impala', database: 'spot' }));

describe('the engine of a cluster', () => {
  it.each(Object.keys(DESCRIBED))('reads the columns of a table as %s tells them, and asks once', async (server) => {
    const client = new ToldClient(() => DESCRIBED[server]!(OURS) as Record<string, unknown>[]);
    const engine = engineOf(client);
    expect(await engine.describe(dnsScores)).toEqual(
      columnList(dnsScores.spot10!).map((column) => ({ ...column, nullable: column.nullable })),
    );
    await engine.writableColumns(dnsScores);
    expect(client.told).toEqual(['DESCRIBE `spot`.`dns_scores`']);
    engine.forgetColumns();
    await engine.describe(dnsScores);
    expect(client.told).toHaveLength(2);
  });

  it('takes text of any length, and knows no other type', async () => {
    const columns = [
      ['a', 'VARCHAR(20)'],
      ['b', 'char(3)'],
      ['c', 'timestamp'],
      ['d', 'decimal(9,2)'],
    ] as const;
    const engine = engineOf(new ToldClient(() => DESCRIBED.impala!(columns) as Record<string, unknown>[]));
    expect(await engine.describe(dnsScores)).toEqual([
      { name: 'a', kind: 'string', nullable: true },
      { name: 'b', kind: 'string', nullable: true },
    ]);
    // Impala takes a file that has fewer columns than the table.
    expect((await engine.writableColumns(dnsScores)).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('refuses to write a table in which a strange column stands before others', async () => {
    const columns = [
      ['a', 'string'],
      ['seen', 'timestamp'],
      ['b', 'string'],
    ] as const;
    const engine = engineOf(new ToldClient(() => DESCRIBED.hive!(columns) as Record<string, unknown>[]));
    await expect(engine.writableColumns(dnsScores)).rejects.toMatchObject({
      code: 'TABLE_MISFIT',
      message: expect.stringMatching(/seen is of type timestamp.*before b/) as string,
    });
  });

  it('tells a table that is missing from a server that does not answer', async () => {
    let error = new OaError('TABLE_MISSING', 'no');
    const client = new ToldClient(() => Promise.reject(error));
    const engine = engineOf(client);
    expect(await engine.describe(dnsScores)).toBeNull();
    await expect(engine.writableColumns(dnsScores)).rejects.toMatchObject({
      code: 'TABLE_MISSING',
      message: expect.stringContaining('`spot`.`dns_scores`') as string,
    });
    engine.forgetColumns();
    error = new OaError('CONNECTION_FAILED', 'gone');
    await expect(engine.describe(dnsScores)).rejects.toBe(error);
    client.answer = () => DESCRIBED.impala!(OURS) as Record<string, unknown>[];
    expect(await engine.describe(dnsScores)).toHaveLength(OURS.length);
  });

  it('gives what its client gives, and closes it', async () => {
    const client = new ToldClient((sql) => [{ n: sql.length }]);
    const engine = engineOf(client);
    const pages = [];
    for await (const page of engine.pages('SELECT 1')) pages.push(page);
    expect(pages).toEqual([[{ n: 8 }]]);
    await engine.execute('SET x');
    expect(await engine.columnsOf('SELECT 1 AS n')).toEqual(['n']);
    expect(engine.statements).toBe(2);
    expect(engine.name).toBe('impala');
    await engine.close();
    expect(client.isClosed).toBe(true);
  });
});
