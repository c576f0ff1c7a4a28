import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { LONG_ENOUGH, MIDDLE, newFile, SIZE } from './middle.js';
import { checkNumbered, numberedStream } from './numbered.js';

export function failover(hdfs: Cluster): void {
  describe('two NameNodes', () => {
    /** Resolves when the active NameNode is lost; `replaced` when the other one has taken over, some time later. */
    async function loseActive(): Promise<{ replaced: Promise<unknown> }> {
      const active = (await hdfs.hdfs.active())!;
      await hdfs.hdfs.kill(active);
      return { replaced: wait(LONG_ENOUGH).then(() => hdfs.hdfs.failover()) };
    }

    async function restartLost(): Promise<void> {
      if ((await hdfs.hdfs.active()) === 'nn1') await hdfs.hdfs.restart('nn2');
      else await hdfs.hdfs.restart('nn1');
    }

    it('change their roles in the middle of a read', async () => {
      const path = await newFile(hdfs);
      const stream = hdfs.storage().open(path);
      expect(await checkNumbered(stream, { at: MIDDLE, happens: () => hdfs.hdfs.failover() })).toBe(SIZE);
    });

    it('change their roles in the middle of a write', async () => {
      const path = `${hdfs.newFolder()}/f`;
      const content = numberedStream(SIZE, { at: MIDDLE, happens: () => hdfs.hdfs.failover() });
      await pipeline(content, hdfs.storage().create(path));
      expect(await checkNumbered(hdfs.hdfs.cat(path))).toBe(SIZE);
    });

    it('lose the active one in the middle of a read', async () => {
      const path = await newFile(hdfs);
      let replaced: Promise<unknown> | undefined;
      // Reading goes on while there is no active one.
      const happens = async () => ({ replaced } = await loseActive());
      expect(await checkNumbered(hdfs.storage().open(path), { at: MIDDLE, happens })).toBe(SIZE);
      await replaced;
      await restartLost();
    });

    it('lose the active one in the middle of a write', async () => {
      const path = `${hdfs.newFolder()}/f`;
      let replaced: Promise<unknown> | undefined;
      const happens = async () => ({ replaced } = await loseActive());
      await pipeline(numberedStream(SIZE, { at: MIDDLE, happens }), hdfs.storage().create(path));
      await replaced;
      expect(await checkNumbered(hdfs.hdfs.cat(path))).toBe(SIZE);
      await restartLost();
    });

    it('are both waited for by every operation while neither is active', async () => {
      const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
      await storage.createExclusive(`${folder}/f`, 'x');
      const { replaced } = await loseActive();
      const [made, found, listed] = [
        storage.makeDirectories(`${folder}/sub`),
        storage.stat(`${folder}/f`),
        storage.createExclusive(`${folder}/g`, 'y'),
      ];
      await Promise.all([replaced, made, listed]);
      expect(await found).toMatchObject({ size: 1 });
      expect((await storage.list(folder)).map(({ name }) => name)).toEqual(['f', 'g', 'sub']);
      await restartLost();
    });
  });
}
