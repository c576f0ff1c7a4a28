/**
 * What stands around every reputation service: one look-up per distinct key, look-ups under way are shared, batches and
 * bounded concurrency, and a bounded memory of answers. A service that fails does not fail the run: its keys get
 * `UNAVAILABLE`, which can be told from a clean answer, and are asked again later.
 */
import pLimit from 'p-limit';
import { asOaError } from '../../schemas/errors.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';

const UNAVAILABLE: Verdict = { label: 'UNAVAILABLE', value: -1 };

export interface CacheOptions {
  /** Answers kept; the oldest go first. @default 100,000 */
  readonly size?: number;
  /** Calls of the service at the same time. @default 4 */
  readonly concurrency?: number;
  /** Fail instead of `UNAVAILABLE`. @default false */
  readonly required?: boolean;
  /** Told once per failed call. */
  readonly onFailure?: (error: Error) => void;
}

export function cached(service: ReputationService, options: CacheOptions = {}): ReputationService {
  const { size = 100_000, concurrency = 4, required = false, onFailure } = options;
  const answers = new Map<string, Promise<Verdict | undefined>>();
  const calls = pLimit(concurrency);

  async function call(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Verdict> | null> {
    try {
      signal.throwIfAborted();
      return await service.check(keys, { signal });
    } catch (error) {
      for (const key of keys) answers.delete(key);
      if (signal.aborted) throw error;
      if (required) throw asOaError(error, 'REPUTATION_FAILED', `reputation service ${service.name}`);
      onFailure?.(error as Error);
      return null;
    }
  }

  /** Starts the call for keys that nobody asked about yet. */
  function ask(keys: readonly string[], signal: AbortSignal): void {
    for (let i = 0; i < keys.length; i += service.batchSize) {
      const batch = keys.slice(i, i + service.batchSize);
      const answer = calls(() => call(batch, signal));
      for (const key of batch) {
        const verdict = answer.then((found) => (found === null ? UNAVAILABLE : found.get(key)));
        verdict.catch(() => undefined); // whoever asked sees it; nobody may have to
        answers.set(key, verdict);
      }
    }
  }

  return {
    name: service.name,
    checks: service.checks,
    batchSize: size,
    async check(keys, { signal }) {
      const distinct = [...new Set(keys)];
      ask(
        distinct.filter((key) => !answers.has(key)),
        signal,
      );
      const verdicts = new Map<string, Verdict>();
      // Taken before the cache is cut, since a batch may hold more keys than it keeps.
      const pending = distinct.map((key) => [key, answers.get(key)!] as const);
      for (const key of answers.keys()) {
        if (answers.size <= size) break;
        answers.delete(key);
      }
      for (const [key, answer] of pending) {
        const verdict = await answer;
        if (verdict !== undefined) verdicts.set(key, verdict);
      }
      return verdicts;
    },
  };
}
