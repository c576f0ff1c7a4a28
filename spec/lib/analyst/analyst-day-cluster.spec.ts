/** Analysts on Impala and Hive of the loopback. */
import { openWarehouse } from '../../../lib/open-warehouse.js';
import { webHdfsStorage } from '../../../lib/storage/webhdfs.js';
import { analystConformance } from '../../conformance/analyst.js';
import type { WarehousePlace } from '../../conformance/engine-tables.js';
import { FakeClusterSql, type ServerDialect } from '../../fakes/cluster-sql.js';
import { FAST } from '../../fakes/hdfs-fixture.js';
import { startFakeHiveServer2 } from '../../fakes/hiveserver2-server.js';
import { startFakeWebHdfs } from '../../fakes/webhdfs-server.js';

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

async function place(dialect: ServerDialect): Promise<WarehousePlace> {
  const hdfs = await startFakeWebHdfs({ nameNodes: 1 });
  running.push(() => hdfs.close());
  const options = { nameNodes: hdfs.nameNodes, user: 'spot', retry: FAST };
  const cluster = new FakeClusterSql({
    storage: webHdfsStorage(options),
    dialect,
    remembersFiles: dialect === 'impala',
  });
  running.push(() => cluster.close());
  const server = await startFakeHiveServer2({ run: cluster.run, dialect });
  running.push(() => server.close());
  return {
    open: async ({ layout }) => {
      const warehouse = await openWarehouse({
        storage: { type: 'webhdfs', root: '/user/spot', ...options, nameNodes: [...options.nameNodes] },
        engine: { type: dialect, host: `127.0.0.1:${server.port}`, auth: 'nosasl', database: 'spot' },
      });
      await warehouse.init(layout);
      return warehouse;
    },
  };
}

analystConformance('a loopback Impala', () => place('impala'), 'spot-1.0');
analystConformance('a loopback Hive', () => place('hive'), 'documented');
