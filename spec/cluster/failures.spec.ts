import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { cluster } from './cluster.js';
import { LONG_ENOUGH, MIDDLE, newFile, SIZE } from './middle.js';
import { checkNumbered, numberedStream } from './numbered.js';

const hdfs = cluster({ nameNodes: 1, dataNodes: 2 });

describe('one NameNode', () => {
  it('loses all DataNodes in the middle of a read, which goes on when they are back', async () => {
    const path = await newFile(hdfs);
    let back: Promise<void> | undefined;
    const happens = async () => {
      await Promise.all([hdfs.hdfs.kill('dn1'), hdfs.hdfs.kill('dn2')]);
      back = wait(LONG_ENOUGH).then(async () => {
        await hdfs.hdfs.restart('dn1');
        await hdfs.hdfs.restart('dn2');
      });
    };
    expect(await checkNumbered(hdfs.storage().open(path), { at: MIDDLE, happens })).toBe(SIZE);
    await back;
  });

  it('restarts its NameNode in the middle of a read', async () => {
    const path = await newFile(hdfs);
    let back: Promise<void> | undefined;
    const happens = async () => {
      await hdfs.hdfs.kill('nn1');
      back = hdfs.hdfs.restart('nn1');
    };
    expect(await checkNumbered(hdfs.storage().open(path), { at: MIDDLE, happens })).toBe(SIZE);
    await back;
  });

  it('restarts its NameNode, and every operation waits until it works', async () => {
    const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
    await storage.createExclusive(`${folder}/f`, 'x');
    await hdfs.hdfs.kill('nn1');
    const back = hdfs.hdfs.restart('nn1');
    const read = text(storage.open(`${folder}/f`));
    await Promise.all([storage.makeDirectories(`${folder}/sub`), storage.createExclusive(`${folder}/g`, 'y')]);
    expect(await read).toBe('x');
    await storage.rename(`${folder}/g`, `${folder}/sub/g`);
    await storage.delete(`${folder}/f`);
    await back;
    expect((await storage.list(folder)).map(({ name }) => name)).toEqual(['sub']);
  });

  it('is in safe mode while a write waits, which then finishes', async () => {
    const [storage, path] = [hdfs.storage(), `${hdfs.newFolder()}/f`];
    await hdfs.hdfs.safeMode('enter');
    const before = await storage.stat(path);
    let done = false;
    const writing = pipeline(numberedStream(SIZE), storage.create(path)).then(() => {
      done = true;
    });
    await wait(2 * LONG_ENOUGH);
    expect(done).toBe(false);
    await hdfs.hdfs.safeMode('leave');
    await writing;
    expect(before).toBeNull();
    expect(await checkNumbered(hdfs.hdfs.cat(path))).toBe(SIZE);
  });

  it('enters safe mode in the middle of a write, which finishes after it or says so', async () => {
    const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
    const happens = async () => {
      await hdfs.hdfs.safeMode('enter');
      void wait(LONG_ENOUGH).then(() => hdfs.hdfs.safeMode('leave'));
    };
    const content = numberedStream(SIZE, { at: MIDDLE, happens });
    const failure = await pipeline(content, storage.create(`${folder}/f`)).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) expect(await checkNumbered(hdfs.hdfs.cat(`${folder}/f`))).toBe(SIZE);
    else expect(failure).toMatchObject({ code: 'SAFE_MODE' });
  });

  it('is waited for no longer than the one who asks wants', async () => {
    const path = await newFile(hdfs);
    const storage = hdfs.storage();
    await hdfs.hdfs.kill('nn1');
    const controller = new AbortController();
    const reading = text(storage.open(path, { signal: controller.signal }));
    const file = storage.create(`${path}.new`);
    file.write('never to be seen');
    await wait(LONG_ENOUGH);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    const closed = once(file, 'close');
    file.destroy();
    await closed;
    await hdfs.hdfs.restart('nn1');
    expect(await storage.stat(`${path}.new`)).toBeNull();
  });
});

describe('two DataNodes', () => {
  it('lose one in the middle of a read, which goes on with the other', async () => {
    const path = await newFile(hdfs);
    for (const id of ['dn1', 'dn2'] as const) {
      const reading = hdfs.storage().open(path);
      expect(await checkNumbered(reading, { at: MIDDLE, happens: () => hdfs.hdfs.kill(id) })).toBe(SIZE);
      await hdfs.hdfs.restart(id);
    }
  });

  it('take a new file while one of them is lost', async () => {
    const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
    await hdfs.hdfs.kill('dn1');
    for (const name of ['a', 'b', 'c', 'd']) await storage.createExclusive(`${folder}/${name}`, name);
    expect((await storage.list(folder)).map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    await hdfs.hdfs.restart('dn1');
  });
});
