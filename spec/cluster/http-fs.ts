import { pipeline } from 'node:stream/promises';
import { codeOf } from '../conformance/storage.js';
import type { Cluster } from './cluster.js';
import { checkNumbered, numberedStream } from './numbered.js';

const SIZE = 8_000_000;

export function httpFs(cluster: Cluster): void {
  describe('HttpFS', () => {
    const storage = () => cluster.storage({ nameNodes: [cluster.hdfs.httpFs!], httpFs: true });

    it('takes and gives files of many blocks', async () => {
      const path = `${cluster.newFolder()}/f`;
      await pipeline(numberedStream(SIZE), storage().create(path));
      expect(await checkNumbered(storage().open(path))).toBe(SIZE);
      expect(await storage().client.checksum(path)).toEqual(await cluster.storage().client.checksum(path));
    });

    it('renames a folder to the place of an empty one, and not into it', async () => {
      const [{ client }, folder] = [storage(), cluster.newFolder()];
      await storage().createExclusive(`${folder}/new/f`, 'x');
      await client.mkdirs(`${folder}/there`);
      expect(await codeOf(client.rename(`${folder}/new`, `${folder}/there`))).toBe('FILE_EXISTS');
      await client.rename(`${folder}/new`, `${folder}/there`, { overwrite: true });
      expect((await client.list(folder)).map(({ name }) => name)).toEqual(['there']);
      expect((await client.list(`${folder}/there`)).map(({ name }) => name)).toEqual(['f']);
    });
  });
}
