/** Lists of domains of bad repute in local files, in the formats of `lists/formats.ts`. They see every name in full. */
import { canonicalName } from '../../streams/calculations/public-suffix.js';
import { reputationValue } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { DomainSet } from './lists/domain-set.js';
import { readGoodList } from './lists/last-good.js';
import { addName } from './lists/names.js';
import { readList, type ReadListOptions } from './lists/read-list.js';
import type { ReputationSettings, SettingsOf } from './reputation-settings.js';

export class DomainList {
  readonly #listed: DomainSet;
  readonly #allowed: readonly DomainSet[];

  /**
   * @param names in any case, with or without a dot at the end; or a set that is read already
   * @param allowed names that are never listed, nor those below them
   */
  constructor(names: Iterable<string> | DomainSet, allowed: readonly DomainSet[] = []) {
    this.#allowed = allowed;
    if (names instanceof DomainSet) {
      this.#listed = names;
      return;
    }
    this.#listed = new DomainSet();
    for (const name of names) addName(this.#listed, name);
  }

  /** Number of names, internationalised ones counted in both forms. */
  get size(): number {
    return this.#listed.size;
  }

  /** Memory that the names take. */
  get bytes(): number {
    return [this.#listed, ...this.#allowed].reduce((sum, list) => sum + list.bytes, 0);
  }

  /** Whether the list has the name or a domain above it: `www.example.com` for `example.com`, never `myexample.com`. */
  has(name: string): boolean {
    const canonical = canonicalName(name);
    return this.#listed.has(canonical) && !this.#allowed.some((list) => list.has(canonical));
  }
}

/** @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line */
export async function loadDomainList(file: string, options: ReadListOptions = {}): Promise<DomainList> {
  return new DomainList(await readList(file, options));
}

/** More keys than a batch of rows has. */
const BATCH = 10_000;

/** @throws {OaError} as `loadDomainList`, where there is no last good copy */
export async function domainList(
  { name, file, format, column, allow = [], maxShrink, label, value }: SettingsOf<'domain-list'>,
  { settings, warn }: { settings: ReputationSettings; warn: (code: string, message: string) => void },
): Promise<ReputationService> {
  const { folder } = settings.cache;
  const listed = await readGoodList(file, { format, column, maxShrink, folder, warn });
  const list = new DomainList(listed, await Promise.all(allow.map((path) => readList(path))));
  const verdict: Verdict = { label, value: value ?? reputationValue(label) };
  return {
    name,
    checks: 'domain',
    batchSize: BATCH,
    remote: null,
    check: (keys) => Promise.resolve(new Map(keys.filter((key) => list.has(key)).map((key) => [key, verdict]))),
  };
}
