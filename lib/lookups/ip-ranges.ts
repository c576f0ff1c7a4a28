/** Texts of IP ranges, IPv4 and IPv6: of all ranges that hold an address the smallest says what it is. */
import type { ContextLookup } from '../../streams/contracts.js';
import { LAST_ADDRESS, parseIp, placeOfAddress, type IpRange } from './ip-values.js';
import { equalOverlaps, flatten, placeOf, type SizedRange } from './smallest-range.js';

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

/** Reading an IPv6 address costs twenty times its look-up, and clients come again: so many answers are remembered. */
const REMEMBERED = 65_536;

export class IpRanges implements ContextLookup {
  /** Number of ranges. */
  readonly size: number;
  readonly conflicts: readonly RangeConflict[];
  /** Cells of IPv4: first address of each, and its text. */
  readonly #starts: Uint32Array;
  readonly #texts: readonly string[];
  readonly #longStarts: readonly bigint[];
  readonly #longTexts: readonly string[];
  readonly #remembered = new Map<string, string>();

  constructor(entries: Iterable<RangeEntry>) {
    const all = [...entries];
    const short: SizedRange<number>[] = [];
    const long: SizedRange<bigint>[] = [];
    all.forEach(({ range: { from, to } }, entry) => {
      if (typeof from === 'number') short.push({ from, end: Number(to) + 1, size: Number(to) - from, entry });
      else long.push({ from, end: BigInt(to) + 1n, size: BigInt(to) - from, entry });
    });
    const textOf = (entry: number) => all[entry]?.text ?? '';
    const [cells, longCells] = [flatten(short), flatten(long)];
    this.size = all.length;
    // The last cell, without a range, may start beyond the last address.
    this.#starts = Uint32Array.from(cells.starts.filter((start) => start <= LAST_ADDRESS));
    this.#texts = Array.from(cells.owners, textOf);
    this.#longStarts = longCells.starts;
    this.#longTexts = Array.from(longCells.owners, textOf);
    this.conflicts = [...equalOverlaps(short), ...equalOverlaps(long)]
      .map(([first, second]) => ({ kept: all[first]!, dropped: all[second]! }))
      .filter(({ kept, dropped }) => kept.text !== dropped.text);
  }

  /** The text of the smallest range that holds the address; an empty string where none does, or the text is no address. */
  find(ip: string): string {
    if (ip.includes(':')) return this.#findLong(ip);
    const address = parseIp(ip);
    return typeof address === 'number' ? this.#findShort(address) : '';
  }

  #findShort(address: number): string {
    return this.#texts[placeOfAddress(this.#starts, address)] ?? '';
  }

  #findLong(ip: string): string {
    let text = this.#remembered.get(ip);
    if (text === undefined) {
      const address = parseIp(ip);
      text =
        typeof address === 'number' ? this.#findShort(address) : address === null ? '' : this.#searchLong(address);
      if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
      this.#remembered.set(ip, text);
    }
    return text;
  }

  #searchLong(address: bigint): string {
    return this.#longTexts[placeOf(this.#longStarts, address)] ?? '';
  }
}
