import fc from 'fast-check';
import { DNS_QRY_CLASS, DNS_QRY_TYPE } from '../../../schemas/iana-tables.js';
import { classCode, ianaName } from '../../../streams/calculations/iana-name.js';

describe('classCode', () => {
  it.each([
    ['1', 1],
    ['0001', 1],
    ['0x1', 1],
    ['0x00000001', 1],
    ['0X0001', 1],
    ['0x000000fe', 254],
    ['0x000000FF', 255],
    ['0', 0],
    ['0x0', 0],
    ['65535', 65535],
  ])('reads %s', (text, code) => {
    expect(classCode(text)).toBe(code);
  });

  it.each([null, '', ' ', '0x', 'IN', 'null', '1e0', '0b1', '-1', '1.0', ' 1', '1\n', '0xG', '99999999999999999999'])(
    'takes %j for no code',
    (text) => {
      expect(classCode(text)).toBeNull();
    },
  );

  it('reads any code in both notations, with any number of zeros', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65535 }), fc.nat(40), (code, zeros) => {
        expect(classCode('0'.repeat(zeros) + code)).toBe(code);
        expect(classCode(`0x${'0'.repeat(zeros)}${code.toString(16).toUpperCase()}`)).toBe(code);
      }),
    );
  });
});

describe('ianaName', () => {
  it('gives the name of a code', () => {
    expect(ianaName(DNS_QRY_CLASS, classCode('0x00000001'), '0x00000001')).toBe('Internet (IN)');
    expect(ianaName(DNS_QRY_TYPE, 28, 28)).toBe('AAAA');
  });

  it('names an unknown code as it came', () => {
    expect(ianaName(DNS_QRY_CLASS, classCode('0x000000aB'), '0x000000aB')).toBe('Unknown (0x000000aB)');
    expect(ianaName(DNS_QRY_CLASS, classCode('quatsch'), 'quatsch')).toBe('Unknown (quatsch)');
    expect(ianaName(DNS_QRY_TYPE, 4711, 4711)).toBe('Unknown (4711)');
  });

  it('gives null for a missing code, and not for 0', () => {
    expect(ianaName(DNS_QRY_CLASS, null, null)).toBeNull();
    expect(ianaName(DNS_QRY_CLASS, null, '')).toBeNull();
    expect(ianaName(DNS_QRY_TYPE, 0, 0)).toBe('Reserved');
  });
});
