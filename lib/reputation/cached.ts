/**
 * What stands around every reputation service: one look-up per distinct key, look-ups under way are shared, batches and
 * bounded concurrency, and a bounded memory of answers. A service that fails does not fail the run: its keys get
 * `UNAVAILABLE`, which can be told from a clean answer, and are asked again later.
 */
import pLimit from 'p-limit';
import { asOaError, OaError } from '../../schemas/errors.js';
import { UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';

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

/** What became of a key: its verdict if it is listed, or nothing because whoever had asked first went away. */
type Answer = Verdict | undefined | 'abandoned';

/** @throws {OaError} from `check`: `REPUTATION_FAILED`, if the service is required */
export function cached(service: ReputationService, options: CacheOptions = {}): ReputationService {
  const { size = 100_000, concurrency = 4, required = false, onFailure } = options;
  const answers = new Map<string, Promise<Answer>>();
  const calls = pLimit(concurrency);

  /** Gives the answer to each key; what is no answer is not remembered. */
  async function call(keys: readonly string[], signal: AbortSignal): Promise<(key: string) => Answer> {
    try {
      signal.throwIfAborted();
      const verdicts = await service.check(keys, { signal });
      return (key) => verdicts.get(key);
    } catch (error) {
      for (const key of keys) answers.delete(key);
      if (signal.aborted) return () => 'abandoned';
      const { message } = asOaError(error);
      if (required)
        throw new OaError('REPUTATION_FAILED', `reputation service ${service.name}: ${message}`, { cause: error });
      onFailure?.(error as Error);
      return () => UNAVAILABLE;
    }
  }

  /** Starts the calls for keys that nobody asked about yet. */
  function ask(keys: readonly string[], signal: AbortSignal): void {
    for (let i = 0; i < keys.length; i += service.batchSize) {
      const batch = keys.slice(i, i + service.batchSize);
      const answered = calls(() => call(batch, signal));
      for (const key of batch) {
        const answer = answered.then((answerTo) => answerTo(key));
        answer.catch(() => undefined); // whoever asked sees it; nobody may have to
        answers.set(key, answer);
      }
    }
  }

  /** The answers to all keys, under way or known. */
  function answersTo(keys: readonly string[], signal: AbortSignal): [string, Promise<Answer>][] {
    const unknown = keys.filter((key) => !answers.has(key));
    ask(unknown, signal);
    const taken = keys.map((key): [string, Promise<Answer>] => [key, answers.get(key)!]);
    // Cut after they are taken, since a batch may hold more keys than are kept.
    for (const key of answers.keys()) {
      if (answers.size <= size) break;
      answers.delete(key);
    }
    return taken;
  }

  async function verdictsOf(keys: readonly string[], signal: AbortSignal): Promise<Map<string, Verdict>> {
    const verdicts = new Map<string, Verdict>();
    const abandoned: string[] = [];
    for (const [key, pending] of answersTo(keys, signal)) {
      const answer = await pending;
      signal.throwIfAborted();
      if (answer === 'abandoned') abandoned.push(key);
      else if (answer !== undefined) verdicts.set(key, answer);
    }
    if (abandoned.length === 0) return verdicts;
    return new Map([...verdicts, ...(await verdictsOf(abandoned, signal))]);
  }

  return {
    name: service.name,
    checks: service.checks,
    batchSize: Infinity,
    check: (keys, { signal }) => unlessAborted(verdictsOf([...new Set(keys)], signal), signal),
  };
}

/** Rejects at once when the signal fires: the look-ups may be those of somebody who still waits. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { signal: done.signal });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
