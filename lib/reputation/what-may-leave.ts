/** What a remote service is told of a key. The keys come from attackers, and tunnels carry stolen data in names. */
import { isIP } from 'node:net';
import { canonicalName, registrableDomain } from '../../streams/calculations/public-suffix.js';
import type { ReputationService } from '../../streams/contracts.js';
import { DomainSet } from './lists/domain-set.js';
import { isPrivateIp } from './private-addresses.js';
import { isSpecialUse } from './special-use.js';

export type Send = 'registrable-domain' | 'full-name';

export interface LeavingOptions {
  readonly checks: ReputationService['checks'];
  /** @default registrable-domain */
  readonly send?: Send;
  /** Domains that are not sent, nor names below them. */
  readonly neverSend?: readonly string[];
}

/**
 * @returns what is sent for a key, null when nothing may be: names of one label, special-use names (RFC 6761), those of
 *   `neverSend`, addresses where a name is expected; for services of addresses, those that are not public. Of a name
 *   its registrable domain leaves, of a URL that of its host, unless `send` is `full-name`
 */
export function whatMayLeave({ checks, send = 'registrable-domain', neverSend = [] }: LeavingOptions) {
  const kept = new DomainSet();
  for (const name of neverSend) kept.add(canonicalName(name));
  const nameOf = (key: string): string | null => {
    const name = canonicalName(key);
    if (name.split('.').filter((label) => label !== '').length < 2) return null;
    if (isIP(name) !== 0 || isSpecialUse(name) || kept.has(name)) return null;
    return send === 'full-name' ? name : registrableDomain(name);
  };
  const addressOf = (key: string): string | null => (isPrivateIp(key) ? null : key.toLowerCase());
  const urlOf = (key: string): string | null => {
    // A column of names serves as well: the service is told the host alone.
    if (!URL.canParse(key)) return nameOf(key);
    const { hostname } = new URL(key);
    const host = hostname.replace(/^\[|\]$/g, '');
    const allowed = isIP(host) === 0 ? nameOf(host) : addressOf(host);
    return allowed !== null && send === 'full-name' ? key : allowed;
  };
  return { domain: nameOf, ip: addressOf, url: urlOf }[checks];
}
