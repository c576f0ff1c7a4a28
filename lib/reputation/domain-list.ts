/** Lists of domains of bad repute, from local text files. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalName } from '../../streams/calculations/public-suffix.js';
import { badLine, quoted, readLines } from '../lookups/lookup-file.js';

export class DomainList {
  readonly #names = new Set<string>();

  /** @param names in any case, with or without a dot at the end */
  constructor(names: Iterable<string>) {
    for (const name of names) {
      const canonical = canonicalName(name);
      // A list may hold an internationalised name as people write it; queries hold it as it is on the wire.
      const onTheWire = domainToASCII(canonical);
      if (canonical !== '') this.#names.add(canonical);
      if (onTheWire !== '') this.#names.add(onTheWire);
    }
  }

  /** Number of names, internationalised ones counted in both forms. */
  get size(): number {
    return this.#names.size;
  }

  /** Whether the list has the name or a domain above it: `www.example.com` for `example.com`, never `myexample.com`. */
  has(name: string): boolean {
    let rest = canonicalName(name);
    while (rest !== '') {
      if (this.#names.has(rest)) return true;
      const dot = rest.indexOf('.');
      if (dot === -1) return false;
      rest = rest.slice(dot + 1);
    }
    return false;
  }
}

/** RFC 1035 section 2.3.4: octets of a name. */
const MAX_NAME_BYTES = 255;

/** What stands in a hosts file for the machine itself: `localhost`, `ip6-allnodes`, `broadcasthost`, `0.0.0.0`. */
const isOwnName = (name: string): boolean =>
  !name.includes('.') || name.toLowerCase() === 'localhost.localdomain' || isIP(name) !== 0;

/** What is wrong with a name of a list, null if nothing is. */
function problemOf(name: string): string | null {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a name of more than ${MAX_NAME_BYTES} bytes`;
  if (/:\/\/|[|^]/.test(name)) return 'a URL or a filter rule';
  if (name.split('.').includes('')) return 'a name with an empty label';
  return null;
}

function namesOf(file: string, line: number, text: string): string[] {
  const [first = '', ...more] = text
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/\s+/);
  if (first === '') return [];
  const isHostsLine = more.length > 0 && isIP(first) !== 0;
  const expected = 'expected one domain, or an address and domains as in a hosts file';
  if (more.length > 0 && !isHostsLine) throw badLine(file, line, `${quoted(text)} holds blanks; ${expected}`);
  const names = isHostsLine ? more.filter((name) => !isOwnName(name)) : [first];
  return names.map((name) => {
    const plain = name.replace(/^\*?\.|\.$/g, '');
    const problem = problemOf(plain);
    if (problem !== null) throw badLine(file, line, `${quoted(name)} is ${problem}; ${expected}`);
    return plain;
  });
}

/**
 * Reads a list: a domain a line, or a hosts file (`0.0.0.0 example.com`, in which names without a dot are the machine's
 * own and left out). `#` starts a comment, blank lines count for nothing; `*.` or `.` before a domain is taken off, as
 * the domains below one match anyway.
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line
 */
export async function loadDomainList(file: string): Promise<DomainList> {
  const lines = await readLines(file);
  return new DomainList(lines.flatMap((text, i) => namesOf(file, i + 1, text)));
}
