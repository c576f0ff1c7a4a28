import { rename, rm, writeFile } from 'node:fs/promises';
import type { OaError } from '../../../schemas/errors.js';
import { watchNetworkContext } from '../../../lib/lookups/network-context.js';
import { watchFiles, WatchedFiles } from '../../../lib/lookups/watched-files.js';
import { rowsThrough } from '../../fakes/rows-through.js';
import { networkContext } from '../../../streams/transforms/network-context.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

/** A promise and what resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('watchNetworkContext', () => {
  const folder = temporaryFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  /** As the documentation asks for: beside the old one, and renamed over. */
  const replace = async (name: string, text: string) => {
    await writeFile(path('new'), text);
    await rename(path('new'), path(name));
  };

  it('reads the files again when they change, and only then', async () => {
    await writeFile(path('a.csv'), '10.0.0.1,one\n');
    await writeFile(path('r.csv'), '10.0.0.0,10.0.0.255,net\n');
    let reloads = 0;
    const context = await watchNetworkContext(
      { files: [path('a.csv')], ranges: [path('r.csv')] },
      { everySeconds: 0, onReload: () => reloads++ },
    );
    expect(await context.check()).toBe(false);
    expect([context.find('10.0.0.1'), context.find('10.0.0.2'), context.size]).toEqual(['one', 'net', 2]);

    await replace('a.csv', '10.0.0.1,two\n10.0.0.2,three\n');
    expect(await context.check()).toBe(true);
    expect([context.find('10.0.0.1'), context.find('10.0.0.2'), context.size]).toEqual(['two', 'three', 3]);
    await replace('r.csv', '10.0.0.0,10.0.0.255,net\n10.0.0.0,10.0.0.255,other\n');
    expect(await Promise.all([context.check(), context.check()])).toEqual([true, true]);
    expect(context.conflicts).toHaveLength(1);
    expect(await context.check()).toBe(false);
    expect(reloads).toBe(2);
    context.close();
  });

  it('keeps what it has when the new files are broken or gone, tells once, and goes on', async () => {
    await writeFile(path('a.csv'), '10.0.0.1,one\n');
    const errors: OaError[] = [];
    const context = await watchNetworkContext(
      { files: [path('a.csv')] },
      { everySeconds: 0, onError: (error) => errors.push(error) },
    );
    await replace('a.csv', '10.0.0.1,two\n10.0.0.999,x\n');
    expect([await context.check(), await context.check()]).toEqual([false, false]);
    expect(context.find('10.0.0.1')).toBe('one');
    await rm(path('a.csv'));
    expect([await context.check(), await context.check()]).toEqual([false, false]);
    expect(context.find('10.0.0.1')).toBe('one');
    expect(errors.map(({ code }) => code)).toEqual(['LOOKUP_FILE_INVALID', 'FILE_NOT_FOUND']);
    expect(errors[0]!.message).toContain('a.csv, line 2: "10.0.0.999"');

    await replace('a.csv', '10.0.0.1,three\n');
    expect(await context.check()).toBe(true);
    expect(context.find('10.0.0.1')).toBe('three');
  });

  it('fails at first where a file is broken', async () => {
    await writeFile(path('a.csv'), 'x,y\n');
    await expect(watchNetworkContext({ files: [path('a.csv')] })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
    });
  });

  it('looks by itself', async () => {
    await writeFile(path('a.csv'), '10.0.0.1,one\n');
    const reloaded = gate();
    const context = await watchNetworkContext(
      { files: [path('a.csv')] },
      { everySeconds: 0.005, onReload: reloaded.open },
    );
    // What stands in for another process: the timer alone would not.
    const alive = setInterval(() => {}, 1000);
    await replace('a.csv', '10.0.0.1,two\n');
    await reloaded.opened;
    clearInterval(alive);
    context.close();
    const rows = await rowsThrough([{ ip_dst: '10.0.0.1' }], networkContext(context));
    expect(rows).toEqual([{ ip_dst: '10.0.0.1', network_context: 'two' }]);
  });

  it.each([-1, NaN, 86_401])('takes no %p seconds', async (everySeconds) => {
    await expect(watchNetworkContext({}, { everySeconds })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('watchFiles', () => {
  const folder = temporaryFolder();

  it('keeps no process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const watched = new WatchedFiles(1, '', [], () => Promise.resolve(2), { everySeconds: 1000 });
    expect(timers()).toBe(before);
    watched.close();
  });

  it('answers with the old until the new is whole', async () => {
    const file = `${folder.path}/a`;
    await writeFile(file, '1');
    const reading = gate();
    let loads = 0;
    const load = async () => {
      loads += 1;
      if (loads > 1) await reading.opened;
      return loads;
    };
    const watched = await watchFiles([file], load, { everySeconds: 0 });
    await writeFile(file, '22');
    const checking = watched.check();
    expect(watched.current).toBe(1);
    reading.open();
    expect([await checking, watched.current]).toEqual([true, 2]);
  });

  it('takes nothing that was written to while it was read', async () => {
    const file = `${folder.path}/a`;
    await writeFile(file, '1');
    let loads = 0;
    const load = async () => {
      loads += 1;
      if (loads === 2) await writeFile(file, 'half and the other half');
      return loads;
    };
    const watched = await watchFiles([file], load, { everySeconds: 0 });
    await writeFile(file, 'half');
    expect([await watched.check(), watched.current]).toEqual([false, 1]);
    expect([await watched.check(), watched.current]).toEqual([true, 3]);
  });
});
