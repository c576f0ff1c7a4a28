import { ALLOW_BELOW, ALLOW_EXACT, type DomainSet } from './domain-set.js';
import type { ListText } from './list-text.js';
import { addName, isDomain, linesOf } from './names.js';

/** `||domain^`, with options or without; `@@` before it makes it an exception. */
const RULE = /^(@@)?\|\|(?:\*\.)?([^/^$|*]+)\^?\|?(?:\$.*)?$/;

/**
 * The rules of an Adblock list that are about whole domains: `||example.com^` is the domain and all below it,
 * `@@||good.example.com^` an exception. Rules about paths, parts of names and elements of pages are left out.
 */
export function addAdblock(set: DomainSet, { bytes }: ListText): void {
  for (const [, text] of linesOf(bytes)) {
    const [, exception, name = ''] = RULE.exec(text.trim()) ?? [];
    if (isDomain(name)) addName(set, name, exception ? ALLOW_EXACT | ALLOW_BELOW : undefined);
  }
}
