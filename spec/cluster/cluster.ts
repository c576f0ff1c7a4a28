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

/** Waits short enough for tests, and in all long enough for a server that restarts on a busy machine. */
const RETRY = { attempts: 200, base: 100, cap: 500, total: 60_000 };

/** The first start on a machine waits for the jars. */
export const FETCH_MILLISECONDS = 600_000;

/** An HDFS for the tests of the file. */
export function cluster(options?: HdfsOptions): Cluster {
  let hdfs: Hdfs | undefined;
  let folders = 0;
  beforeAll(async () => {
    hdfs = await startHdfs(options);
  }, FETCH_MILLISECONDS);
  afterAll(() => hdfs?.stop());
  return {
    get hdfs() {
      return hdfs!;
    },
    storage: (settings) =>
      webHdfsStorage({ nameNodes: [...hdfs!.nameNodes], user: hdfs!.user, retry: RETRY, ...settings }),
    newFolder: () => `/test/${++folders}`,
  };
}
