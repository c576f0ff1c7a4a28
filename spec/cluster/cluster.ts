import { webHdfsStorage, type WebHdfsStorage } from '../../lib/storage/webhdfs.js';
import type { WebHdfsOptions } from '../../lib/storage/webhdfs/options.js';
import { startHdfs, type Hdfs, type HdfsOptions } from './hdfs.js';

export interface Cluster {
  readonly hdfs: Hdfs;
  /** A client of its own, as the superuser if nothing else is said. */
  storage(options?: Partial<WebHdfsOptions>): WebHdfsStorage;
  /** A path that no other test has; nothing is there yet. */
  newFolder(): string;
}

/** An HDFS for the tests of the file. */
export function cluster(options?: HdfsOptions): Cluster {
  let hdfs: Hdfs | undefined;
  let folders = 0;
  beforeAll(async () => {
    hdfs = await startHdfs(options);
  });
  afterAll(() => hdfs?.stop());
  return {
    get hdfs() {
      return hdfs!;
    },
    storage: (settings) => webHdfsStorage({ nameNodes: [...hdfs!.nameNodes], user: hdfs!.user, ...settings }),
    newFolder: () => `/test/${++folders}`,
  };
}
