import { isIP } from 'node:net';
import { badLine, quoted } from '../../lookups/lookup-file.js';
import type { DomainSet } from './domain-set.js';
import type { ListText } from './list-text.js';
import { addName, linesOf, problemOf } from './names.js';

/** What stands in a hosts file for the machine itself: `localhost`, `ip6-allnodes`, `broadcasthost`, `0.0.0.0`. */
const isOwnName = (name: string): boolean =>
  !name.includes('.') || name.toLowerCase() === 'localhost.localdomain' || isIP(name) !== 0;

/**
 * A domain a line, or a hosts file (`0.0.0.0 example.com`, in which names without a dot are the machine's own and left
 * out). `#` starts a comment, blank lines count for nothing; `*.` or `.` before a domain is taken off, as the domains
 * below one match anyway.
 * @throws {OaError} `LOOKUP_FILE_INVALID` with file and line
 */
export function addPlain(set: DomainSet, { file, bytes }: ListText): void {
  for (const [line, text] of linesOf(bytes)) {
    for (const name of namesOf(file, line, text)) {
      const plain = name.replace(/^\*?\.|\.$/g, '');
      const problem = problemOf(plain);
      if (problem !== null) throw badLine(file, line, `${quoted(name)} is ${problem}; ${EXPECTED}`);
      addName(set, plain);
    }
  }
}

const EXPECTED = 'expected one domain, or an address and domains as in a hosts file';

function namesOf(file: string, line: number, text: string): string[] {
  const [first = '', ...more] = text
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/\s+/);
  if (first === '') return [];
  if (more.length === 0) return [first];
  if (isIP(first) === 0) throw badLine(file, line, `${quoted(text)} holds blanks; ${EXPECTED}`);
  return more.filter((name) => !isOwnName(name));
}
