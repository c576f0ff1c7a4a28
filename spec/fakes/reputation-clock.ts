import type { Clock } from '../../lib/reputation/engine/clock.js';
import { turn } from './streams.js';

/** A clock that a test moves on; whoever waits is woken in order of time. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #waiting: { at: number; wake: () => void }[] = [];
  /** Lengths of the waits that were asked for. */
  readonly waits: number[] = [];

  now = (): number => this.#now;

  wait = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    this.waits.push(milliseconds);
    return new Promise((resolve, reject) => {
      const waiting = { at: this.#now + milliseconds, wake: resolve };
      this.#waiting.push(waiting);
      const end = () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(signal!.reason as Error);
      };
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    });
  };

  /** Lets the time pass, and whatever follows from it happen. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      for (let i = 0; i < 5; i++) await turn();
      const next = this.#waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#now = next.at;
      next.wake();
    }
    this.#now = end;
  }
}
