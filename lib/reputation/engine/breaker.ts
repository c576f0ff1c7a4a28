import type { Clock } from './clock.js';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  /** Failed calls in a row that open it. @default 5 */
  readonly failures?: number;
  /** Milliseconds without calls before one is tried again. @default 30,000 */
  readonly pause?: number;
}

/**
 * Circuit breaker: after some failed calls in a row no more are made for a while; then one is tried, and its outcome
 * decides.
 */
export class Breaker {
  readonly #most: number;
  readonly #pause: number;
  readonly #clock: Clock;
  #failures = 0;
  #openedAt: number | undefined;
  #trying = false;

  constructor({ failures = 5, pause = 30_000 }: BreakerOptions, clock: Clock) {
    this.#most = failures;
    this.#pause = pause;
    this.#clock = clock;
  }

  get state(): BreakerState {
    if (this.#openedAt === undefined) return 'closed';
    return this.#clock.now() < this.#openedAt + this.#pause ? 'open' : 'half-open';
  }

  /** When a call may be tried again, milliseconds since 1970; in the past unless it is open. */
  get opensUntil(): number {
    return (this.#openedAt ?? -Infinity) + this.#pause;
  }

  /** Whether a call may be made; whoever is told so has to say how it ended. */
  admits(): boolean {
    const { state } = this;
    if (state === 'half-open' && !this.#trying) return (this.#trying = true);
    return state === 'closed';
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openedAt = undefined;
    this.#trying = false;
  }

  /** @returns whether this failure opened it */
  failed(): boolean {
    this.#failures += 1;
    const { state } = this;
    const opens = this.#trying || (state === 'closed' && this.#failures >= this.#most);
    this.#trying = false;
    if (opens) this.#openedAt = this.#clock.now();
    return opens;
  }

  /** The call was ended from outside: nothing is known of the service. */
  abandoned(): void {
    this.#trying = false;
  }
}
