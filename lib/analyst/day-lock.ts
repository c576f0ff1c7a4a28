/** Analysts' tables and the feedback change only under the day's lock, the one that runs take. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { lockFile } from '../partitions/paths.js';
import { lock, type Lock } from '../storage/lock.js';

export interface LockPatience {
  /** Seconds to wait for another analyst, or a run, to be done with the day. @default 60 */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** What is under way on a warehouse: partitions that wait to take their places together are the whole warehouse's. */
const underWay = new WeakMap<OpenWarehouse, Promise<unknown>>();

/**
 * One change of a warehouse after the other. What dead runs left is finished first, so that what is read is what was
 * decided last.
 * @param work is given a check that the lock is still held, to be asked before anything is changed
 * @throws {OaError} `LOCKED` when the day stays locked, `LOCK_LOST`
 */
export function underDayLock<T>(
  warehouse: OpenWarehouse,
  day: Day,
  work: (check: () => Promise<void>) => Promise<T>,
  options: LockPatience = {},
): Promise<T> {
  const before = underWay.get(warehouse) ?? Promise.resolve();
  const change = before.then(() => locked(warehouse, day, work, options));
  underWay.set(
    warehouse,
    change.catch(() => undefined),
  );
  return change;
}

async function locked<T>(
  warehouse: OpenWarehouse,
  day: Day,
  work: (check: () => Promise<void>) => Promise<T>,
  options: LockPatience,
): Promise<T> {
  const held = await patiently(warehouse, day, options);
  try {
    await warehouse.tidy();
    return await work(() => held.check());
  } finally {
    await held.release();
  }
}

/** Two that come at the same moment both step back, so that each waits as long as chance will have it. */
async function patiently(
  { storage, root, stagingName }: OpenWarehouse,
  day: Day,
  { patience = 60, signal }: LockPatience,
): Promise<Lock> {
  const until = Date.now() + patience * 1000;
  for (;;) {
    try {
      return await lock(storage, `${root}/${lockFile('dns', day, stagingName)}`, { signal });
    } catch (error) {
      if (!(error instanceof OaError && error.code === 'LOCKED') || Date.now() >= until) throw error;
      await wait(100 + Math.random() * 400, undefined, { signal });
    }
  }
}
