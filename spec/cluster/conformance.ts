import type { WebHdfsOptions } from '../../lib/storage/webhdfs/options.js';
import { storageConformance } from '../conformance/storage.js';
import type { Cluster } from './cluster.js';

export function conformance(cluster: Cluster): void {
  const ways: [string, () => Partial<WebHdfsOptions>][] = [
    ['HDFS, the active NameNode named first,', () => ({})],
    ['HDFS, the standby NameNode named first,', () => ({ nameNodes: [...cluster.hdfs.nameNodes].reverse() })],
    ['HDFS through HttpFS', () => ({ nameNodes: [cluster.hdfs.httpFs!], httpFs: true })],
  ];
  for (const [what, options] of ways)
    storageConformance(what, async () => {
      const folder = cluster.newFolder();
      await cluster.storage(options()).makeDirectories(folder);
      // A client that has not met the active NameNode yet.
      return { storage: cluster.storage(options()), folder };
    });
}
