/** A binary heap of numbers, the least on top. */
export class NumberHeap {
  readonly #numbers: number[] = [];

  get size(): number {
    return this.#numbers.length;
  }

  /** `undefined` typed away: ask only where `size` is above 0. */
  get least(): number {
    return this.#numbers[0]!;
  }

  push(value: number): void {
    const numbers = this.#numbers;
    let place = numbers.push(value) - 1;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if (numbers[above]! <= value) break;
      numbers[place] = numbers[above]!;
      place = above;
    }
    numbers[place] = value;
  }

  /** Takes the least out. */
  pop(): void {
    const numbers = this.#numbers;
    const value = numbers.pop()!;
    const { length } = numbers;
    if (length === 0) return;
    let place = 0;
    for (let below = 1; below < length; below = 2 * place + 1) {
      if (below + 1 < length && numbers[below + 1]! < numbers[below]!) below += 1;
      if (numbers[below]! >= value) break;
      numbers[place] = numbers[below]!;
      place = below;
    }
    numbers[place] = value;
  }
}
