/**
 * Finds the key at which a call about many fails. Whoever chooses a name that breaks a client would else keep those that
 * are asked about beside it from being found.
 */
import { UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { Verdict } from '../../streams/contracts.js';
import { CallFailed } from './engine/failures.js';

type Ask = (keys: readonly string[]) => Promise<ReadonlyMap<string, Verdict>>;

/**
 * Asks about all at once. When that fails and the harmless key is answered, the keys are halved down to those that fail by
 * themselves, which are `UNAVAILABLE`.
 * @param harmless a key that no fault can come from
 * @throws what the first call threw, when the harmless key is not answered either
 */
export async function askAroundBadKeys(
  keys: readonly string[],
  ask: Ask,
  harmless: string,
): Promise<ReadonlyMap<string, Verdict>> {
  const answer = await answerOf(keys, ask);
  if (!(answer instanceof CallFailed)) return answer;
  // Nothing that a key could be blamed for: the client cannot be started, say.
  if (!answer.retriable) throw answer;
  if ((await answerOf([harmless], ask)) instanceof CallFailed) throw answer;
  return byHalves(keys, ask);
}

/** Of keys that failed together, though the client works: one call after the other, for a bound of calls stands outside. */
async function byHalves(keys: readonly string[], ask: Ask): Promise<ReadonlyMap<string, Verdict>> {
  if (keys.length === 1) return new Map([[keys[0]!, UNAVAILABLE]]);
  const middle = keys.length >> 1;
  const verdicts = new Map<string, Verdict>();
  for (const half of [keys.slice(0, middle), keys.slice(middle)]) {
    const answer = await answerOf(half, ask);
    if (answer instanceof CallFailed && !answer.retriable) throw answer;
    const found = answer instanceof CallFailed ? await byHalves(half, ask) : answer;
    for (const [key, verdict] of found) verdicts.set(key, verdict);
  }
  return verdicts;
}

async function answerOf(keys: readonly string[], ask: Ask): Promise<ReadonlyMap<string, Verdict> | CallFailed> {
  try {
    return await ask(keys);
  } catch (error) {
    if (error instanceof CallFailed) return error;
    throw error;
  }
}
