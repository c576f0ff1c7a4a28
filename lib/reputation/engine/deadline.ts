import { setMaxListeners } from 'node:events';
import { DONE } from './bounded.js';
import type { Clock } from './clock.js';

/** Total time that a run waits for one service: it passes only while somebody waits. */
export class Deadline {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #left: number;
  #waiting = 0;
  #since = 0;
  #idle = new AbortController();

  /** @param milliseconds `Infinity` for none */
  constructor(milliseconds: number, clock: Clock) {
    // As many listen as there are calls at a time.
    setMaxListeners(0, this.#over.signal);
    this.#left = milliseconds;
    this.#clock = clock;
  }

  /** Fires when the time is used up. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Whether so many milliseconds fit into what is left. */
  allows(milliseconds: number): boolean {
    return milliseconds < this.#left - (this.#waiting > 0 ? this.#clock.now() - this.#since : 0);
  }

  /** Lets the time pass while the work is waited for. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#run();
    try {
      return await work();
    } finally {
      if (--this.#waiting === 0) this.#halt();
    }
  }

  #run(): void {
    this.#since = this.#clock.now();
    if (this.#left === Infinity || this.isOver) return;
    this.#idle = new AbortController();
    this.#clock.wait(Math.max(0, this.#left), this.#idle.signal).then(
      () => this.#over.abort(new DeadlineOver()),
      () => undefined,
    );
  }

  #halt(): void {
    this.#idle.abort(DONE);
    this.#left -= this.#clock.now() - this.#since;
  }
}

/** Why a call was not made or not waited for. */
export class DeadlineOver extends Error {
  constructor() {
    super('the time that the run may wait for the service is used up');
  }
}
