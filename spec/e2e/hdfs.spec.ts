/** The OA on a loopback HDFS; `spec/cluster/dns-oa.spec.ts` runs the same on a real one. */
import { describeOaOnHdfs } from '../conformance/oa-on-hdfs.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import { startFakeWebHdfs, type FakeWebHdfs } from '../fakes/webhdfs-server.js';

let fake: FakeWebHdfs | undefined;
afterEach(() => fake?.close());

describeOaOnHdfs('a loopback WebHDFS with two NameNodes', async () => {
  fake = await startFakeWebHdfs({ nameNodes: 2 });
  fake.pageSize = 100;
  return { options: { nameNodes: fake.nameNodes, user: 'spot', retry: FAST } };
});
