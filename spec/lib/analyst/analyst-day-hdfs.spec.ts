/** Analysts on the embedded engine, which fetches what it reads from HDFS, with a staging folder of another name. */
import { openWarehouse } from '../../../lib/open-warehouse.js';
import { analystConformance } from '../../conformance/analyst.js';
import { FAST } from '../../fakes/hdfs-fixture.js';
import { startFakeWebHdfs } from '../../fakes/webhdfs-server.js';

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});
analystConformance(
  'the embedded engine over HDFS',
  async () => {
    const hdfs = await startFakeWebHdfs({ nameNodes: 1 });
    running.push(() => hdfs.close());
    return {
      open: ({ layout }) =>
        openWarehouse(
          {
            storage: {
              type: 'webhdfs',
              root: '/user/spot',
              nameNodes: [...hdfs.nameNodes],
              user: 'spot',
              retry: FAST,
              staging: { folder: 'oa-staging' },
            },
          },
          { layout },
        ),
    };
  },
  'documented',
);
