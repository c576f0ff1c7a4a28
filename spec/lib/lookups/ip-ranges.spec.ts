import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { IpRanges, type RangeEntry } from '../../../lib/lookups/ip-ranges.js';
import { parseIp, parseRange, type IpRange, type IpValue } from '../../../lib/lookups/ip-values.js';

const entry = (range: string, text: string): RangeEntry => ({ range: parseRange(range)!, text });

describe('IpRanges', () => {
  const ranges = new IpRanges([
    entry('10.0.0.0/8', 'company'),
    entry('10.1.0.0/16', 'site'),
    entry('10.1.2.3', 'printer'),
    entry('10.1.2.0-10.1.2.99', 'floor'),
    entry('2001:db8::/32', 'company 6'),
    entry('2001:db8:1::/48', 'site 6'),
    entry('255.255.255.255', 'broadcast'),
    entry('0.0.0.0', 'nobody'),
  ]);

  it.each([
    ['10.200.0.1', 'company'],
    ['10.1.3.0', 'site'],
    ['10.1.2.3', 'printer'],
    ['10.1.2.4', 'floor'],
    ['10.1.2.99', 'floor'],
    ['10.1.2.100', 'site'],
    ['10.255.255.255', 'company'],
    ['11.0.0.0', ''],
    ['9.255.255.255', ''],
    ['255.255.255.255', 'broadcast'],
    ['255.255.255.254', ''],
    ['0.0.0.0', 'nobody'],
    ['0.0.0.1', ''],
    ['::ffff:10.1.2.3', 'printer'],
    ['::ffff:0a01:0204', 'floor'],
    ['2001:db8::1', 'company 6'],
    ['2001:DB8:0001:0:0:0:0:1', 'site 6'],
    ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', ''],
    ['2001:db9::', ''],
    ['', ''],
    ['10.1.2', ''],
    ['10.1.2.3.4', ''],
    ['10.1.2.3, 10.1.2.4', ''],
    [':', ''],
    ['localhost', ''],
  ])('%j is %j', (ip, text) => {
    expect(ranges.find(ip)).toBe(text);
    expect(ranges.find(ip)).toBe(text);
  });

  it('knows nothing without ranges', () => {
    const none = new IpRanges([]);
    expect([none.size, none.find('10.0.0.1'), none.find('::1'), none.conflicts]).toEqual([0, '', '', []]);
  });

  it('does not count IPv4 to an IPv6 range around the mapped addresses', () => {
    const all = new IpRanges([entry('::/0', 'all of IPv6')]);
    expect(all.find('::1')).toBe('all of IPv6');
    expect(all.find('10.0.0.1')).toBe('');
    expect(all.find('::ffff:10.0.0.1')).toBe('');
  });

  it('takes the first of two ranges of one size, and reports them where they differ', () => {
    const given = [
      entry('10.0.0.5-10.0.0.9', 'first'),
      entry('10.0.0.5-10.0.0.9', 'second'),
      entry('10.0.0.5-10.0.0.9', 'first'),
      entry('10.0.0.2-10.0.0.6', 'overlaps'),
      entry('10.0.0.12', 'apart'),
      entry('2001:db8::/64', 'one'),
      entry('2001:db8::/64', 'two'),
    ];
    const found = new IpRanges(given);
    expect(['10.0.0.4', '10.0.0.5', '10.0.0.9', '2001:db8::9'].map((ip) => found.find(ip))).toEqual([
      'overlaps',
      'first',
      'first',
      'one',
    ]);
    // The one that stands for equal ranges is the one that answers.
    expect(found.conflicts.map(({ kept, dropped }) => [kept.text, dropped.text])).toEqual([
      ['first', 'overlaps'],
      ['first', 'second'],
      ['one', 'two'],
    ]);
    expect(found.conflicts.every(({ kept, dropped }) => given.indexOf(kept) < given.indexOf(dropped))).toBe(true);
  });

  /** The plain rule: of all ranges that hold the address the smallest, of equally small ones the first. */
  function naive(entries: readonly RangeEntry[], address: IpValue): string {
    const size = ({ range: { from, to } }: RangeEntry) => BigInt(to) - BigInt(from);
    const holding = entries.filter(
      ({ range: { from, to } }) => typeof from === typeof address && from <= address && address <= to,
    );
    return holding.sort((a, b) => Number(size(a) - size(b)))[0]?.text ?? '';
  }

  const between = <K extends IpValue>(a: K, b: K) => (a <= b ? { from: a, to: b } : { from: b, to: a }) as IpRange;
  const asEntries = (all: readonly IpRange[]): RangeEntry[] => all.map((range, i) => ({ range, text: `range ${i}` }));

  it('finds what a plain scan finds, IPv4', () => {
    // A small part of the addresses, at both ends of them, so that ranges meet.
    const near = fc.nat(40).chain((low) => fc.constantFrom(low, 0xffff_ffff - low));
    const range = fc.tuple(near, near).map(([a, b]) => between(a, b));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), (all) => {
        const entries = asEntries(all);
        const index = new IpRanges(entries);
        for (let low = 0; low <= 42; low++) {
          for (const value of [low, 0xffff_ffff - low]) {
            const ip = [24, 16, 8, 0].map((bits) => (value >>> bits) & 255).join('.');
            expect(index.find(ip)).toBe(naive(entries, value));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('finds what a plain scan finds, IPv6', () => {
    const base = 0x20010db8000000000000000000000000n;
    const near = fc.tuple(fc.nat(12), fc.nat(12)).map(([high, low]) => base + (BigInt(high) << 64n) + BigInt(low));
    const range = fc.tuple(near, near).map(([a, b]) => between(a, b));
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.array(near, { minLength: 1, maxLength: 20 }),
        (all, values) => {
          const entries = asEntries(all);
          const index = new IpRanges(entries);
          for (const value of values) {
            const hex = value.toString(16).padStart(32, '0');
            expect(index.find(hex.match(/.{4}/g)!.join(':'))).toBe(naive(entries, value));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  const addressOf = { ipV4: () => fc.ipV4(), ipV6: () => fc.ipV6() };
  const networks = (family: 'ipV4' | 'ipV6', bits: number) =>
    fc.array(fc.tuple(addressOf[family](), fc.nat(bits)), { maxLength: 30 });

  it.each(['ipV4', 'ipV6'] as const)('finds what a plain scan finds in networks over the whole of %s', (family) => {
    const bits = family === 'ipV4' ? 32 : 128;
    fc.assert(
      fc.property(networks(family, bits), fc.array(addressOf[family](), { maxLength: 10 }), (all, ips) => {
        const entries = asEntries(all.map(([ip, prefix]) => parseRange(`${ip}/${prefix}`)!));
        const index = new IpRanges(entries);
        // The addresses that the networks were told by lie in some of them.
        for (const ip of [...ips, ...all.map(([address]) => address)]) {
          expect(index.find(ip)).toBe(naive(entries, parseIp(ip)!));
        }
      }),
    );
  });

  it('is the same when it is made in turns, and lets others have theirs', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) =>
      entry(
        i % 2 ? `10.${(i >> 8) & 255}.${i & 255}.0/${20 + (i % 11)}` : `2001:db8:${i.toString(16)}::/48`,
        `net ${i}`,
      ),
    );
    let turns = 0;
    let ended = false;
    const others = (async () => {
      for (; !ended; turns++) await setImmediate();
    })();
    const inTurns = await IpRanges.inTurns(many);
    ended = true;
    await others;
    expect(turns).toBeGreaterThan(10);
    const atOnce = new IpRanges(many);
    expect([inTurns.size, inTurns.conflicts]).toEqual([atOnce.size, atOnce.conflicts]);
    for (let i = 0; i < 60_000; i += 7) {
      for (const ip of [
        `10.${(i >> 8) & 255}.${i & 255}.${i % 256}`,
        `2001:db8:${i.toString(16)}::${i.toString(16)}`,
      ]) {
        expect(inTurns.find(ip)).toBe(atOnce.find(ip));
      }
    }
  });
});
