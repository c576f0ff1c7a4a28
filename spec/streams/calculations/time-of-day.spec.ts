import fc from 'fast-check';
import { hourOf, TIME_OF_DAY_PATTERN, timeOfDay } from '../../../streams/calculations/time-of-day.js';

describe('timeOfDay', () => {
  it.each([
    ['Jul  8 2016 04:29:38.123456789 UTC', 4, 29],
    ['Jul 18 2016 23:59:59.999999999 Central Europe Summer Time', 23, 59],
    ['   Jul   8   2016   4:05:38   ', 4, 5],
    ['Jul  8, 2016 00:00:00.000000000 EST5EDT', 0, 0],
    ['2016-07-08T09:30:00.000+02:00', 9, 30],
    ['04:29', 4, 29],
    ['4:29', 4, 29],
    ['x4:290', 4, 29],
    ['2016:07:08 04:29:38', 7, 8],
    ['a::4:29', 4, 29],
  ])('reads %j', (text, hour, minute) => {
    expect(timeOfDay(text)).toEqual({ hour, minute });
    expect(hourOf(text)).toBe(hour);
  });

  it.each(['', ':', '04', '4:2', '4:2x', ':29', '123:45', 'Jul  8 2016', '24:00', '04:60', '99:99 04:29', '٤:٢٩'])(
    'finds no readable time in %j',
    (text) => {
      expect(timeOfDay(text)).toBeNull();
      expect(hourOf(text)).toBeNull();
    },
  );

  it('gives what the pattern gives', () => {
    const byPattern = (text: string) => {
      const match = new RegExp(TIME_OF_DAY_PATTERN).exec(text);
      if (!match) return null;
      const [hour, minute] = [Number(match[1]), Number(match[2])];
      return hour <= 23 && minute <= 59 ? { hour, minute } : null;
    };
    // Few characters, so that most texts come close to a time.
    const nearTimes = fc.string({
      unit: fc.constantFrom('0', '1', '2', '5', '9', ':', ':', ' ', 'x', '\n', '😀'),
      maxLength: 14,
    });
    fc.assert(
      fc.property(fc.oneof(nearTimes, fc.string({ unit: 'binary' })), (text) => {
        expect(timeOfDay(text)).toEqual(byPattern(text));
        expect(hourOf(text)).toBe(byPattern(text)?.hour ?? null);
      }),
      { numRuns: 5000 },
    );
  });
});
