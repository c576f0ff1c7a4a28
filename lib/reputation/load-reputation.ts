/** The reputation services of the settings. A new kind of service is one more entry here and one file beside it. */
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { reputationValue } from '../../streams/calculations/reputation-column.js';
import type { Settings } from '../settings.js';
import { cached, type CacheOptions } from './cached.js';
import { loadDomainList } from './domain-list.js';

type ServiceSettings = NonNullable<Settings['reputation']>[number];

async function domainListService({ name, file, label = 'HIGH', value }: ServiceSettings): Promise<ReputationService> {
  const list = await loadDomainList(file);
  const listed: Verdict = { label, value: value ?? reputationValue(label) };
  return {
    name,
    checks: 'domain',
    batchSize: 10_000,
    check: (keys) => Promise.resolve(new Map(keys.filter((key) => list.has(key)).map((key) => [key, listed]))),
  };
}

/**
 * The services in the settings' order, each with its cache; give them to `reputation()`.
 * @throws {OaError} `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID`
 */
export async function loadReputation(
  settings: readonly ServiceSettings[],
  options: CacheOptions = {},
): Promise<ReputationService[]> {
  return Promise.all(settings.map(async (service) => cached(await domainListService(service), options)));
}
