/** The time that the engine goes by; tests bring one of their own. Milliseconds. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  /** Since 1970. */
  now(): number;
  /** Rejects when the signal fires. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  // Does not jump when the machine's time is set.
  now: () => performance.timeOrigin + performance.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};
