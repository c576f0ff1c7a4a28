import { finished } from 'node:stream/promises';
import { WebHdfs, type WebHdfsOptions } from '../../lib/hdfs2.js';
import { startFakeWebHdfs, type FakeServers, type FakeWebHdfs } from './webhdfs-server.js';

/** Retries without the waits of a real cluster. */
export const FAST: WebHdfsOptions['retry'] = { attempts: 6, base: 1, cap: 4, total: 5_000 };

export interface FakeHdfs {
  readonly fake: FakeWebHdfs;
  client(options?: Partial<WebHdfsOptions>): WebHdfs;
  put(path: string, content: string | Buffer, client?: WebHdfs): Promise<void>;
}

/** A new fake for each test of the file. */
export function fakeHdfs(servers: FakeServers = {}): FakeHdfs {
  let fake: FakeWebHdfs | undefined;
  beforeEach(async () => {
    fake = await startFakeWebHdfs(servers);
  });
  afterEach(() => fake?.close());
  const client = (options: Partial<WebHdfsOptions> = {}) =>
    new WebHdfs({ nameNodes: fake!.nameNodes, user: 'spot', retry: FAST, ...options });
  return {
    get fake() {
      return fake!;
    },
    client,
    put: async (path, content, by = client()) => {
      const file = by.create(path);
      file.end(content);
      await finished(file);
    },
  };
}
