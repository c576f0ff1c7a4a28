import fc from 'fast-check';
import { earlyVerdict, tooManyRejected } from '../../../streams/calculations/rejected-share.js';

describe('tooManyRejected', () => {
  it.each([
    [10, 10, 0, false],
    [11, 11, 0, true],
    [11, 1100, 0.01, false],
    [11, 1099, 0.01, true],
    [101, 10_000, 0.01, true],
    [100, 10_000, 0.01, false],
    [0, 0, 0, false],
    [5000, 5000, 1, false],
  ])('%i of %i at a share of %d: %s', (rejected, lines, share, verdict) => {
    expect(tooManyRejected(rejected, lines, share)).toBe(verdict);
  });
});

describe('earlyVerdict', () => {
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ line: from + i + 1 }));
  const nothing = { lines: 0, rejected: 0 };

  it('says nothing before 10,000 lines', () => {
    expect(earlyVerdict(nothing, lines(0, 9999), 9999, 0.01)).toBeUndefined();
    expect(earlyVerdict(nothing, lines(0, 9999), 10_000, 0.01)).toEqual({ lines: 10_000, rejected: 9999 });
  });

  it('judges the 10,000th line though it is a good one', () => {
    expect(earlyVerdict(nothing, lines(0, 101), 20_000, 0.01)).toEqual({ lines: 10_000, rejected: 101 });
    expect(earlyVerdict(nothing, lines(0, 100), 20_000, 0.01)).toBeUndefined();
    expect(earlyVerdict({ lines: 9000, rejected: 101 }, [], 10_000, 0.01)).toEqual({ lines: 10_000, rejected: 101 });
  });

  it('finds the first line that is one too many', () => {
    const before = { lines: 50_000, rejected: 500 };
    expect(earlyVerdict(before, [{ line: 50_050 }, { line: 50_100 }, { line: 50_150 }], 60_000, 0.01)).toEqual({
      lines: 50_050,
      rejected: 501,
    });
    expect(earlyVerdict(before, [{ line: 50_100 }, { line: 50_200 }, { line: 50_250 }], 60_000, 0.01)).toEqual({
      lines: 50_250,
      rejected: 503,
    });
  });

  it('is the same in whatever pieces the lines come', () => {
    const size = 12_000;
    const bad = fc.uniqueArray(fc.integer({ min: 1, max: size }), { minLength: 100, maxLength: 130 });
    const cuts = fc.array(fc.integer({ min: 0, max: size }), { maxLength: 10 });
    fc.assert(
      fc.property(bad, cuts, (rejected, at) => {
        const all = rejected.sort((a, b) => a - b).map((line) => ({ line }));
        const whole = earlyVerdict(nothing, all, size, 0.01);
        let before = nothing;
        let found;
        for (const end of [...at.sort((a, b) => a - b), size]) {
          const piece = all.filter(({ line }) => line > before.lines && line <= end);
          found ??= earlyVerdict(before, piece, end, 0.01);
          before = { lines: end, rejected: before.rejected + piece.length };
        }
        expect(found).toEqual(whole);
      }),
    );
  });
});
