/** The OA with Hive's own HiveServer2 and with Spark's, on a real HDFS, where the engine is another user than the uploader. */
import { jest } from '@jest/globals';
import { webHdfsStorage, type WebHdfsStorage } from '../../lib/storage/webhdfs.js';
import { describeOaOnCluster, type ClusterUnderTest } from '../conformance/oa-on-cluster.js';
import { cluster, FETCH_MILLISECONDS } from './cluster.js';
import { startHive } from './hive-servers/hive.js';
import type { HiveServer } from './hive-servers/server.js';
import { startSpark } from './hive-servers/spark.js';

const ENGINE_USER = 'hive';
const hadoop = cluster();
let places = 0;

/** What `facts` of a deployment say: access ACLs on the folders that are there, nothing that new ones inherit. */
async function grant(storage: WebHdfsStorage, root: string): Promise<void> {
  await storage.client.modifyAclEntries(`${root}/dns/hive/oa`, [`user:${ENGINE_USER}:rwx`]);
}

beforeAll(async () => {
  const { client } = hadoop.storage();
  await client.mkdirs('/user/spot');
  await client.setOwner('/user/spot', { owner: 'spot' });
}, FETCH_MILLISECONDS);

async function placeOn(server: HiveServer): Promise<ClusterUnderTest> {
  const place = `t${++places}`;
  const hdfs = { nameNodes: [...hadoop.hdfs.nameNodes], user: 'spot' };
  await webHdfsStorage(hdfs).makeDirectories(`/user/spot/${place}`);
  return {
    hdfs,
    engine: { type: 'hive', host: `${server.host}:${server.port}`, auth: 'nosasl' },
    root: `/user/spot/${place}`,
    database: `oa_${place}`,
    acl: [`user:${ENGINE_USER}:rwx`],
    grant,
  };
}

describe.each([
  ['Hive 4.0.1', startHive],
  ['Spark 3.5.8', startSpark],
])('%s', (name, startServer) => {
  let server: HiveServer | undefined;
  beforeAll(async () => {
    server = await startServer({ hdfs: hadoop.hdfs, user: ENGINE_USER });
  }, FETCH_MILLISECONDS);
  afterAll(() => server?.stop());

  describeOaOnCluster(name, () => placeOn(server!));
});

// Last, for the longest that is set holds: the first query of a server takes its time.
jest.setTimeout(600_000);
