import type { IpValue } from './ip-values.js';

/**
 * The places of the values in ascending order of them, equal ones in the order given. Numbers are sorted natively, without
 * a comparing function: each value as its rank among the rounded ones and its place, in one number. Only where two round
 * to the same are the exact ones compared.
 */
export function valueOrder(values: readonly IpValue[]): Uint32Array {
  const count = values.length;
  const rounded = new Float64Array(values.map(Number));
  const ascending = rounded.slice().sort();
  const keys = rounded.map((value, place) => firstPlace(ascending, value) * count + place).sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;
  for (let start = 0, end: number; start < count; start = end) {
    const first = values[order[start]!]!;
    let differ = false;
    for (end = start + 1; end < count && rounded[order[end]!] === rounded[order[start]!]; end++)
      differ ||= values[order[end]!] !== first;
    if (differ) order.subarray(start, end).sort((a, b) => compareValues(values[a]!, values[b]!) || a - b);
  }
  return order;
}

const compareValues = (a: IpValue, b: IpValue): number => (a < b ? -1 : a > b ? 1 : 0);

/** The first place of a number that is there. */
function firstPlace(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
