/** The OA with Impala and Hive of the loopback; `spec/cluster/engines.spec.ts` runs the same on real servers. */
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import { describeOaOnCluster, type ClusterUnderTest } from '../conformance/oa-on-cluster.js';
import { FakeClusterSql } from '../fakes/cluster-sql.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import { startFakeHiveServer2, type FakeHiveServer2 } from '../fakes/hiveserver2-server.js';
import { startFakeWebHdfs, type FakeWebHdfs } from '../fakes/webhdfs-server.js';

let [hdfs, server, cluster]: [FakeWebHdfs?, FakeHiveServer2?, FakeClusterSql?] = [];
afterEach(async () => {
  await server?.close();
  await cluster?.close();
  await hdfs?.close();
});

async function start(dialect: 'impala' | 'hive'): Promise<ClusterUnderTest> {
  hdfs = await startFakeWebHdfs({ nameNodes: 2 });
  hdfs.pageSize = 100;
  const options = { nameNodes: hdfs.nameNodes, user: 'spot', retry: FAST };
  cluster = new FakeClusterSql({ storage: webHdfsStorage(options), dialect });
  server = await startFakeHiveServer2({ run: cluster.run, dialect });
  const engine = { type: dialect, host: `127.0.0.1:${server.port}`, auth: 'nosasl' };
  return { hdfs: options, engine, root: '/user/spot', database: 'spot', told: cluster.executed };
}

describeOaOnCluster('a loopback Impala', () => start('impala'));
describeOaOnCluster('a loopback Hive', () => start('hive'));
