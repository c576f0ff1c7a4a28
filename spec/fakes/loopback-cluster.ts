/** An Impala or a Hive of the loopback over a loopback HDFS with two NameNodes: a deployment for the whole OA. */
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import type { ClusterUnderTest } from '../conformance/oa-on-cluster.js';
import { FakeClusterSql, type ServerDialect } from './cluster-sql.js';
import { FAST } from './hdfs-fixture.js';
import { startFakeHiveServer2 } from './hiveserver2-server.js';
import { startFakeWebHdfs } from './webhdfs-server.js';

export interface LoopbackCluster {
  readonly on: ClusterUnderTest;
  stop(): Promise<void>;
}

export async function loopbackCluster(dialect: ServerDialect): Promise<LoopbackCluster> {
  const hdfs = await startFakeWebHdfs({ nameNodes: 2 });
  hdfs.pageSize = 100;
  const options = { nameNodes: hdfs.nameNodes, user: 'spot', retry: FAST };
  const cluster = new FakeClusterSql({ storage: webHdfsStorage(options), dialect });
  const server = await startFakeHiveServer2({ run: cluster.run, dialect });
  const engine = { type: dialect, host: `127.0.0.1:${server.port}`, auth: 'nosasl' };
  return {
    on: { hdfs: options, engine, root: '/user/spot', database: 'spot', told: cluster.executed },
    async stop() {
      await server.close();
      await cluster.close();
      await hdfs.close();
    },
  };
}
