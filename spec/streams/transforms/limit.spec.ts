import { OaError } from '../../../schemas/errors.js';
import { limit } from '../../../streams/transforms/limit.js';
import { rowsThrough } from '../../fakes/rows-through.js';

const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

describe('limit', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [9, 7],
    [Infinity, 7],
  ])('of %d lets %i of seven rows pass, the first ones', async (of, passed) => {
    const step = limit(of);
    expect(await rowsThrough(rows(7), step)).toEqual(rows(passed));
    expect(step.passed).toBe(passed);
  });

  it.each([-1, 0.5, NaN, -Infinity, '5' as unknown as number])('of %p is wrong usage', (of) => {
    expect(() => limit(of)).toThrow(OaError);
    expect(() => limit(of)).toThrow(`limit(${of}): expected a whole number, 0 or more, or Infinity`);
  });

  it('needs and adds nothing', () => {
    expect(limit(5)).toMatchObject({ needs: {}, adds: {} });
  });
});
