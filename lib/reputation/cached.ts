/**
 * What stands around every reputation service: one look-up per distinct key, look-ups under way are shared, batches, and
 * a bounded memory of answers. A service that fails does not fail the run: its keys get `UNAVAILABLE`, which can be
 * told from a clean answer. How calls are made is told by `engine/calls.ts`.
 */
import { asOaError, OaError } from '../../schemas/errors.js';
import { UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { AnswerStore, isUnavailable, type Answer, type StoreOptions } from './engine/answer-store.js';
import { bounded } from './engine/bounded.js';
import type { BreakerState } from './engine/breaker.js';
import { Calls, NotCalled, type CallOptions } from './engine/calls.js';
import { systemClock } from './engine/clock.js';
import { DeadlineOver } from './engine/deadline.js';

export interface CacheOptions extends CallOptions, StoreOptions {
  /** Answers of earlier runs. @default none; the size and lives are then those of the options */
  readonly store?: AnswerStore;
  /** Fail instead of `UNAVAILABLE`. @default false */
  readonly required?: boolean;
}

/** What became of the distinct keys that were asked about; one that is dropped and asked about again counts again. */
export interface LookUpCounts {
  keys: number;
  /** Answered by an earlier run. */
  cached: number;
  /** Of which the service was told. */
  sent: number;
  /** Without an answer. */
  unavailable: number;
  calls: number;
  failedCalls: number;
  breaker: BreakerState;
  /** Whether the time that the run waits for the service is used up. */
  deadlinePassed: boolean;
}

export interface CachedService extends ReputationService {
  counts(): LookUpCounts;
}

/** What became of a look-up, or nothing because whoever had asked first went away. */
type Outcome = Answer | 'abandoned';

/** @throws {OaError} from `check`: `REPUTATION_FAILED`, if the service is required */
export function cached(service: ReputationService, options: CacheOptions = {}): CachedService {
  const { required = false, clock = systemClock, onFailure = () => undefined } = options;
  const store = options.store ?? new AnswerStore(options);
  const calls = new Calls(service, options);
  const underWay = new Map<string, Promise<Outcome>>();
  const counts = { keys: 0, cached: 0, sent: 0, unavailable: 0 };

  function refused(keys: readonly string[], error: unknown): (key: string) => Outcome {
    if (required) {
      const { message } = asOaError(error);
      throw new OaError('REPUTATION_FAILED', `reputation service ${service.name}: ${message}`, { cause: error });
    }
    counts.unavailable += keys.length;
    const until = error instanceof NotCalled ? error.until : error instanceof DeadlineOver ? Infinity : undefined;
    for (const key of keys)
      if (until === undefined) store.keep(key, UNAVAILABLE, clock.now());
      else store.setUnavailable(key, until);
    if (error instanceof DeadlineOver) onFailure(error);
    return () => UNAVAILABLE;
  }

  /** Gives the outcome for each key, and keeps it. */
  async function lookUp(
    keys: readonly string[],
    signal: AbortSignal,
    refusal?: Error,
  ): Promise<(key: string) => Outcome> {
    try {
      if (refusal !== undefined) await Promise.reject(refusal);
      const verdicts = await calls.call(keys, signal, () => (counts.sent += keys.length));
      const now = clock.now();
      for (const key of keys) store.keep(key, verdicts.get(key) ?? null, now);
      const without = keys.filter((key) => isUnavailable(verdicts.get(key))).length;
      counts.unavailable += without;
      if (without > 0) onFailure(new Error('it gave no answer about some keys'));
      return (key) => verdicts.get(key) ?? null;
    } catch (error) {
      if (signal.aborted) return () => 'abandoned';
      return refused(keys, error);
    } finally {
      for (const key of keys) underWay.delete(key);
    }
  }

  /** Starts the look-ups of keys that nobody asked about yet. */
  function start(keys: readonly string[], signal: AbortSignal): void {
    counts.keys += keys.length;
    // What is refused is one batch, however many keys it has.
    const refusal = calls.refusal();
    const size = refusal === undefined ? service.batchSize : Infinity;
    for (let i = 0; i < keys.length; i += size) {
      const batch = keys.slice(i, i + size);
      const found = lookUp(batch, signal, refusal);
      for (const key of batch) {
        const outcome = found.then((of) => of(key));
        outcome.catch(() => undefined); // whoever asked sees it; nobody may have to
        underWay.set(key, outcome);
      }
    }
  }

  async function fill(verdicts: Map<string, Verdict>, keys: readonly string[], signal: AbortSignal): Promise<void> {
    start(
      keys.filter((key) => !underWay.has(key)),
      signal,
    );
    const taken = keys.map((key) => underWay.get(key)!);
    const abandoned: string[] = [];
    for (const [i, pending] of taken.entries()) {
      const outcome = await pending;
      signal.throwIfAborted();
      if (outcome === 'abandoned') abandoned.push(keys[i]!);
      else if (outcome !== null) verdicts.set(keys[i]!, outcome);
    }
    if (abandoned.length > 0) await fill(verdicts, abandoned, signal);
  }

  return {
    name: service.name,
    checks: service.checks,
    remote: service.remote,
    batchSize: Infinity,
    async check(keys, { signal }) {
      signal.throwIfAborted();
      const verdicts = new Map<string, Verdict>();
      const unknown = new Set<string>();
      const now = clock.now();
      for (const key of keys) {
        const known = store.get(key, now);
        if (known === undefined) unknown.add(key);
        else {
          if (known.answer !== null) verdicts.set(key, known.answer);
          if (known.earlier) counts.keys += 1;
          if (known.earlier) counts.cached += 1;
          known.earlier = false;
        }
      }
      if (unknown.size > 0)
        await calls.deadline.during(() => bounded([signal], (ended) => fill(verdicts, [...unknown], ended)));
      return verdicts;
    },
    counts: () => ({
      ...counts,
      calls: calls.made,
      failedCalls: calls.failed,
      breaker: calls.breaker.state,
      deadlinePassed: calls.deadline.isOver,
    }),
  };
}
