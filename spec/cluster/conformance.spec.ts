import { storageConformance } from '../conformance/storage.js';
import { cluster } from './cluster.js';

const hdfs = cluster();

storageConformance('HDFS, the active NameNode named first,', async () => {
  const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
  await storage.makeDirectories(folder);
  return { storage, folder };
});

storageConformance('HDFS, the standby NameNode named first,', async () => {
  const storage = hdfs.storage({ nameNodes: [...hdfs.hdfs.nameNodes].reverse() });
  const folder = hdfs.newFolder();
  await storage.makeDirectories(folder);
  // A client that has not met the active one yet.
  return { storage: hdfs.storage({ nameNodes: [...hdfs.hdfs.nameNodes].reverse() }), folder };
});
