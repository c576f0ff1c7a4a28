/** The OA with Impala and Hive of the loopback; `spec/cluster/engines.spec.ts` runs the same on real servers. */
import { describeOaOnCluster, type ClusterUnderTest } from '../conformance/oa-on-cluster.js';
import { loopbackCluster, type LoopbackCluster } from '../fakes/loopback-cluster.js';

let cluster: LoopbackCluster | undefined;
afterEach(() => cluster?.stop());

async function start(dialect: 'impala' | 'hive'): Promise<ClusterUnderTest> {
  cluster = await loopbackCluster(dialect);
  return cluster.on;
}

describeOaOnCluster('a loopback Impala', () => start('impala'));
describeOaOnCluster('a loopback Hive', () => start('hive'));
