/** Stands before a remote service: the names of rows come in, what may leave goes on, and is counted. */
import { UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { whatMayLeave, type LeavingOptions } from './what-may-leave.js';

/** Keys whose way is remembered; the oldest go first. */
const REMEMBERED = 200_000;

export interface GuardedService extends ReputationService {
  /** Distinct keys of which nothing was sent; their answer is that of a key that is not listed. */
  readonly withheld: number;
}

/** Many names of one domain become one key of the service. */
export function guarded(service: ReputationService, options: Omit<LeavingOptions, 'checks'>): GuardedService {
  const leaving = whatMayLeave({ ...options, checks: service.checks });
  const ways = new Map<string, string | null>();
  let withheld = 0;

  function wayOf(key: string): string | null {
    const known = ways.get(key);
    if (known !== undefined) return known;
    const way = leaving(key);
    if (way === null) withheld += 1;
    ways.set(key, way);
    if (ways.size > REMEMBERED) ways.delete(ways.keys().next().value!);
    return way;
  }

  return {
    name: service.name,
    checks: service.checks,
    remote: service.remote,
    batchSize: service.batchSize,
    get withheld() {
      return withheld;
    },
    async check(keys, options) {
      const sent = new Set<string>();
      for (const key of keys) {
        const way = wayOf(key);
        if (way !== null) sent.add(way);
      }
      const found = sent.size > 0 ? await service.check([...sent], options) : NOTHING;
      const verdicts = new Map<string, Verdict>();
      if (found.size === 0) return verdicts;
      for (const key of keys) {
        const way = wayOf(key);
        const verdict = way === null ? undefined : found.get(way);
        if (verdict !== undefined) verdicts.set(key, verdict);
      }
      return verdicts;
    },
  };
}

const NOTHING: ReadonlyMap<string, Verdict> = new Map();

/** In place of a remote service when none may be asked. */
export const notAsked = ({ name, checks, remote }: ReputationService): ReputationService => ({
  name,
  checks,
  remote,
  batchSize: Infinity,
  check: (keys) => Promise.resolve(new Map(keys.map((key) => [key, UNAVAILABLE]))),
});
