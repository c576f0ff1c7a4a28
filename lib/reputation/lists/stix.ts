import { OaError } from '../../../schemas/errors.js';
import type { DomainSet } from './domain-set.js';
import { parsedJson, type ListText } from './list-text.js';
import { addName, isDomain } from './names.js';

interface Indicator {
  readonly type?: unknown;
  readonly pattern?: unknown;
  readonly pattern_type?: unknown;
  readonly revoked?: unknown;
  readonly valid_until?: unknown;
}

const TEXT = String.raw`'(?:[^'\\]|\\.)*'`;
const COMPARISON = new RegExp(String.raw`domain-name:value\s*(?:=\s*(${TEXT})|IN\s*\(([^)]*)\))`, 'g');

/**
 * Indicators of a STIX 2.1 bundle (OASIS) whose pattern names domains: `[domain-name:value = 'example.com']`, several
 * joined by OR, or `IN (…)`. Patterns that need more than one thing to be true (AND, FOLLOWEDBY, NOT) are left out, as
 * are indicators that are revoked or no longer valid.
 * @throws {OaError} `LOOKUP_FILE_INVALID`
 */
export function addStix(set: DomainSet, list: ListText): void {
  const { type, objects = [] } = (parsedJson(list) ?? {}) as { type?: unknown; objects?: unknown };
  if (type !== 'bundle' || !Array.isArray(objects))
    throw new OaError('LOOKUP_FILE_INVALID', `${list.file}: expected a STIX bundle`);
  for (const object of objects as unknown[]) {
    const { pattern, ...rest } = (object ?? {}) as Indicator;
    if (rest.type !== 'indicator' || typeof pattern !== 'string' || rest.revoked === true) continue;
    if (rest.pattern_type !== undefined && rest.pattern_type !== 'stix') continue;
    if (typeof rest.valid_until === 'string' && Date.parse(rest.valid_until) <= list.now) continue;
    for (const name of domainsOf(pattern)) if (isDomain(name)) addName(set, name);
  }
}

export function domainsOf(pattern: string): string[] {
  const outside = pattern.replace(new RegExp(TEXT, 'g'), "''");
  if (/\b(AND|FOLLOWEDBY|NOT)\b|!=/.test(outside)) return [];
  return [...pattern.matchAll(COMPARISON)].flatMap(([, one, several]) =>
    one === undefined ? (several!.match(new RegExp(TEXT, 'g')) ?? []).map(unquoted) : [unquoted(one)],
  );
}

const unquoted = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, '$1');
