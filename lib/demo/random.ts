/**
 * Numbers of the sample day: seeded, and the same on every machine. Only integer and basic IEEE 754 operations are
 * used, for engines may round logarithms and powers differently. Nothing here is fit for secrets.
 */

/** The finaliser of MurmurHash3: every bit of the key changes every bit of the result. */
function scramble(key: number): number {
  let hash = key;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The generator mulberry32. Its start is drawn from keys, so that any part of a day can be made without the rest. */
export class Random {
  #state = 0;

  /** @param keys whole numbers; other keys, or the same in another order, give other numbers */
  constructor(...keys: number[]) {
    for (const key of keys) this.#state = scramble((this.#state ^ key) + 0x9e3779b9);
  }

  /** From 0, below 1, in steps of 2^-32. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0, below `count`. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  pick<T>(list: ArrayLike<T>): T {
    return list[this.below(list.length)]!;
  }

  /** Letters of an alphabet, each with equal chance. */
  text(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.below(alphabet.length)]!;
    return text;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const list = [...items];
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }
}

const DRAWS = 1 << 16;

/**
 * A table to pick from, so that the items 0 to `count - 1` are drawn by Zipf's law: the n-th has the weight
 * 1 / (n + head). A larger head (Mandelbrot's form) makes the first ones less outstanding.
 */
export function zipf(count: number, head: number): Uint16Array {
  const weight = (item: number) => 1 / (item + 1 + head);
  let total = 0;
  for (let item = 0; item < count; item++) total += weight(item);
  const table = new Uint16Array(DRAWS);
  let start = 0;
  let sum = 0;
  for (let item = 0; item < count; item++) {
    sum += weight(item);
    const end = item === count - 1 ? DRAWS : Math.round((sum / total) * DRAWS);
    table.fill(item, start, end);
    start = end;
  }
  return table;
}

/** How many of `total` fall to part `index` of `parts` equal ones; the parts add up to the total. */
export function evenShare(total: number, index: number, parts: number): number {
  return Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts);
}
