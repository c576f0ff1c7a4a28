/** The reputation of one run: its step in a pipeline, what it would do, and what became of it. */
import type { RemoteHost, ReputationService } from '../../streams/contracts.js';
import { reputation } from '../../streams/transforms/reputation.js';
import type { Operation } from '../operations.js';
import type { OaStep } from '../run-oa.js';
import { answersPath } from './engine/answer-file.js';
import { hostsAsked } from './hosts.js';
import { copyPath } from './lists/last-good.js';
import { loadReputation } from './load-reputation.js';
import type { ReputationSettings } from './reputation-settings.js';
import type { RunningService, ServiceReport } from './running.js';

/** What became of the reputation services in a run. */
export interface ReputationReport {
  offline: boolean;
  services: ServiceReport[];
  /** Distinct keys sent, by host. */
  sent: Record<string, number>;
}

export class RunReputation {
  readonly #own: readonly ReputationService[];
  #offline = false;
  #services: RunningService[] = [];

  /** @param own services beside those of the settings */
  constructor(own: readonly ReputationService[] = []) {
    this.#own = own;
  }

  /** @param columns the column added → the column checked, as in `dns_conf.json` */
  step(columns: Readonly<Record<string, string>>): OaStep {
    return {
      name: 'reputation',
      plan: async ({ settings }) => [
        ...filesRead(settings.reputation).map((path): Operation => ({ kind: 'file', do: 'read', path })),
        ...(await hostsAsked(settings.reputation, this.#own)).map(asked),
      ],
      stream: async ({ settings, warn }) => {
        this.#offline = settings.reputation.offline;
        this.#services = await loadReputation(settings.reputation, {
          services: this.#own,
          onWarning: ({ code, message }) => warn(code, message),
        });
        return Object.entries(columns).map(([as, key]) => reputation(this.#services, { key, as }));
      },
    };
  }

  /** Nothing where every service is on this machine. */
  report(): ReputationReport | undefined {
    const services = this.#services.map((service) => service.report());
    if (services.every(({ host }) => host === null)) return undefined;
    const sent: Record<string, number> = {};
    for (const { host, sent: keys } of services) if (host !== null) sent[host] = (sent[host] ?? 0) + keys;
    return { offline: this.#offline, services, sent };
  }

  /** Keeps the answers for the next run. Never fails. */
  async close(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.close()));
  }
}

const asked = ({ host, sends }: RemoteHost): Operation => ({ kind: 'host', host, sends });

function filesRead({ services }: ReputationSettings): string[] {
  return services.flatMap((one) => {
    if (one.service === 'domain-list') return [one.file, ...(one.allow ?? [])];
    if (one.service === 'gti') return one.categories === undefined ? [] : [one.categories];
    return one.service === 'module' ? [one.module] : [];
  });
}

/** What a run keeps for the next one: answers that are new, and lists that are good. */
export function filesKept({ services, cache: { folder }, offline }: ReputationSettings): Operation[] {
  if (folder === undefined) return [];
  const paths = services.flatMap((one) => {
    if (one.service === 'domain-list') return [copyPath(folder, one.file)];
    return offline || one.name === undefined ? [] : [answersPath(folder, one.name)];
  });
  return paths.map((path) => ({ kind: 'file', do: 'create', path }));
}
