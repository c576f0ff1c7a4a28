/**
 * The calls of one service: a few at a time, so many a second, tried again with jitter, given up after a time, and none
 * while the breaker is open or when the deadline is over.
 */
import pLimit from 'p-limit';
import { asOaError } from '../../../schemas/errors.js';
import type { ReputationService, Verdict } from '../../../streams/contracts.js';
import { bounded, DONE } from './bounded.js';
import { Breaker, type BreakerOptions } from './breaker.js';
import { systemClock, type Clock } from './clock.js';
import { Deadline } from './deadline.js';
import { CallFailed, isRetriable } from './failures.js';
import { Rate } from './rate.js';

/** Times are milliseconds. */
export interface CallOptions {
  /** Calls at the same time. @default 4 */
  readonly concurrency?: number;
  /** Calls a second. @default as many as come */
  readonly perSecond?: number;
  /** Time of one call. @default 10,000 */
  readonly timeout?: number;
  /** Time that all who ask wait for the service, altogether. @default Infinity */
  readonly deadline?: number;
  /** Tries of a call in all, the longest pause before the second, which doubles each time, and the longest of all. */
  readonly retry?: { readonly attempts?: number; readonly base?: number; readonly cap?: number };
  readonly breaker?: BreakerOptions;
  readonly clock?: Clock;
  /** Told of each failed call, and when the breaker opens. */
  readonly onFailure?: (error: Error) => void;
}

/** A call that was not made, for the breaker is open. */
export class NotCalled extends Error {
  /** Milliseconds since 1970: not before. */
  readonly until: number;

  constructor(until: number) {
    super('the service failed too often in a row');
    this.until = until;
  }
}

export class Calls {
  readonly deadline: Deadline;
  readonly breaker: Breaker;
  /** Calls made, and those of them that gave no answer: one that the deadline cut off is among them. */
  made = 0;
  failed = 0;
  #refused: NotCalled | undefined;
  readonly #service: ReputationService;
  readonly #limit: <T>(call: () => Promise<T>) => Promise<T>;
  readonly #rate: Rate;
  readonly #timeout: number;
  readonly #retry: { attempts: number; base: number; cap: number };
  readonly #clock: Clock;
  readonly #onFailure: (error: Error) => void;

  constructor(service: ReputationService, options: CallOptions) {
    const { concurrency = 4, timeout = 10_000, deadline = Infinity, clock = systemClock } = options;
    const { attempts = 3, base = 500, cap = 15_000 } = options.retry ?? {};
    this.#service = service;
    this.#limit = pLimit(concurrency);
    this.#clock = clock;
    this.#rate = new Rate(options.perSecond, clock);
    this.#timeout = timeout;
    this.#retry = { attempts, base, cap };
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.deadline = new Deadline(deadline, clock);
    this.breaker = new Breaker(options.breaker ?? {}, clock);
  }

  /**
   * @param onSent told when the service is about to see the keys
   * @throws {NotCalled} the breaker is open; `DeadlineOver`; the reason of the signal; what the last try threw
   */
  call(keys: readonly string[], signal: AbortSignal, onSent: () => void): Promise<ReadonlyMap<string, Verdict>> {
    return this.#limit(async () => {
      // A service that is left alone may have thousands of keys in the queue.
      const refusal = this.refusal();
      if (refusal !== undefined) throw refusal;
      return bounded([signal, this.deadline.signal], (ended) => this.#persist(keys, ended, onSent));
    });
  }

  async #persist(keys: readonly string[], ended: AbortSignal, onSent: () => void) {
    for (let attempt = 1; ; attempt++) {
      if (!this.breaker.admits()) throw this.#notCalled();
      try {
        await this.#rate.turn(ended);
        if (attempt === 1) onSent();
        const verdicts = await this.#once(keys, ended);
        this.breaker.succeeded();
        return verdicts;
      } catch (error) {
        if (ended.aborted) this.breaker.abandoned();
        ended.throwIfAborted();
        this.#note(error);
        const pause = this.#pause(attempt, error);
        if (pause === undefined) throw error;
        await this.#clock.wait(pause, ended);
      }
    }
  }

  /** Why no call is made now; undefined when one may be. */
  refusal(): Error | undefined {
    if (this.deadline.isOver) return this.deadline.signal.reason as Error;
    return this.breaker.state === 'open' ? this.#notCalled() : undefined;
  }

  /** One error for all that are refused until the same time: errors are dear, for they look where they are made. */
  #notCalled(): NotCalled {
    const { opensUntil } = this.breaker;
    if (this.#refused?.until !== opensUntil) this.#refused = new NotCalled(opensUntil);
    return this.#refused;
  }

  /** One try, within the time of a call. */
  async #once(keys: readonly string[], ended: AbortSignal): Promise<ReadonlyMap<string, Verdict>> {
    this.made += 1;
    const [late, done] = [new AbortController(), new AbortController()];
    const failure = () => new CallFailed(`no answer within ${this.#timeout / 1000} s`);
    this.#clock.wait(this.#timeout, done.signal).then(
      () => late.abort(failure()),
      () => undefined,
    );
    try {
      return await bounded([ended, late.signal], async (signal) => this.#service.check(keys, { signal }));
    } catch (error) {
      if (!ended.aborted || this.deadline.isOver) this.failed += 1;
      throw error;
    } finally {
      done.abort(DONE);
    }
  }

  #note(error: unknown): void {
    const opens = this.breaker.failed();
    this.#onFailure(asOaError(error));
    if (opens) this.#onFailure(new Error('failed too often in a row; it is left alone for a while'));
  }

  /** How long to wait before the next try; undefined: there is none. */
  #pause(attempt: number, error: unknown): number | undefined {
    const { attempts, base, cap } = this.#retry;
    if (!isRetriable(error)) return undefined;
    const asked = error instanceof CallFailed ? (error.retryAfter ?? 0) : 0;
    if (asked > 0) this.#rate.hold(asked);
    const jittered = Math.min(cap, base * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    const pause = Math.max(asked, jittered);
    return attempt < attempts && this.breaker.state === 'closed' && this.deadline.allows(pause) ? pause : undefined;
  }
}
