/**
 * A lock of any storage. Each contender makes a claim of its own name, `<path>.<id>`, and holds the lock when no
 * living claim stands beside it. Since every name is used once, a dead claim is removed without the danger of removing
 * somebody's new one, and of two that race for a dead lock each sees the other: at most one of them wins.
 */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
// Notebooks run in Deno, where the global ones give a number.
import { clearInterval, setInterval } from 'node:timers';
import { OaError } from '../../schemas/errors.js';
import type { FileStatus, Storage } from '../../streams/contracts.js';
import { isRunning, parseOwner, thisOwner, type Owner } from './owner.js';
import { readText } from './text.js';

/** Heartbeats that an owner may miss before it is taken for dead. */
const MISSED_BEATS = 4;
/** A claim younger than this may still be withdrawn, so it is worth asking again. */
const SETTLED_AFTER = 1_000;
const ATTEMPTS = 6;

export interface Lock {
  readonly owner: Owner;
  /** @throws {OaError} `LOCK_LOST` when another owner took the lock over */
  check(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  signal?: AbortSignal;
  /** Called once when the heartbeat finds that the lock was taken over. */
  onLost?: (error: OaError) => void;
  /** Time between heartbeats, milliseconds; an owner that gives no sign of life for four times this is dead. @default 15000 */
  beatEvery?: number;
}

/**
 * @param path file name that the lock's files begin with; its folder is made
 * @throws {OaError} `LOCKED`, which names the owner
 */
export async function lock(storage: Storage, path: string, options: LockOptions = {}): Promise<Lock> {
  const { signal, onLost, beatEvery = 15_000 } = options;
  const deadAfter = MISSED_BEATS * beatEvery;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const owner = thisOwner(randomBytes(8).toString('hex'));
    await storage.createExclusive(`${path}.${owner.id}`, JSON.stringify(owner));
    const other = await livingOther(storage, path, owner.id, deadAfter).catch(async (error: unknown) => {
      await remove(storage, path, owner.id);
      throw error;
    });
    if (other === null) return held(storage, path, owner, { beatEvery, deadAfter, onLost });
    await remove(storage, path, owner.id);
    if (other.settled || attempt === ATTEMPTS) {
      throw new OaError('LOCKED', `${path} is locked by process ${other.pid} on ${other.host.split(' ')[0]}`);
    }
    await wait(20 + Math.random() * 25 * 2 ** attempt, undefined, { signal });
  }
}

interface Claim {
  readonly id: string;
  readonly file: FileStatus | undefined;
  /** Time of the last sign of life. */
  readonly beat: number;
}

/** Claims beside the path: the claim's file is `<path>.<id>`, its heartbeats are `<path>.<id>.<n>`. */
async function claimsOf(storage: Storage, path: string): Promise<Claim[]> {
  const prefix = `${posix.basename(path)}.`;
  const claims = new Map<string, Claim>();
  for (const file of await storage.list(posix.dirname(path))) {
    const [id, beat, ...rest] = file.name.startsWith(prefix) ? file.name.slice(prefix.length).split('.') : [];
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id) || rest.length > 0) continue;
    const known = claims.get(id);
    claims.set(id, {
      id,
      file: beat === undefined ? file : known?.file,
      beat: Math.max(file.modified, known?.beat ?? 0),
    });
  }
  return [...claims.values()];
}

/** A claim beside ours whose owner lives; dead ones are removed. Times are the storage's, so clocks need not agree. */
async function livingOther(
  storage: Storage,
  path: string,
  ownId: string,
  deadAfter: number,
): Promise<(Owner & { settled: boolean }) | null> {
  const claims = await claimsOf(storage, path);
  const own = claims.find(({ id }) => id === ownId)?.file;
  if (own === undefined) throw new OaError('STORAGE_FAILED', `${path}.${ownId} was created and is not listed`);
  for (const { id, file, beat } of claims) {
    if (id === ownId) continue;
    const owner = file && parseOwner((await readText(storage, file.path)) ?? '');
    const silent = own.modified - beat > deadAfter;
    // An unreadable claim is one that is being written, or the rest of a crash.
    if (file && !silent && !(owner && isRunning(owner) === false)) {
      return {
        ...(owner ?? { host: 'an unknown host', pid: 0, id }),
        settled: own.modified - file.modified > SETTLED_AFTER,
      };
    }
    await remove(storage, path, id);
  }
  return null;
}

/** Heartbeats first: while the claim's file is there, they belong to someone. */
async function remove(storage: Storage, path: string, id: string): Promise<void> {
  const prefix = `${posix.basename(path)}.${id}.`;
  for (const file of await storage.list(posix.dirname(path))) {
    if (file.name.startsWith(prefix)) await storage.delete(file.path);
  }
  await storage.delete(`${path}.${id}`);
}

interface Timing extends Pick<LockOptions, 'onLost'> {
  beatEvery: number;
  deadAfter: number;
}

function held(storage: Storage, path: string, owner: Owner, { beatEvery, deadAfter, onLost }: Timing): Lock {
  const claim = `${path}.${owner.id}`;
  let beats = 0;
  let lastBeat = Date.now();
  let beating: Promise<void> = Promise.resolve();

  const check = async () => {
    if ((await storage.stat(claim)) === null)
      throw new OaError('LOCK_LOST', `${path} was taken over by another process while it was held`);
  };
  const beat = async () => {
    try {
      await check();
      await storage.createExclusive(`${claim}.${beats + 1}`, '');
      beats += 1;
      lastBeat = Date.now();
      await storage.delete(`${claim}.${beats - 1}`);
    } catch (error) {
      const lost = error instanceof OaError && error.code === 'LOCK_LOST';
      // A storage that fails for a moment is no loss; one that fails for too long is, for others take us for dead.
      if (!lost && Date.now() - lastBeat < deadAfter) return;
      clearInterval(timer);
      onLost?.(lost ? error : new OaError('LOCK_LOST', `${path}: no heartbeat could be written`, { cause: error }));
    }
  };
  const timer = setInterval(() => {
    beating = beating.then(beat);
  }, beatEvery);
  timer.unref();

  return {
    owner,
    check,
    release: async () => {
      clearInterval(timer);
      await beating;
      await remove(storage, path, owner.id);
    },
  };
}
