import fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';
import { parseIp, parseRange, rangeBetween } from '../../../lib/lookups/ip-values.js';
import { placeOfWords, readIpv6, valueWords, WORDS, wordsValue } from '../../../lib/lookups/ipv6-words.js';

describe('parseIp', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.0.2.15', 0x0a00020f],
    ['255.255.255.255', 0xffffffff],
    ['::', 0n],
    ['::1', 1n],
    ['2001:DB8::1', 0x20010db8000000000000000000000001n],
    ['::ffff:10.0.2.15', 0x0a00020f],
    ['::FFFF:a00:20f', 0x0a00020f],
    ['0:0:0:0:0:ffff:0a00:020f', 0x0a00020f],
    ['64:ff9b::10.0.2.15', 0x0064ff9b00000000000000000a00020fn],
  ])('%s', (text, value) => {
    expect(parseIp(text)).toBe(value);
  });

  it.each([
    ...['', ' ', '10', '10.0.2', '10.0.2.', '10.0.2.256', '10.0.2.15.1', '010.0.2.15', '10.0.2.15 ', '1e1.0.0.1'],
    ...['10..2.15', '.10.0.2', '0x0a.0.0.1', '-1.0.0.1', '10.0.2.15/32', '10.0.2.15,10.0.2.16', 'example.com'],
    ...[
      ':',
      ':::',
      '1:2',
      '1::2::3',
      '12345::',
      'g::',
      '::1%eth0',
      '[::1]',
      '2001:db8::/32',
      '::ffff:10.0.2.256',
      'null',
    ],
  ])('takes %j for no address', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  it('takes for addresses what the network module does', () => {
    const near = fc.string({ unit: fc.constantFrom('0', '1', '25', '255', '.', '.', ':', 'f', '::', '%') });
    fc.assert(
      fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6()), (text) => {
        expect(parseIp(text) !== null).toBe(isIPv4(text) || (isIPv6(text) && !text.includes('%')));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('IPv6 in words', () => {
  const last = (1n << 128n) - 1n;

  it('is the address that the package reads, in every way of writing it', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, fc.nat(7), fc.nat(8), fc.boolean(), (all, from, count, upper) => {
        const hex = all.map((group) => group.toString(16));
        const zeros = hex.slice(from, from + count).every((group) => group === '0');
        const short =
          zeros && count > 0 ? `${hex.slice(0, from).join(':')}::${hex.slice(from + count).join(':')}` : '';
        for (const text of [
          hex.join(':'),
          all.map((group) => group.toString(16).padStart(4, '0')).join(':'),
          short,
        ]) {
          if (text === '') continue;
          const words = new Uint32Array(WORDS);
          expect(readIpv6(upper ? text.toUpperCase() : text, words)).toBe(true);
          expect(wordsValue(words)).toBe(new Address6(text).bigInt());
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are found where a plain search finds them', () => {
    const value = fc.oneof(fc.bigInt(0n, last), fc.bigInt(0n, 20n), fc.bigInt(last - 20n, last));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), value, (values, wanted) => {
        const ascending = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
        const place = placeOfWords(valueWords([...ascending, last + 1n]), valueWords([wanted]));
        expect(place).toBe(ascending.filter((start) => start <= wanted).length - 1);
      }),
    );
  });
});

describe('parseRange', () => {
  const range = (from: string, to: string) => rangeBetween(from, to);

  it.each([
    ['10.0.2.15', '10.0.2.15', '10.0.2.15'],
    ['10.0.2.15/32', '10.0.2.15', '10.0.2.15'],
    ['10.0.2.15/8', '10.0.0.0', '10.255.255.255'],
    ['200.1.2.3/0', '0.0.0.0', '255.255.255.255'],
    ['192.0.54.0-192.0.54.254', '192.0.54.0', '192.0.54.254'],
    ['192.0.54.0 - 192.0.54.254', '192.0.54.0', '192.0.54.254'],
    ['2001:db8::5/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::1-2001:db8::f', '2001:db8::1', '2001:db8::f'],
    ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::ffff:10.0.0.0/104', '10.0.0.0', '10.255.255.255'],
    ['::ffff:10.0.0.1-10.0.0.9', '10.0.0.1', '10.0.0.9'],
  ])('%s', (text, from, to) => {
    expect(range(from, to)).not.toBeNull();
    expect(parseRange(text)).toEqual(range(from, to));
  });

  it.each([
    ...[
      '',
      '-',
      'ip',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '10.0.0.0/8/8',
      '10.0.0.0/255.0.0.0',
      '2001:db8::/129',
    ],
    ...['10.0.0.9-10.0.0.1', '10.0.0.1-', '10.0.0.1-::1', '10.0.0.1-10.0.0.2-10.0.0.3', '10.0.0.0/8-11.0.0.0/8'],
  ])('takes %j for no range', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});
