import { setMaxListeners } from 'node:events';

/** Else every end would make an exception of its own. */
export const DONE = 'done';

/**
 * Waits for work until one of the signals fires, and no longer: the work may not listen to the signal that it is given.
 * Leaves no listener behind, which `AbortSignal.any` on a signal that lives long does.
 * @throws the reason of the signal that fired, or what the work throws
 */
export async function bounded<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  // As many listen as there are calls at a time.
  setMaxListeners(0, ending.signal);
  const done = new AbortController();
  const fired = new Promise<never>((_resolve, reject) => {
    for (const signal of signals) {
      const end = () => {
        ending.abort(signal.reason);
        reject(signal.reason as Error);
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { signal: done.signal });
    }
  });
  fired.catch(() => undefined); // the race sees it, unless the work throws at once
  try {
    ending.signal.throwIfAborted();
    return await Promise.race([work(ending.signal), fired]);
  } finally {
    done.abort(DONE);
  }
}
