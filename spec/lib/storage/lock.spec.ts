import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { localStorage } from '../../../lib/storage/local.js';
import { lock, type Lock } from '../../../lib/storage/lock.js';
import type { Owner } from '../../../lib/storage/owner.js';
import type { OaError } from '../../../schemas/errors.js';
import { codeOf } from '../../conformance/storage.js';
import { deadOwner, distantOwner } from '../../fakes/owners.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

describe('lock', () => {
  const temporary = temporaryFolder();
  const storage = localStorage();
  const path = () => `${temporary.path}/staging/_lock-20160708`;
  const files = () => readdir(`${temporary.path}/staging`);

  /** A claim as its owner left it, so many seconds ago. */
  async function leaveClaim(owner: Owner, secondsAgo = 0): Promise<void> {
    const claim = `${path()}.${owner.id}`;
    await storage.createExclusive(claim, JSON.stringify(owner));
    const time = Date.now() / 1000 - secondsAgo;
    await utimes(claim, time, time);
  }

  it('is held by one at a time, and free again after its release', async () => {
    const first = await lock(storage, path());
    expect(await codeOf(lock(storage, path()))).toBe('LOCKED');
    await first.check();
    await first.release();
    expect(await files()).toEqual([]);
    await (await lock(storage, path())).release();
  });

  it('names the owner, and leaves nothing of the one who had to go', async () => {
    const first = await lock(storage, path());
    await expect(lock(storage, path())).rejects.toThrow(new RegExp(`process ${process.pid} on `));
    expect(await files()).toHaveLength(1);
    await first.release();
  });

  it('does not mind other locks beside it', async () => {
    const other = await lock(storage, `${temporary.path}/staging/_lock-20160709`);
    const one = await lock(storage, path());
    await one.release();
    await other.check();
    await other.release();
  });

  it('takes over at once from a process of this machine that has ended', async () => {
    await leaveClaim(deadOwner('0123456789abcdef'));
    const taken = await lock(storage, path());
    expect(await files()).toHaveLength(1);
    await taken.release();
  });

  it('takes over from another machine only after a minute of silence', async () => {
    await leaveClaim(distantOwner('0123456789abcdef'), 50);
    await expect(lock(storage, path())).rejects.toThrow(/process 4321 on elsewhere\.example/);
    await rm(`${temporary.path}/staging`, { recursive: true });
    await leaveClaim(distantOwner('0123456789abcdef'), 70);
    await (await lock(storage, path())).release();
  });

  it('hears a heartbeat', async () => {
    await leaveClaim(distantOwner('0123456789abcdef'), 70);
    await storage.createExclusive(`${path()}.0123456789abcdef.5`, '');
    expect(await codeOf(lock(storage, path()))).toBe('LOCKED');
  });

  it('beats, leaving one heartbeat at a time', async () => {
    const held = await lock(storage, path(), { beatEvery: 5 });
    while (!(await files()).some((name) => /\.[0-9a-f]{16}\.[3-9]$/.test(name))) await wait(1);
    await held.release();
    expect(await files()).toEqual([]);
  });

  it('tells its owner when it was taken over', async () => {
    let held: Lock | undefined;
    const lost = new Promise<OaError>((resolve) => {
      void lock(storage, path(), { beatEvery: 5, onLost: resolve }).then((one) => (held = one));
    });
    while (held === undefined) await wait(1);
    await rm(`${path()}.${held.owner.id}`);
    expect((await lost).code).toBe('LOCK_LOST');
    expect(await codeOf(held.check())).toBe('LOCK_LOST');
  });

  it('survives a claim that is half written, once it is old', async () => {
    await storage.createExclusive(`${path()}.0123456789abcdef`, '{"host":');
    const longAgo = Date.now() / 1000 - 100;
    await utimes(`${path()}.0123456789abcdef`, longAgo, longAgo);
    await (await lock(storage, path())).release();
  });

  it('ends with the signal', async () => {
    await expect(lock(storage, path(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('never has two owners, however many race for a dead one', async () => {
    let holders = 0;
    let most = 0;
    let won = 0;
    const race = async () => {
      const held = await lock(storage, path()).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'LOCKED' });
        return null;
      });
      if (held === null) return;
      won += 1;
      most = Math.max(most, ++holders);
      await wait(1);
      holders -= 1;
      await held.release();
    };
    for (let round = 0; round < 4; round++) {
      await leaveClaim(deadOwner(`0123456789abcde${round}`));
      await writeFile(`${temporary.path}/staging/unrelated`, '');
      await Promise.all(Array.from({ length: 6 }, race));
    }
    expect(most).toBe(1);
    expect(won).toBeGreaterThan(0);
  });
});
