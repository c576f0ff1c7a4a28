/** Texts of IP ranges, IPv4 and IPv6: of all ranges that hold an address the smallest says what it is. */
import { setImmediate } from 'node:timers/promises';
import type { ContextLookup } from '../../streams/contracts.js';
import { LAST_ADDRESS, placeOfAddress, readIpv4, type IpRange, type IpValue } from './ip-values.js';
import { isMapped, placeOfWords, readIpv6, valueWords, WORDS } from './ipv6-words.js';
import { flatten, type FlatRanges, type Range, type Work } from './smallest-range.js';

export interface RangeEntry {
  readonly range: IpRange;
  readonly text: string;
  /** Where the entry comes from, for messages: `ipranges.csv, line 7`. */
  readonly origin?: string;
}

/** Two ranges of one size that overlap and say different things: the first one given wins. */
export interface RangeConflict {
  readonly kept: RangeEntry;
  readonly dropped: RangeEntry;
}

/** Addresses of one family cut into cells that do not overlap: first address of each, and its text. */
interface TextCells {
  readonly starts: Uint32Array;
  readonly texts: readonly string[];
}

interface RangeTable {
  readonly size: number;
  readonly conflicts: readonly RangeConflict[];
  readonly short: TextCells;
  /** Four words for each start. */
  readonly long: TextCells;
}

export class IpRanges implements ContextLookup {
  readonly #table: RangeTable;
  readonly #address = new Uint32Array(WORDS);

  /** @internal `table`: made of the entries before */
  constructor(entries: Iterable<RangeEntry>, table = inOneGo(tableOf(entries))) {
    this.#table = table;
  }

  /** The same, made in turns with whatever else the process has to do: 100,000 ranges never hold it up for long. */
  static async inTurns(entries: readonly RangeEntry[]): Promise<IpRanges> {
    const work = tableOf(entries);
    for (;;) {
      const step = work.next();
      if (step.done) return new IpRanges([], step.value);
      await setImmediate();
    }
  }

  /** Number of ranges. */
  get size(): number {
    return this.#table.size;
  }

  get conflicts(): readonly RangeConflict[] {
    return this.#table.conflicts;
  }

  /** The text of the smallest range that holds the address; an empty string where none does, or the text is no address. */
  find(ip: string): string {
    const { short, long } = this.#table;
    const address = readIpv4(ip);
    if (address !== -1) return findShort(short, address);
    const words = this.#address;
    if (!readIpv6(ip, words)) return '';
    if (isMapped(words)) return findShort(short, words[WORDS - 1]!);
    return long.texts[placeOfWords(long.starts, words)] ?? '';
  }
}

const findShort = ({ starts, texts }: TextCells, address: number): string =>
  texts[placeOfAddress(starts, address)] ?? '';

function inOneGo<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function* tableOf(entries: Iterable<RangeEntry>): Work<RangeTable> {
  const shortEntries: RangeEntry[] = [];
  const longEntries: RangeEntry[] = [];
  const short: Range<number>[] = [];
  const long: Range<bigint>[] = [];
  for (const entry of entries) {
    if (typeof entry.range.from === 'number') {
      short.push(entry.range as Range<number>);
      shortEntries.push(entry);
    } else {
      long.push(entry.range as Range<bigint>);
      longEntries.push(entry);
    }
  }
  yield;
  const cells = yield* flatten(short, { after: (value) => value + 1, difference: (a, b) => a - b });
  yield;
  const longCells = yield* flatten(long, { after: (value) => value + 1n, difference: (a, b) => a - b });
  yield;
  return {
    size: short.length + long.length,
    conflicts: [...conflictsOf(cells, shortEntries), ...conflictsOf(longCells, longEntries)],
    short: {
      // The last cell, without a range, may start beyond the last address.
      starts: new Uint32Array(cells.starts.filter((start) => start <= LAST_ADDRESS)),
      texts: textsOf(cells, shortEntries),
    },
    long: { starts: valueWords(longCells.starts), texts: textsOf(longCells, longEntries) },
  };
}

const textsOf = ({ owners }: FlatRanges<IpValue>, entries: readonly RangeEntry[]): string[] =>
  owners.map((owner) => entries[owner]?.text ?? '');

const conflictsOf = ({ equalOverlaps }: FlatRanges<IpValue>, entries: readonly RangeEntry[]): RangeConflict[] =>
  equalOverlaps
    .map(([first, second]) => ({ kept: entries[first]!, dropped: entries[second]! }))
    .filter(({ kept, dropped }) => kept.text !== dropped.text);
