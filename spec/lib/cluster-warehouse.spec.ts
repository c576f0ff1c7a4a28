import { ClusterWarehouse } from '../../lib/cluster-warehouse.js';
import { clusterDialect } from '../../lib/engine/cluster-dialect.js';
import { ClusterEngine } from '../../lib/engine/cluster-engine.js';
import { columnList } from '../../schemas/columns.js';
import { dns, dnsScores, dnsStoryboard } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import { codeOf } from '../conformance/storage.js';
import { MemoryStorage } from '../fakes/memory-storage.js';
import { ToldClient } from '../fakes/statement-client.js';

const missing = () => Promise.reject(new OaError('TABLE_MISSING', 'no such table'));

describe('the warehouse of a cluster', () => {
  const storage = new MemoryStorage();
  const made: string[] = [];
  /** Statements, and folders made, in order. */
  let told: string[];
  let permitted: string[];
  let client: ToldClient;
  let withoutDatabase: ToldClient;

  const open = (tables = [dns, dnsScores, dnsStoryboard]) => {
    told = [];
    permitted = [];
    const note = (answer: ToldClient['answer']) => (sql: string) => {
      told.push(sql);
      return answer(sql);
    };
    client = new ToldClient(note((sql) => (sql.startsWith('DESCRIBE') ? missing() : undefined)));
    withoutDatabase = new ToldClient(note(() => []));
    storage.makeDirectories = (path?: string) => {
      told.push(`mkdir ${path}`);
      return Promise.resolve();
    };
    return new ClusterWarehouse({
      engine: new ClusterEngine(client, clusterDialect({ name: 'impala', database: 'spot', rawDatabase: 'raw' })),
      withoutDatabase: () => withoutDatabase,
      database: 'spot',
      storage,
      root: '/user/spot',
      fileSystem: 'hdfs://ns',
      tables,
      runId: 'run-1',
      staging: { permit: (folder) => Promise.resolve(void permitted.push(folder)) },
    });
  };
  afterEach(() => {
    for (const path of made.splice(0)) storage.files.delete(path);
  });

  it('makes its database, the staging folder before any other, and the tables with the partitions that are there', async () => {
    for (const partition of ['y=2016/m=7/d=8', 'y=2016/m=7/d=9', 'y=2016/m=7/d=10'])
      made.push(`/user/spot/${dnsScores.folder}/${partition}/part-0.parquet`);
    for (const path of made) storage.put(path, 'rows');
    expect(await open([dnsScores]).init()).toEqual(['dns_scores']);
    expect(told.map((one) => one.slice(0, 60))).toEqual([
      "SHOW DATABASES LIKE 'spot'",
      'CREATE DATABASE IF NOT EXISTS `spot`',
      'mkdir /user/spot/dns/staging',
      'mkdir /user/spot/dns/staging',
      'DESCRIBE `spot`.`dns_scores`',
      // Whether tables of Spot 1.0 are beside it.
      'DESCRIBE `raw`.`dns_scores`',
      expect.stringContaining('CREATE EXTERNAL TABLE IF NOT EXISTS `spot`.`dns_scores`') as string,
      'ALTER TABLE `spot`.`dns_scores` ADD IF NOT EXISTS PARTITION ',
    ]);
    expect(permitted).toEqual(['/user/spot/dns/staging']);
    expect(client.told.at(-2)).toContain("LOCATION 'hdfs://ns/user/spot/dns/hive/oa/suspicious'");
    expect(client.told.at(-1)!.match(/`d`=\d+/g)).toEqual(['`d`=8', '`d`=9', '`d`=10']);
    expect(withoutDatabase.isClosed).toBe(true);
  });

  it('does not make a database that is there, which its user may not be allowed to', async () => {
    const warehouse = open([dnsStoryboard]);
    withoutDatabase.answer = () => [{ database_name: 'SPOT' }];
    await warehouse.init('documented');
    expect(withoutDatabase.told).toEqual(["SHOW DATABASES LIKE 'spot'"]);
  });

  it('makes tables like those of Spot 1.0 where these are, and as it is told', async () => {
    const created = async (layout?: 'documented') => {
      const warehouse = open([dnsScores]);
      client.answer = (sql) => {
        if (!sql.startsWith('DESCRIBE')) return undefined;
        if (!sql.includes('`raw`')) return missing();
        return columnList(dnsScores.spot10!).map(({ name, kind }) => ({ name, type: kind }));
      };
      await warehouse.init(layout);
      return client.told.find((sql) => sql.startsWith('CREATE'));
    };
    expect(await created()).toContain('`ml_score` FLOAT');
    expect(await created('documented')).toContain('`score` DOUBLE');
  });

  it('has rows of no table that is missing, and views of none', async () => {
    const warehouse = open();
    expect(await warehouse.scores('20160708')).toEqual({ names: new Map(), clients: new Map() });
    await warehouse.emptyPartition(dnsStoryboard, '20160708');
    expect(told.every((sql) => sql.startsWith('DESCRIBE'))).toBe(true);
    expect((await warehouse.missingTables()).map(({ name }) => name)).toEqual([
      'dns',
      'dns_scores',
      'dns_storyboard',
    ]);
    expect(await codeOf(warehouse.openPartition(dnsScores, { date: '20160708' }))).toBe('TABLE_MISSING');
    expect(await codeOf(warehouse.views())).toBe('USAGE');
    expect(warehouse.location).toBe('hdfs://ns/user/spot');
    await warehouse.close();
    expect(client.isClosed).toBe(true);
  });
});
