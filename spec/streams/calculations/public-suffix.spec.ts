import fc from 'fast-check';
import { canonicalName, publicSuffix, registrableDomain } from '../../../streams/calculations/public-suffix.js';

describe('publicSuffix and registrableDomain', () => {
  it.each([
    ['www.google.co.uk', 'co.uk', 'google.co.uk'],
    ['WWW.Google.CO.UK.', 'co.uk', 'google.co.uk'],
    ['example.com', 'com', 'example.com'],
    ['a.b.c.example.com..', 'com', 'example.com'],
    // Names that are suffixes, and single labels.
    ['com', 'com', 'com'],
    ['CO.UK', 'co.uk', 'co.uk'],
    ['localhost', 'localhost', 'localhost'],
    ['_', '_', '_'],
    // No rule.
    ['printer.corp.lan', 'lan', 'corp.lan'],
    ['wpad.invalid-tld', 'invalid-tld', 'wpad.invalid-tld'],
    // Wildcard and exception rules.
    ['a.b.c.ck', 'c.ck', 'b.c.ck'],
    ['foo.www.ck', 'ck', 'www.ck'],
    ['x.city.kawasaki.jp', 'kawasaki.jp', 'city.kawasaki.jp'],
    ['x.y.other.kawasaki.jp', 'other.kawasaki.jp', 'y.other.kawasaki.jp'],
    // Internationalised names, as people write them and as they are on the wire.
    ['пример.рф', 'рф', 'пример.рф'],
    ['www.xn--e1afmkfd.XN--P1AI', 'xn--p1ai', 'xn--e1afmkfd.xn--p1ai'],
    ['食狮.公司.cn', '公司.cn', '食狮.公司.cn'],
    ['xn--85x722f.xn--55qx5d.cn', 'xn--55qx5d.cn', 'xn--85x722f.xn--55qx5d.cn'],
    // Reverse look-ups.
    ['4.3.2.1.in-addr.arpa', 'in-addr.arpa', '1.in-addr.arpa'],
    ['b.a.9.8.ip6.arpa', 'ip6.arpa', '8.ip6.arpa'],
    ['_dmarc._tcp.example.co.uk', 'co.uk', 'example.co.uk'],
  ])('%s', (name, suffix, domain) => {
    expect(publicSuffix(name)).toBe(suffix);
    expect(registrableDomain(name)).toBe(domain);
  });

  it.each(['', '.', '...', '10.0.2.15', '10.0.2.15.', '2001:db8::1', '::ffff:10.0.2.15', '::'])(
    'gives an empty string for %j',
    (name) => {
      expect(publicSuffix(name)).toBe('');
      expect(registrableDomain(name)).toBe('');
    },
  );

  it.each([
    // Nothing is parsed as a URL, and nothing but an address is taken for one.
    ['http://www.google.co.uk/x', 'uk/x', 'co.uk/x'],
    ['user@example.com', 'com', 'user@example.com'],
    ['example.com:53', 'com:53', 'example.com:53'],
    ['example.com/index.html?q=a.co.uk', 'co.uk', 'html?q=a.co.uk'],
    ['[::1]', '[::1]', '[::1]'],
    ['999.999.999.999', '999', '999.999'],
    ['1..2.345', '345', '2.345'],
    ['1.2.3.4.com', 'com', '4.com'],
    ['cafe:babe', 'cafe:babe', 'cafe:babe'],
    // Any byte, and empty labels.
    ['$(reboot).e\\"vil\u0000.co.uk', 'co.uk', 'e\\"vil\u0000.co.uk'],
    ['two words .com', 'com', 'two words .com'],
    ['.com', 'com', '.com'],
    ['a..com', 'com', '.com'],
    ['..co.uk', 'co.uk', '.co.uk'],
    ['.ck', 'ck', '.ck'],
    ['*.ck', '*.ck', '*.ck'],
    [' ', ' ', ' '],
  ])('takes %j as it stands', (name, suffix, domain) => {
    expect(publicSuffix(name)).toBe(suffix);
    expect(registrableDomain(name)).toBe(domain);
  });

  it('counts private suffixes on request; by default only in the registrable domain, as Spot 1.0 did', () => {
    expect(publicSuffix('foo.blogspot.com')).toBe('com');
    expect(publicSuffix('foo.blogspot.com', { privateSuffixes: true })).toBe('blogspot.com');
    expect(registrableDomain('www.foo.blogspot.com')).toBe('foo.blogspot.com');
    expect(registrableDomain('foo.blogspot.com', { privateSuffixes: false })).toBe('blogspot.com');
  });

  it('takes names of 255 characters', () => {
    const name = `${'a.'.repeat(124)}a.co.uk`;
    expect(name).toHaveLength(255);
    expect(publicSuffix(name)).toBe('co.uk');
    expect(registrableDomain(name)).toBe('a.co.uk');
    expect(publicSuffix(`${'b'.repeat(251)}.com`)).toBe('com');
  });

  it('does not look at what stands before the registrable domain', () => {
    const label = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('.', ''));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 5 }), (labels) => {
        const name = [...labels, 'example.co.uk'].join('.');
        expect(publicSuffix(name)).toBe('co.uk');
        expect(registrableDomain(name)).toBe('example.co.uk');
      }),
    );
  });

  it('gives whole labels from the end of the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'B', '.', 'uk', 'co', 'com', '1', ':', '_', 'ck') }),
        (name) => {
          const canonical = canonicalName(name);
          for (const part of [publicSuffix(name), registrableDomain(name)]) {
            expect(part === '' || `.${canonical}`.endsWith(`.${part}`)).toBe(true);
          }
          expect(registrableDomain(name, { privateSuffixes: false }).endsWith(publicSuffix(name))).toBe(true);
        },
      ),
    );
  });
});
