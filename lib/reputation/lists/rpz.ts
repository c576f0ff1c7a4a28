import { canonicalName } from '../../../streams/calculations/public-suffix.js';
import { badLine } from '../../lookups/lookup-file.js';
import { ALLOW_BELOW, ALLOW_EXACT, BELOW, EXACT, type DomainSet } from './domain-set.js';
import type { ListText } from './list-text.js';
import { addName, linesOf } from './names.js';

/** Triggers that are no query names: by address, by name server. */
const OTHER_TRIGGERS = /(^|\.)rpz-(ip|client-ip|nsip|nsdname)$/;
const POLICIES: ReadonlySet<string> = new Set(['CNAME', 'A', 'AAAA', 'TXT', 'MX', 'SRV', 'PTR', 'DNAME', 'LOCAL']);

/**
 * A response policy zone (RFC 1035 master file; draft-vixie-dnsop-dns-rpz): a name is that name alone, `*.name` those
 * below it; `CNAME rpz-passthru.` is an exception, any other record lists. `$ORIGIN` counts, names under the zone lose it.
 * @throws {OaError} `LOOKUP_FILE_INVALID` with file and line
 */
export function addRpz(set: DomainSet, { file, bytes }: ListText): void {
  let origin = '';
  let zone: string | null = null;
  let owner = '';
  let depth = 0;
  for (const [line, raw] of linesOf(bytes)) {
    const text = withoutComment(raw);
    const isContinued = depth > 0;
    depth += count(text, '(') - count(text, ')');
    if (isContinued || text.trim() === '') continue;
    const fields = text.trim().split(/\s+/);
    if (fields[0]!.startsWith('$')) {
      if (/^\$ORIGIN$/i.test(fields[0]!)) origin = absolute(fields[1] ?? '', origin);
      else if (/^\$INCLUDE$/i.test(fields[0]!)) throw badLine(file, line, '$INCLUDE is not followed');
      continue;
    }
    if (!/^\s/.test(text)) owner = absolute(fields.shift()!, origin);
    const [type = '', target = ''] = fields.filter((field, i) => !(i < 2 && /^(\d+[smhdw]?|IN)$/i.test(field)));
    if (/^SOA$/i.test(type)) zone ??= owner;
    if (POLICIES.has(type.toUpperCase())) addTrigger(set, relative(owner, zone ?? origin), target.toLowerCase());
  }
}

function addTrigger(set: DomainSet, trigger: string, target: string): void {
  if (trigger === '' || OTHER_TRIGGERS.test(trigger)) return;
  const isAllowed = target === 'rpz-passthru.';
  // Before RPZ had a name for it, a CNAME to itself let a name pass.
  const isItself = canonicalName(target) === trigger && target !== '.';
  const [exact, below] = isAllowed || isItself ? [ALLOW_EXACT, ALLOW_BELOW] : [EXACT, BELOW];
  if (trigger.startsWith('*.')) addName(set, trigger.slice(2), below);
  else addName(set, trigger, exact);
}

/** Without the dot at its end; `@` is the origin. */
function absolute(name: string, origin: string): string {
  if (name === '@') return origin;
  if (name.endsWith('.')) return canonicalName(name);
  return canonicalName(origin === '' ? name : `${name}.${origin}`);
}

function relative(name: string, zone: string): string {
  if (zone === '') return name;
  return name === zone ? '' : name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

const withoutComment = (text: string): string => text.replace(/"[^"]*"/g, '""').replace(/;.*$/, '');
const count = (text: string, character: string): number => text.split(character).length - 1;
