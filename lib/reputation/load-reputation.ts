/** The reputation services of the settings. A new kind of service is one more entry here and one file beside it. */
import { OaError } from '../../schemas/errors.js';
import type { ReputationService } from '../../streams/contracts.js';
import { dnsbl } from './dnsbl.js';
import { domainList } from './domain-list.js';
import type { Clock } from './engine/clock.js';
import { gti } from './gti.js';
import { remoteOf } from './hosts.js';
import { httpJson } from './http-json.js';
import { loadOwnService, problemOf } from './own-service.js';
import {
  reputationSettings,
  type ReputationInput,
  type ReputationSettings,
  type ServiceSettings,
} from './reputation-settings.js';
import { threatExchange } from './threat-exchange.js';
import { running, type RunningService, type Surroundings } from './running.js';

export interface ReputationOptions {
  /** Services of one's own, after those of the settings. */
  readonly services?: readonly ReputationService[];
  /** Told once for each service and cause. */
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  readonly clock?: Clock;
}

/** As it is asked, without what stands around it. @throws {OaError} */
export async function bareService(settings: ServiceSettings, around: Surroundings): Promise<ReputationService> {
  switch (settings.service) {
    case 'domain-list':
      return domainList(settings, around);
    case 'gti':
      return { ...(await gti(settings)), remote: remoteOf(settings) };
    case 'fb':
      return { ...(await threatExchange(settings)), remote: remoteOf(settings) };
    case 'dnsbl':
      return { ...dnsbl(settings), remote: remoteOf(settings) };
    case 'http-json':
      return { ...(await httpJson(settings)), remote: remoteOf(settings) };
    case 'module':
      return loadOwnService(settings);
  }
}

/**
 * The services in the settings' order, each with what stands around it; give them to `reputation()`.
 * @param input the settings' `reputation`, in either form
 * @throws {OaError} `SETTINGS_INVALID`, `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID`
 */
export async function loadReputation(
  input: ReputationInput | ReputationSettings,
  options: ReputationOptions = {},
): Promise<RunningService[]> {
  const checked = reputationSettings.safeParse(input);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new OaError('SETTINGS_INVALID', `reputation.${issue!.path.join('.')}: ${issue!.message}`);
  }
  const warn: Surroundings['warn'] = (code, message) => options.onWarning?.({ code, message });
  const settings = checked.data;
  const around = { settings, warn };
  const ofSettings = await Promise.all(
    settings.services.map(async (one) => running(await bareService(one, around), one, around, options.clock)),
  );
  const own = await Promise.all(
    (options.services ?? []).map((service) => running(checkedOwn(service), {}, around, options.clock)),
  );
  const all = [...ofSettings, ...own];
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (twice)
    throw new OaError('SETTINGS_INVALID', `reputation: two services are named ${JSON.stringify(twice.name)}`);
  const silent = all.filter((service) => service.report().offline).map(({ name }) => name);
  if (silent.length > 0) warn('REPUTATION_OFFLINE', `offline: not asked: ${silent.join(', ')}`);
  return all;
}

function checkedOwn(service: ReputationService): ReputationService {
  const problem = problemOf(service);
  if (problem === null) return service;
  throw new OaError('SETTINGS_INVALID', `reputation: expected a service with ${problem}`);
}
