import type { Clock } from './clock.js';

/** Turns at even distances: so many calls a second, and none while the service asked for a pause. */
export class Rate {
  readonly #gap: number;
  readonly #clock: Clock;
  #next = 0;

  constructor(perSecond: number | undefined, clock: Clock) {
    this.#gap = perSecond === undefined ? 0 : 1000 / perSecond;
    this.#clock = clock;
  }

  /** Resolves when the next call may be made. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#gap;
    if (at > now) await this.#clock.wait(at - now, signal);
  }

  /** No turn for so many milliseconds, whoever asks: HTTP's `Retry-After`. */
  hold(milliseconds: number): void {
    this.#next = Math.max(this.#next, this.#clock.now() + milliseconds);
  }
}
