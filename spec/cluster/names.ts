import { finished } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { codeOf } from '../conformance/storage.js';
import type { Cluster } from './cluster.js';

/** All that HDFS can hold and a URL, a shell or a proxy may stumble over. */
const NAMES = [
  ...['with space', ' leading space', 'trailing space ', 'y=2016', '100%', '%20', '%2F', 'a+b', 'a#b', 'what?'],
  ...['a;b', 'a;k=v', 'back\\slash', "o'brien", 'a"b', 'a&b', 'a,b', 'a@b', '[ab]', '{a,b}'],
  ...['a|b', '<a>', 'a^b', '~a', 'a*b', '$a', 'a!', '(a)', '`a`', 'a\tb'],
  ...['a\nb', '...', '.hidden', '-rf', '_a', 'trailing.', 'ünïcödé 数据', '🦊', 'cafe\u0301'],
];

export function oddNames(hdfs: Cluster): void {
  describe('the 39 odd names', () => {
    const content = (name: string) => `content of ${JSON.stringify(name)}\n`;

    it('are 39', () => {
      expect(new Set(NAMES).size).toBe(39);
    });

    it('are written, and read by Hadoop’s own client', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      for (const name of NAMES) {
        const file = storage.create(`${folder}/${name}/${name}`);
        file.end(content(name));
        await finished(file);
      }
      const read = await text(hdfs.hdfs.cat(...NAMES.map((name) => `${folder}/${name}/${name}`)));
      expect(read).toBe(NAMES.map(content).join(''));
      const found = (await storage.list(folder)).map(({ name }) => name);
      expect(found.sort()).toEqual([...NAMES].sort());
    });

    it.each(NAMES)('%j is read, listed, renamed and deleted', async (name) => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      const path = `${folder}/${name}`;
      const file = storage.create(`${folder}/plain`);
      file.end(content(name));
      await finished(file);
      await storage.rename(`${folder}/plain`, path);
      expect(await text(storage.open(path))).toBe(content(name));
      expect(await storage.list(folder)).toEqual([expect.objectContaining({ path, name, isFolder: false })]);
      expect(await storage.stat(path)).toMatchObject({ path, name, size: Buffer.byteLength(content(name)) });
      await storage.rename(path, `${folder}/plain`);
      expect((await storage.list(folder)).map((status) => status.name)).toEqual(['plain']);
      await storage.rename(`${folder}/plain`, path);
      await storage.delete(path);
      expect(await storage.list(folder)).toEqual([]);
    });

    it('do not take the same character in another form for the same name', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      for (const name of ['caf\u00e9', 'cafe\u0301']) {
        const file = storage.create(`${folder}/${name}`);
        file.end(content(name));
        await finished(file);
      }
      expect(await text(storage.open(`${folder}/caf\u00e9`))).toBe(content('caf\u00e9'));
      expect(await text(storage.open(`${folder}/cafe\u0301`))).toBe(content('cafe\u0301'));
    });
  });

  describe('names at the limits', () => {
    it('may have 255 bytes', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      const name = `${'ä'.repeat(127)}x`;
      const file = storage.create(`${folder}/${name}`);
      file.end('x');
      await finished(file);
      expect((await storage.list(folder)).map((status) => status.name)).toEqual([name]);
    });

    it.each(['a:b', 'a/../b', 'a/./b', 'a//b', 'a\0b', `${'ä'.repeat(128)}`])('%j is refused', async (name) => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      expect(await codeOf(storage.makeDirectories(`${folder}/${name}`))).toBe('PATH_INVALID');
      expect(await codeOf((async () => text(storage.open(`${folder}/${name}`)))())).toBe('PATH_INVALID');
    });
  });
}
