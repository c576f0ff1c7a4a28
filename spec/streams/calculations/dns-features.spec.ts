import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import {
  decodedName,
  digitShare,
  labelCount,
  labelEntropy,
  longestLabel,
  nameLength,
  subdomainEntropy,
} from '../../../streams/calculations/dns-features.js';

describe('features of a name', () => {
  it.each<[string, number | null, number | null, number, number, number | null, number]>([
    // name, entropy of label and of subdomain, labels, longest, digits, octets on the wire
    ['www.google.co.uk', 1.9183, 0, 4, 6, 0, 18],
    ['www.example.com', 2.5216, 0, 3, 7, 0, 17],
    ['WWW.Example.COM.', 2.5216, 0, 3, 7, 0, 17],
    ['qx7vk2mzp0.invalid', 3.3219, null, 2, 10, 3 / 17, 20],
    ['aabb.ccdd.example.com', 2.5216, 2, 4, 7, 0, 23],
    ['aaaa.com', 0, null, 2, 4, 0, 10],
    ['co.uk', null, null, 2, 2, 0, 7],
    ['com', null, null, 1, 3, 0, 5],
    ['localhost', null, null, 1, 9, 0, 11],
    ['', null, null, 0, 0, null, 1],
    ['.', null, null, 0, 0, null, 1],
    ['10.0.2.15', null, null, 4, 2, 1, 11],
    ['2001:db8::17', null, null, 1, 12, 7 / 12, 14],
    ['15.2.0.10.in-addr.arpa', 1, 2, 6, 7, 6 / 17, 24],
    // Octets, not characters: two for ü, one for an escape; what is no escape is what it looks like.
    ['münchen.de', 2.75, null, 2, 8, 0, 13],
    ['\\255\\001.example', 1, null, 2, 7, 0, 12],
    ['\\256.example', 2, null, 2, 7, 3 / 11, 14],
    ['a\\.b.example', 0, 1, 3, 7, 0, 14],
    ['a..b.example', 0, 0, 4, 7, 0, 14],
  ])('%j', (name, entropy, subdomain, labels, longest, digits, length) => {
    const close = (value: number | null) => (value === null ? null : (expect.closeTo(value, 4) as number));
    expect({
      entropy: labelEntropy(name),
      subdomain: subdomainEntropy(name),
      labels: labelCount(name),
      longest: longestLabel(name),
      digits: digitShare(name),
      length: nameLength(name),
    }).toEqual({
      entropy: close(entropy),
      subdomain: close(subdomain),
      labels,
      longest,
      digits: close(digits),
      length,
    });
  });

  it('of a private suffix are those that the option says', () => {
    expect([labelEntropy('ab.github.io'), labelEntropy('ab.github.io', { privateSuffixes: true })]).toEqual([
      expect.closeTo(2.585, 3),
      1,
    ]);
    expect(subdomainEntropy('ab.github.io', { privateSuffixes: true })).toBeNull();
  });

  const label = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ maxLength: 70 }),
    fc.constantFrom(
      'com',
      'co',
      'uk',
      'xn--',
      'xn--mnchen-3ya',
      'XN--P1AI',
      'xn--a',
      '\\000',
      '\\',
      '-',
      ' ',
      '\u202e',
      '\n',
    ),
    fc.string({ unit: fc.constantFrom(...'xn-abc019\\'), maxLength: 20 }).map((text) => `xn--${text}`),
  );
  const name = fc.oneof(
    fc.array(label, { maxLength: 8 }).map((labels) => labels.join('.')),
    fc.string({ unit: 'binary' }),
    fc.ipV6(),
  );

  it('of any text are in their ranges, and never throw', () => {
    const inRange = (value: number | null, least: number, most: number) =>
      value === null || (value >= least && value <= most);
    fc.assert(
      fc.property(name, (text) => {
        const octets = Buffer.byteLength(text.toLowerCase());
        const bits = Math.min(8, Math.log2(Math.max(1, octets))) + 1e-9;
        expect(inRange(labelEntropy(text), 0, bits)).toBe(true);
        expect(inRange(subdomainEntropy(text), 0, bits)).toBe(true);
        expect(inRange(digitShare(text), 0, 1)).toBe(true);
        expect(inRange(labelCount(text), 0, octets + 1)).toBe(true);
        expect(inRange(longestLabel(text), 0, octets)).toBe(true);
        expect(inRange(nameLength(text), 1, octets + 2)).toBe(true);
        expect(typeof decodedName(text)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it('have the entropy of their octets in any order', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcdef0123'), minLength: 1, maxLength: 63 });
    fc.assert(
      fc.property(letters, (text) => {
        const shares = [...new Set(text)].map((letter) => text.split(letter).length - 1).map((n) => n / text.length);
        const plain = shares.reduce((sum, share) => sum + share * Math.log2(1 / share), 0);
        expect(labelEntropy(`www.${text}.example`)).toBeCloseTo(plain, 9);
        expect(subdomainEntropy(`${[...text].sort().join('')}.www.example`)).toBeCloseTo(plain, 9);
      }),
    );
  });
});

describe('decodedName', () => {
  it.each([
    ['xn--mnchen-3ya.example', 'münchen.example'],
    ['www.XN--MNCHEN-3YA.Example.', 'www.münchen.Example.'],
    ['xn--e1afmkfd.xn--p1ai', 'пример.рф'],
    ['xn--pple-43d.com', 'аpple.com'],
    ['xn--fiqs8s', '中国'],
    // Right-to-left letters alone are valid; what looks like a bidirectional trick is not.
    ['xn--4dbrk0ce.example', 'ישראל.example'],
  ])('%s is %s', (text, decoded) => {
    expect(decodedName(text)).toBe(decoded);
  });

  it.each([
    ['no Punycode', 'xn--\u00e4'],
    ['Punycode of nothing', 'xn--'],
    ['ASCII alone', 'xn--abc-'],
    ['an end in the middle of a number', 'xn--mnchen-3y'],
    ['a number too large', 'xn--99999999999'],
    ['a right-to-left override', 'xn--ab-g4t.example'],
    ['a zero-width joiner', 'xn--ab-m1t.example'],
    ['a full stop of another script', 'xn--ab-r13a.example'],
    ['a right-to-left isolate', 'xn--ab-88t'],
    ['a blank that does not break', 'xn--ab-1ca'],
    ['a byte order mark', 'xn--ab-ot3n'],
    ['another case than it encodes', 'xn--Mnchen-3ya\u0130'],
    ['a percent sign', 'xn--a%2eb'],
    ['a label too long', `xn--${'a'.repeat(60)}-3ya`],
    ['a control', 'xn--\u0000-3ya'],
    ['a host of a URL', 'xn--a@b:80/c'],
  ])('leaves %s as it stands', (_what, text) => {
    expect(decodedName(text)).toBe(text);
  });

  it('adds no control, no bidirectional control, no blank and no dot', () => {
    const hidden = (text: string) => text.match(/[\p{C}\p{Z}.\u3002\uff0e\uff61]/gu) ?? [];
    const punycode = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-'), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            punycode.map((text) => `xn--${text}`),
            fc.string({ unit: 'binary' }),
          ),
          { maxLength: 4 },
        ),
        (labels) => {
          const text = labels.join('.');
          expect(hidden(decodedName(text))).toEqual(hidden(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('gives back what was encoded', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcäöüßжшпинשלוםمثال中国例え'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (text) => {
        const encoded = domainToASCII(text);
        fc.pre(encoded.startsWith('xn--'));
        expect([decodedName(encoded), encoded]).toContain(text.normalize('NFC'));
      }),
      { numRuns: 500 },
    );
  });
});
