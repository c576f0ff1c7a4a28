/**
 * DNS block lists (RFC 5782): the name, or the address backwards, is asked for under the zone; an answer of 127.0.0.0/8
 * means that it is listed and as what, NXDOMAIN that it is not. Node's resolver asks for letters, digits, `-`, `_`, `*` and
 * `/` only: other names are `UNAVAILABLE`, and nothing is sent.
 */
import { Resolver } from 'node:dns/promises';
import { domainToASCII, domainToUnicode } from 'node:url';
import { reputationValue, UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { parseIp } from '../lookups/ip-values.js';
import { CallFailed } from './engine/failures.js';
import type { SettingsOf } from './reputation-settings.js';

type DnsblSettings = SettingsOf<'dnsbl'>;

const MOST_NAME_BYTES = 253;
const QUESTION_MILLISECONDS = 5000;
const NOT_LISTED: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);
/** The question could not be asked: the key is at fault. */
const NO_QUESTION: ReadonlySet<string> = new Set(['EBADNAME', 'EBADQUERY', 'EFORMERR', 'ERR_INVALID_ARG_VALUE']);

export function dnsbl(settings: DnsblSettings): ReputationService {
  const { name, checks, zone, servers } = settings;
  return {
    name,
    checks,
    batchSize: 1,
    async check(keys, { signal }) {
      const resolver = new Resolver({ timeout: QUESTION_MILLISECONDS, tries: 1 });
      if (servers !== undefined) resolver.setServers(servers);
      const cancel = () => resolver.cancel();
      signal.addEventListener('abort', cancel);
      try {
        const verdicts = new Map<string, Verdict>();
        for (const key of keys) {
          const asked = checks === 'ip' ? reversed(key) : askable(key, zone);
          const addresses = asked === null ? null : await answersTo(resolver, `${asked}.${zone}`);
          const verdict = addresses === null ? UNAVAILABLE : verdictOf(addresses, settings);
          if (verdict !== null) verdicts.set(key, verdict);
        }
        return verdicts;
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

/** @returns no addresses: not listed; null: the name cannot be asked for */
async function answersTo(resolver: Resolver, name: string): Promise<string[] | null> {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (NOT_LISTED.has(code)) return [];
    if (NO_QUESTION.has(code)) return null;
    throw new CallFailed(`no answer of the DNS (${code})`, { retriable: true });
  }
}

/** Null: not listed; of several answers the worst counts. */
function verdictOf(addresses: readonly string[], { answers = {}, label, value }: DnsblSettings): Verdict | null {
  const verdicts = addresses.map((address): Verdict => {
    // Another address is one that a resolver puts in place of NXDOMAIN.
    if (!address.startsWith('127.'))
      throw new CallFailed('an answer outside 127.0.0.0/8: the resolver makes them up', { retriable: false });
    const told = Object.hasOwn(answers, address) ? answers[address]! : undefined;
    if (told === undefined && address.startsWith('127.255.255.'))
      throw new CallFailed(`the list refuses to answer (${address})`, { retriable: false });
    const own = typeof told === 'string' ? { label: told } : (told ?? { label, value });
    return { label: own.label, value: own.value ?? reputationValue(own.label) };
  });
  return verdicts.reduce<Verdict | null>((worst, one) => (worst && worst.value >= one.value ? worst : one), null);
}

/** RFC 5782 section 2: octets, or the nibbles of IPv6, the last first. */
export function reversed(address: string): string | null {
  const ip = parseIp(address);
  if (ip === null) return null;
  if (typeof ip === 'number') return [ip & 255, (ip >>> 8) & 255, (ip >>> 16) & 255, ip >>> 24].join('.');
  return [...ip.toString(16).padStart(32, '0')].reverse().join('.');
}

/** What Node's resolver asks for as it stands; at a NUL it would cut the name, a backslash it would take for an escape. */
const ASKABLE = /^[a-z0-9_*/-]{1,63}(\.[a-z0-9_*/-]{1,63})*$/;

/** On the wire internationalised names are ASCII (RFC 5891). Null: the name cannot be asked for without changing it. */
function askable(name: string, zone: string): string | null {
  const ascii = ASKABLE.test(name) ? name : domainToASCII(name);
  if (!ASKABLE.test(ascii) || (ascii !== name && domainToUnicode(ascii) !== name)) return null;
  return ascii.length + 1 + zone.length > MOST_NAME_BYTES ? null : ascii;
}
