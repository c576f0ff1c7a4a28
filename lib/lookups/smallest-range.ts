/**
 * Ranges that nest and overlap, made flat: the number line is cut into cells, and each cell belongs to the smallest range
 * over it, of equally small ones to the first given.
 */
import { NumberHeap } from './number-heap.js';
import type { IpValue } from './ip-values.js';
import { valueOrder } from './value-order.js';

/** Both ends included. */
export interface Range<K extends IpValue> {
  readonly from: K;
  readonly to: K;
}

/** What is done with numbers of a kind. */
export interface Arithmetic<K extends IpValue> {
  after(value: K): K;
  difference(a: K, b: K): K;
}

export interface Cells<K extends IpValue> {
  /** First number of each cell, ascending; a cell ends where the next one starts. */
  readonly starts: readonly K[];
  /** Place of the range that each cell belongs to, -1 where no range is. The last cell, beyond all ranges, has none. */
  readonly owners: readonly number[];
}

export interface FlatRanges<K extends IpValue> extends Cells<K> {
  /**
   * Pairs of ranges of one size that overlap, by their places, the first given first. Of equal ranges the first given
   * stands for all: each other is paired with it, and it alone with the ranges beside.
   */
  readonly equalOverlaps: readonly (readonly [number, number])[];
}

/** Work that can be left and gone on with, so that a process that answers meanwhile does not stand still. */
export type Work<T> = Generator<void, T>;

/** Events after which the work is left. */
const TURN = 10_000;

export function* flatten<K extends IpValue>(
  ranges: readonly Range<K>[],
  { after, difference }: Arithmetic<K>,
): Work<FlatRanges<K>> {
  const byStart = valueOrder(ranges.map(({ from }) => from));
  yield;
  const sizes = ranges.map(({ from, to }) => difference(to, from));
  const bySize = valueOrder(sizes);
  const ranks = new Int32Array(ranges.length);
  let rank = 0;
  bySize.forEach((place, i) => {
    if (i > 0 && sizes[place] !== sizes[bySize[i - 1]!]) rank += 1;
    ranks[place] = rank;
  });
  yield;
  const equalOverlaps = overlapsOf(ranges, byStart, ranks, rank + 1);
  return { ...(yield* cellsOf(ranges, byStart, ranks, after)), equalOverlaps };
}

/**
 * Goes over the starts and ends in order, with the ranges that are open in a heap. One number says how small a range is
 * and which it is: rank of its size × number of ranges + its place.
 */
function* cellsOf<K extends IpValue>(
  ranges: readonly Range<K>[],
  byStart: Uint32Array,
  ranks: Int32Array,
  after: (value: K) => K,
): Work<Cells<K>> {
  const starts: K[] = [];
  const owners: number[] = [];
  const open = new NumberHeap();
  const count = ranges.length;
  let events = 0;
  const cut = (at: K, owner: number): void => {
    if (starts.at(-1) === at) {
      starts.pop();
      owners.pop();
    }
    if (owners.at(-1) === owner) return;
    starts.push(at);
    owners.push(owner);
  };
  for (let next = 0; next < count || open.size > 0;) {
    const smallest = open.size > 0 ? ranges[open.least % count] : undefined;
    const starting = next < count ? ranges[byStart[next]!] : undefined;
    const ends = smallest !== undefined && (starting === undefined || smallest.to < starting.from);
    const at = ends ? after(smallest.to) : starting!.from;
    if (!ends) {
      const place = byStart[next++]!;
      open.push(ranks[place]! * count + place);
    }
    // What ended under a smaller one is taken out only now that it would come to light.
    while (open.size > 0 && ranges[open.least % count]!.to < at) open.pop();
    if (++events % TURN === 0) yield;
    cut(at, open.size > 0 ? open.least % count : -1);
  }
  return { starts, owners };
}

function overlapsOf<K extends IpValue>(
  ranges: readonly Range<K>[],
  byStart: Uint32Array,
  ranks: Int32Array,
  sizes: number,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  // Of each size, the range that started last.
  const last = new Int32Array(sizes).fill(-1);
  for (const place of byStart) {
    const rank = ranks[place]!;
    const before = last[rank]!;
    if (before !== -1 && ranges[place]!.from <= ranges[before]!.to) {
      pairs.push(before < place ? [before, place] : [place, before]);
      if (ranges[before]!.from === ranges[place]!.from) continue;
    }
    last[rank] = place;
  }
  return pairs;
}
