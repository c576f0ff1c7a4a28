/** Whether the services answer, for `doctor`. */
import { OaError } from '../../schemas/errors.js';
import type { ReputationService } from '../../streams/contracts.js';
import { bounded } from './engine/bounded.js';
import { hostOf } from './hosts.js';
import { bareService } from './load-reputation.js';
import type { ReputationSettings, ServiceSettings } from './reputation-settings.js';

/** Reserved for documentation (RFC 2606, RFC 5737): says nothing about whoever asks. */
const HARMLESS = { domain: 'example.com', ip: '192.0.2.1', url: 'http://example.com/' } as const;
const SECONDS = 10;

/**
 * @returns a line for each service: where it is, what it is sent, and that it answers
 * @throws {OaError} `REPUTATION_FAILED` with all the lines, when one does not answer; what is wrong with a list
 */
export async function tryServices(settings: ReputationSettings): Promise<string[]> {
  const found = await Promise.all(settings.services.map((service) => tryOne(service, settings)));
  const lines = found.map(({ line }) => line);
  if (found.every(({ answers }) => answers)) return lines;
  throw new OaError('REPUTATION_FAILED', lines.join('; '));
}

async function tryOne(service: ServiceSettings, settings: ReputationSettings) {
  const notes: string[] = [];
  const warn = (_code: string, message: string) => void notes.push(message);
  const bare = await bareService(service, { settings, warn });
  const host = hostOf(bare, 'send' in service ? service.send : undefined);
  const about = host === null ? `${bare.name} (this machine)` : `${bare.name} (${host.host} is sent ${host.sends})`;
  const line = (state: string) => [`${about}: ${state}`, ...notes].join('; ');
  if (host !== null && settings.offline) return { line: line('offline, not asked'), answers: true };
  const problem = await problemOf(bare, service.timeout ?? SECONDS);
  return { line: line(problem ?? 'answers'), answers: problem === null };
}

async function problemOf(service: ReputationService, seconds: number): Promise<string | null> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  try {
    await bounded([late.signal], async (signal) => service.check([HARMLESS[service.checks]], { signal }));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
