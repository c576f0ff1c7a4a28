/** A service as a run has it: the engine and, before a remote one, what keeps keys back; answers of earlier runs; counts. */
import type { RemoteHost, ReputationService } from '../../streams/contracts.js';
import { cached, type CachedService, type CacheOptions, type LookUpCounts } from './cached.js';
import { AnswerFile } from './engine/answer-file.js';
import { AnswerStore } from './engine/answer-store.js';
import { systemClock, type Clock } from './engine/clock.js';
import { guarded, notAsked, type GuardedService } from './guarded.js';
import { hostOf } from './hosts.js';
import type { ReputationSettings, ServiceSettings } from './reputation-settings.js';
import type { Send } from './what-may-leave.js';

/** What became of a service in a run. */
export interface ServiceReport extends LookUpCounts {
  service: string;
  /** Null: it stays on this machine. */
  host: string | null;
  /** Distinct keys that were not sent, for they may not leave. */
  withheld: number;
  offline: boolean;
}

export interface RunningService extends ReputationService {
  report(): ServiceReport;
  /** Keeps the answers for the next run, where the settings give a folder. Never fails. */
  close(): Promise<void>;
}

/** The run's part in what a service needs. */
export interface Surroundings {
  readonly settings: ReputationSettings;
  warn(code: string, message: string): void;
}

const MOST_CAUSES = 5;

export type Asked = Partial<Omit<Extract<ServiceSettings, { service: 'gti' }>, 'service'>> & {
  service?: string;
  send?: Send;
};

/** @param asked the settings of the service that say how it is asked */
export async function running(
  service: ReputationService,
  asked: Asked,
  { settings, warn }: Surroundings,
  clock: Clock = systemClock,
): Promise<RunningService> {
  const remote = hostOf(service, asked.send);
  if (remote !== null && settings.offline) return offline(service, remote);
  const { store, file } = await answersOf(service, asked, remote, settings, warn, clock);
  const told = new Set<string>();
  const onFailure = ({ message }: Error) => {
    // Once for each cause, and of few causes: a service may put anything into a message.
    if (told.has(message) || told.size >= MOST_CAUSES) return;
    told.add(message);
    warn('REPUTATION_UNAVAILABLE', `reputation service ${service.name}: ${message}`);
  };
  const engine = cached(service, { ...callOptions(asked), store, clock, onFailure });
  const { neverSend } = settings;
  const outer: ReputationService = remote === null ? engine : guarded(engine, { send: asked.send, neverSend });
  return {
    name: service.name,
    checks: service.checks,
    batchSize: Infinity,
    remote,
    check: (keys, options) => outer.check(keys, options),
    report: () => reportOf(engine, remote, outer),
    close: async () => {
      if (file === undefined || !store.changed) return;
      await file
        .save(store, clock.now())
        .catch((error: Error) => warn('REPUTATION_CACHE', `answers are not kept: ${error.message}`));
    },
  };
}

const reportOf = (engine: CachedService, remote: RemoteHost | null, outer: ReputationService): ServiceReport => ({
  service: engine.name,
  host: remote?.host ?? null,
  ...engine.counts(),
  withheld: (outer as Partial<GuardedService>).withheld ?? 0,
  offline: false,
});

function offline(service: ReputationService, remote: RemoteHost): RunningService {
  const silent = notAsked({ ...service, name: service.name, checks: service.checks, remote });
  const seen = new Set<string>();
  const nothing = { cached: 0, sent: 0, calls: 0, failedCalls: 0, withheld: 0, deadlinePassed: false };
  return {
    ...silent,
    check: (keys, options) => {
      for (const key of keys) if (seen.size < MOST_COUNTED) seen.add(key);
      return silent.check(keys, options);
    },
    report: () => ({
      ...{ service: service.name, host: remote.host, keys: seen.size, ...nothing, unavailable: seen.size },
      ...{ breaker: 'closed', offline: true },
    }),
    close: () => Promise.resolve(),
  };
}

/** Distinct keys that are counted of a service that is not asked. */
const MOST_COUNTED = 1_000_000;

async function answersOf(
  service: ReputationService,
  asked: Asked,
  remote: RemoteHost | null,
  { cache }: ReputationSettings,
  warn: Surroundings['warn'],
  clock: Clock,
): Promise<{ store: AnswerStore; file?: AnswerFile }> {
  const { folder, size, ...lives } = cache;
  const store = new AnswerStore({ size, ...inMilliseconds(lives) });
  // A list on this machine answers as fast as a file of its answers, and may have changed.
  if (folder === undefined || remote === null) return { store };
  const file = new AnswerFile({ folder, service: service.name, settings: [remote, withoutSecrets(asked)] });
  const problem = await file.loadInto(store, clock.now());
  if (problem !== null) warn('REPUTATION_CACHE', `${problem}; its answers are not used`);
  return { store, file };
}

/** What answers depend on. */
function withoutSecrets(asked: Asked): Record<string, unknown> {
  const { password: _password, ...rest } = asked;
  return Object.fromEntries(
    Object.entries(rest).filter(([key]) => !['secret', 'headers', 'secrets', ...ASKING].includes(key)),
  );
}
/** How it is asked changes no answer. */
const ASKING = ['required', 'concurrency', 'perSecond', 'timeout', 'deadline', 'retry', 'breaker', 'batchSize'];

const DEADLINE_SECONDS = 60;

function callOptions({ required, concurrency, perSecond, timeout, deadline, retry, breaker, service }: Asked) {
  const options: CacheOptions = {
    required,
    concurrency: concurrency ?? (service === 'dnsbl' ? 16 : undefined),
    perSecond,
    ...inMilliseconds({ timeout, deadline: deadline ?? DEADLINE_SECONDS }),
    retry: { attempts: retry?.attempts, ...inMilliseconds({ base: retry?.base, cap: retry?.cap }) },
    breaker: { failures: breaker?.failures, ...inMilliseconds({ pause: breaker?.pause }) },
  };
  return options;
}

/** The settings count seconds. */
function inMilliseconds<K extends string>(seconds: Partial<Record<K, number>>): Partial<Record<K, number>> {
  return Object.fromEntries(
    Object.entries<number | undefined>(seconds).map(([key, value]) => [
      key,
      value === undefined ? value : value * 1000,
    ]),
  ) as Partial<Record<K, number>>;
}
