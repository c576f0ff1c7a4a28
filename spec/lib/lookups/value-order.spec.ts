import fc from 'fast-check';
import { valueOrder } from '../../../lib/lookups/value-order.js';

describe('valueOrder', () => {
  const near = (base: bigint) => fc.bigInt(0n, 5n).map((more) => base + more);
  // Of 2^127 and more, thousands of neighbours round to one number.
  const long = fc.oneof(fc.bigInt(0n, (1n << 128n) - 1n), near(1n << 127n), near(0n), near((1n << 128n) - 6n));
  const short = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(5));

  it.each<[string, fc.Arbitrary<number | bigint>]>([
    ['IPv4', short],
    ['IPv6', long],
  ])('is that of a stable sort, %s', (_family, value) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        const plain = [...values.keys()].sort((a, b) =>
          values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : a - b,
        );
        expect([...valueOrder(values)]).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
