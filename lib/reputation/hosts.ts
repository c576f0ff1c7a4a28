/** Whom the services of the settings talk to, and what they tell them, without asking or loading anything but modules. */
import type { RemoteHost, ReputationService } from '../../streams/contracts.js';
import { loadOwnService } from './own-service.js';
import type { ReputationSettings, ServiceSettings } from './reputation-settings.js';
import type { Send } from './what-may-leave.js';

/** What leaves of a key, in words. */
export function sentOf(checks: ReputationService['checks'], send: Send = 'registrable-domain'): string {
  if (checks === 'ip') return 'public addresses';
  if (send === 'full-name') return checks === 'url' ? 'URLs' : 'names in full';
  return checks === 'url' ? 'registrable domains of URLs' : 'registrable domains of names';
}

/** Null for a service that stays on this machine. */
export function remoteOf(settings: Exclude<ServiceSettings, { service: 'module' }>): RemoteHost | null {
  switch (settings.service) {
    case 'domain-list':
      return null;
    case 'gti':
      return { host: settings.server, sends: sentOf('domain', settings.send) };
    case 'fb':
      return { host: new URL(settings.baseUrl).host, sends: sentOf('domain', settings.send) };
    case 'dnsbl': {
      const by = settings.servers ? ` by ${settings.servers.join(', ')}` : '';
      return { host: settings.zone, sends: `${sentOf(settings.checks, settings.send)}, as DNS questions${by}` };
    }
    case 'http-json':
      return {
        host: new URL(settings.url.replaceAll('{key}', 'key')).host,
        sends: sentOf(settings.checks, settings.send),
      };
  }
}

/** Of a service that does not say, its name stands for the host: it may talk to anyone. */
export const hostOf = ({ name, checks, remote }: ReputationService, send?: Send): RemoteHost | null =>
  remote === undefined ? { host: `unknown (service ${name})`, sends: sentOf(checks, send) } : remote;

/**
 * The hosts that a run would ask, in the services' order; none when it is offline.
 * @param more services of one's own beside those of the settings
 */
export async function hostsAsked(
  { services, offline }: ReputationSettings,
  more: readonly ReputationService[] = [],
): Promise<RemoteHost[]> {
  if (offline) return [];
  const hosts = await Promise.all(
    services.map(async (one) =>
      one.service === 'module' ? hostOf(await loadOwnService(one, { dryRun: true }), one.send) : remoteOf(one),
    ),
  );
  return [...hosts, ...more.map((service) => hostOf(service))].filter((host) => host !== null);
}
