import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { cluster, type Cluster } from './cluster.js';
import { checkNumbered, numberedStream } from './numbered.js';

const SIZE = 12_000_000;
const MIDDLE = 4_000_000;

/** Until the client has surely met the fault and waits. */
const LONG_ENOUGH = 1500;

async function newFile({ storage, newFolder }: Cluster): Promise<string> {
  const path = `${newFolder()}/f`;
  await pipeline(numberedStream(SIZE), storage().create(path));
  return path;
}

describe('two NameNodes', () => {
  const hdfs = cluster();

  /** The active NameNode is lost; the other one takes over some time later. */
  async function loseActive(): Promise<void> {
    const active = (await hdfs.hdfs.active())!;
    await hdfs.hdfs.kill(active);
    await wait(LONG_ENOUGH);
    await hdfs.hdfs.failover();
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
    // Reading goes on while there is no active one.
    let lost: Promise<void> | undefined;
    const happens = () => Promise.resolve((lost = loseActive())).then(() => undefined);
    expect(await checkNumbered(hdfs.storage().open(path), { at: MIDDLE, happens })).toBe(SIZE);
    await lost;
    await restartLost();
  });

  it('lose the active one in the middle of a write', async () => {
    const path = `${hdfs.newFolder()}/f`;
    let lost: Promise<void> | undefined;
    const happens = () => {
      lost = loseActive();
      return Promise.resolve();
    };
    await pipeline(numberedStream(SIZE, { at: MIDDLE, happens }), hdfs.storage().create(path));
    await lost;
    expect(await checkNumbered(hdfs.hdfs.cat(path))).toBe(SIZE);
    await restartLost();
  });

  it('are both waited for by every operation while neither is active', async () => {
    const [storage, folder] = [hdfs.storage(), hdfs.newFolder()];
    await storage.createExclusive(`${folder}/f`, 'x');
    const lost = loseActive();
    await wait(LONG_ENOUGH / 2);
    const [made, found, listed] = [
      storage.makeDirectories(`${folder}/sub`),
      storage.stat(`${folder}/f`),
      storage.createExclusive(`${folder}/g`, 'y'),
    ];
    await Promise.all([lost, made, listed]);
    expect(await found).toMatchObject({ size: 1 });
    expect((await storage.list(folder)).map(({ name }) => name)).toEqual(['f', 'g', 'sub']);
    await restartLost();
  });
});

describe('one NameNode, one DataNode', () => {
  const hdfs = cluster({ nameNodes: 1 });

  it('loses its DataNode in the middle of a read, which goes on when it is back', async () => {
    const path = await newFile(hdfs);
    let back: Promise<void> | undefined;
    const happens = async () => {
      await hdfs.hdfs.kill('dn1');
      back = wait(LONG_ENOUGH).then(() => hdfs.hdfs.restart('dn1'));
    };
    expect(await checkNumbered(hdfs.storage().open(path), { at: MIDDLE, happens })).toBe(SIZE);
    await back;
  });

  it('restarts its NameNode in the middle of a read', async () => {
    const path = await newFile(hdfs);
    let back: Promise<void> | undefined;
    const happens = () => {
      back = hdfs.hdfs.restart('nn1');
      return Promise.resolve();
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
  const hdfs = cluster({ nameNodes: 1, dataNodes: 2 });

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
