import { evenShare, Random, zipf } from '../../../lib/demo/random.js';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.unit());

describe('Random', () => {
  it('repeats itself for the same keys, and only for these in this order', () => {
    expect(draws(new Random(1, 2), 5)).toEqual(draws(new Random(1, 2), 5));
    expect(draws(new Random(1, 2), 5)).not.toEqual(draws(new Random(2, 1), 5));
    expect(draws(new Random(1), 5)).not.toEqual(draws(new Random(1, 0), 5));
  });

  it('covers its range evenly, also over the first number of neighbouring keys', () => {
    for (const sample of [
      draws(new Random(3), 20_000),
      Array.from({ length: 20_000 }, (_, key) => new Random(3, key).unit()),
    ]) {
      const tenths = new Array<number>(10).fill(0);
      for (const value of sample) tenths[Math.floor(value * 10)]! += 1;
      for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(250);
    }
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new Random(5).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it('draws text of an alphabet', () => {
    expect(new Random(5).text(40, 'abc')).toMatch(/^[abc]{40}$/);
  });
});

describe('zipf', () => {
  it('draws the first twice as often as the second, and every item', () => {
    const table = zipf(100, 0);
    const shares = new Array<number>(100).fill(0);
    for (const item of table) shares[item]! += 1;
    expect(shares[0]! / shares[1]!).toBeCloseTo(2, 2);
    expect(shares[0]! / shares[9]!).toBeCloseTo(10, 0);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });
});

describe('evenShare', () => {
  it.each([0, 1, 23, 24, 100, 5_000_001])(
    'divides %d so that the parts add up and differ by one at most',
    (total) => {
      const parts = Array.from({ length: 24 }, (_, i) => evenShare(total, i, 24));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    },
  );
});
