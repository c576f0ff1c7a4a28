/** Waiting between tries: exponential, with jitter, bounded in number and in time, and ended by the signal. */
import { setTimeout as wait } from 'node:timers/promises';
import { OaError } from '../../../schemas/errors.js';
import type { WebHdfsSettings } from './settings.js';

export class Patience {
  readonly #limits: WebHdfsSettings['retry'];
  readonly #signal: AbortSignal | undefined;
  #failures = 0;
  #since = Date.now();

  constructor(limits: WebHdfsSettings['retry'], signal: AbortSignal | undefined) {
    this.#limits = limits;
    this.#signal = signal;
  }

  /** After progress all counts anew. */
  renew(): void {
    this.#failures = 0;
    this.#since = Date.now();
  }

  /** Waits before the next try. @throws the error when there is none, the signal's reason when it fires */
  async afterFailure(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted();
    const { attempts, base, cap, total } = this.#limits;
    if (!(error instanceof OaError) || !error.retriable) throw error;
    this.#failures += 1;
    const longest = Math.min(cap, base * 2 ** (this.#failures - 1));
    const pause = longest * (0.5 + Math.random() / 2);
    if (this.#failures >= attempts || Date.now() + pause - this.#since > total) throw error;
    try {
      await wait(pause, undefined, { signal: this.#signal });
    } catch {
      this.#signal?.throwIfAborted();
    }
  }
}

/** Tries again as long as the error is retriable and the limits allow. */
export async function persist<T>(
  limits: WebHdfsSettings['retry'],
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const patience = new Patience(limits, signal);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      await patience.afterFailure(error);
    }
  }
}
