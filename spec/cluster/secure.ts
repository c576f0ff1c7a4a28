import { pipeline } from 'node:stream/promises';
import { OaError } from '../../schemas/errors.js';
import type { Cluster } from './cluster.js';
import { checkNumbered, numberedStream } from './numbered.js';

const SIZE = 8_000_000;

export function secure(cluster: Cluster): void {
  describe('over https', () => {
    const storage = (ca: string | undefined) => {
      const [active] = cluster.hdfs.secureNameNodes;
      return cluster.storage({ nameNodes: [active!], tls: { ca } });
    };

    it('files are written, listed and read, by NameNode and DataNode alike', async () => {
      const folder = cluster.newFolder();
      const files = storage(await cluster.hdfs.certificate());
      await pipeline(numberedStream(SIZE), files.create(`${folder}/f`));
      expect(await files.list(folder)).toEqual([expect.objectContaining({ name: 'f', size: SIZE })]);
      expect(await checkNumbered(files.open(`${folder}/f`))).toBe(SIZE);
      expect((await files.client.checksum(`${folder}/f`)).algorithm).toMatch(/CRC32C/);
    });

    it('a certificate that nobody has signed is refused', async () => {
      const failure = await storage(undefined)
        .list('/')
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OaError);
      expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
    });
  });
}
