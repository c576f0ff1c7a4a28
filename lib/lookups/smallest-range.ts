/**
 * Ranges that nest and overlap, made flat: the ends of all ranges cut the number line into cells, and each cell belongs
 * to the smallest range over it, of equally small ones to the first given.
 */
import type { IpValue } from './ip-values.js';

export interface SizedRange<K extends IpValue> {
  readonly from: K;
  /** The first number after the range. */
  readonly end: K;
  readonly size: K;
  /** Place of the range among all that were given. */
  readonly entry: number;
}

export interface Cells<K extends IpValue> {
  /** First number of each cell, ascending; a cell ends where the next one starts. */
  readonly starts: readonly K[];
  /** The entry that each cell belongs to, -1 where no range is. The last cell, beyond all ranges, has none. */
  readonly owners: Int32Array;
}

const compare = (a: IpValue, b: IpValue): number => (a < b ? -1 : a > b ? 1 : 0);

/** The place of the last of the ascending numbers that is not above `value`, -1 when all are. */
export function placeOf<K extends IpValue>(ascending: ArrayLike<K>, value: K): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Ranges are laid smallest first; a cell once taken is skipped from then on, so each is visited once. */
export function flatten<K extends IpValue>(ranges: readonly SizedRange<K>[]): Cells<K> {
  const ends = ranges.flatMap(({ from, end }) => [from, end]).sort(compare);
  const starts = ends.filter((end, i) => i === 0 || end !== ends[i - 1]);
  const owners = new Int32Array(starts.length).fill(-1);
  const nextFree = Int32Array.from({ length: starts.length + 1 }, (_, cell) => cell);
  const freeFrom = (cell: number): number => {
    let free = cell;
    while (nextFree[free] !== free) {
      // Shortens the way for whoever comes next.
      nextFree[free] = nextFree[nextFree[free]!]!;
      free = nextFree[free]!;
    }
    return free;
  };
  for (const { from, end, entry } of ranges.toSorted((a, b) => compare(a.size, b.size))) {
    const last = placeOf(starts, end);
    for (let cell = freeFrom(placeOf(starts, from)); cell < last; cell = freeFrom(cell)) {
      owners[cell] = entry;
      nextFree[cell] = cell + 1;
    }
  }
  return { starts, owners };
}

/** Pairs of ranges of one size that overlap, by the places of their entries, the first given first. */
export function equalOverlaps<K extends IpValue>(ranges: readonly SizedRange<K>[]): [number, number][] {
  const bySize = ranges.toSorted((a, b) => compare(a.size, b.size) || compare(a.from, b.from));
  return bySize.flatMap((range, i) => {
    const before = bySize[i - 1];
    if (before === undefined || before.size !== range.size || before.end <= range.from) return [];
    return [before.entry < range.entry ? [before.entry, range.entry] : [range.entry, before.entry]];
  });
}
