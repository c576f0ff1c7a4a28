/** A warehouse on loopback servers, for suites that every engine's warehouse runs through. */
import { openWarehouse } from '../../lib/open-warehouse.js';
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import type { WarehousePlace } from '../conformance/engine-tables.js';
import { FakeClusterSql, type ServerDialect } from './cluster-sql.js';
import { FAST } from './hdfs-fixture.js';
import { startFakeHiveServer2 } from './hiveserver2-server.js';
import { startFakeWebHdfs } from './webhdfs-server.js';

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

/** An Impala or a Hive of the loopback over a loopback HDFS, until the test ends. */
export async function clusterPlace(dialect: ServerDialect): Promise<WarehousePlace> {
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
