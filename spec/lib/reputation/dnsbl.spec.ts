import { dnsbl, reversed } from '../../../lib/reputation/dnsbl.js';
import type { SettingsOf } from '../../../lib/reputation/reputation-settings.js';
import { fakeDns } from '../../fakes/reputation-dns.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';

const dns = fakeDns();
const { signal } = new AbortController();

const service = (more: Partial<SettingsOf<'dnsbl'>> = {}) =>
  dnsbl({
    service: 'dnsbl',
    name: 'dbl',
    zone: 'dbl.zone',
    checks: 'domain',
    servers: [dns.server],
    answers: { '127.0.1.2': 'spam', '127.0.1.4': { label: 'phish', value: 3 }, '127.255.255.9': 'HIGH' },
    label: 'MEDIUM',
    ...more,
  });
const check = async (keys: readonly string[], more?: Partial<SettingsOf<'dnsbl'>>) =>
  Object.fromEntries(await service(more).check(keys, { signal }));

describe('dnsbl', () => {
  it('asks for names under the zone, and labels by the answer', async () => {
    const answers: Record<string, string[]> = {
      'spam.com.dbl.zone': ['127.0.1.2'],
      'both.com.dbl.zone': ['127.0.1.2', '127.0.1.4'],
      'other.com.dbl.zone': ['127.0.0.9'],
      'own.com.dbl.zone': ['127.255.255.9'],
    };
    dns.answer = (name) => answers[name] ?? 'NXDOMAIN';
    expect(await check(['spam.com', 'both.com', 'other.com', 'own.com', 'good.com'])).toEqual({
      'spam.com': { label: 'spam', value: -1 },
      'both.com': { label: 'phish', value: 3 },
      'other.com': { label: 'MEDIUM', value: 2 },
      'own.com': { label: 'HIGH', value: 3 },
    });
    expect(dns.asked).toHaveLength(5);
  });

  it('asks for addresses backwards', async () => {
    dns.answer = (name) => (name.startsWith('9.8.7.6.') ? ['127.0.0.2'] : 'NXDOMAIN');
    expect(await check(['6.7.8.9', '2606:4700::1111'], { checks: 'ip' })).toEqual({
      '6.7.8.9': { label: 'MEDIUM', value: 2 },
    });
    expect(reversed('2606:4700::1111')).toBe('1.1.1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.4.6.0.6.2');
    expect(reversed('255.254.0.1')).toBe('1.0.254.255');
    expect(reversed('no address')).toBeNull();
  });

  it('never asks for another name than it was given', async () => {
    dns.answer = () => 'NXDOMAIN';
    const names = [...HOSTILE_NAMES, 'x\\046y.com', 'a..com', `${'a'.repeat(64)}.com`, 'ＦＵＬＬ.com', '\u00ad.com'];
    const verdicts = await check(names);
    const asked = dns.asked.map((labels) => labels.slice(0, -2));
    expect(asked).toEqual([
      ['-p', 'evil', 'com'],
      ['xn--e1afmkfd', 'evil', 'com'],
    ]);
    const unavailable = Object.keys(verdicts).filter((name) => verdicts[name]!.label === 'UNAVAILABLE');
    expect(unavailable).toHaveLength(names.length - asked.length);
  });

  it('does not ask for a name that is too long with the zone', async () => {
    const name = Array.from({ length: 4 }, () => 'a'.repeat(61)).join('.');
    expect(await check([name])).toEqual({ [name]: { label: 'UNAVAILABLE', value: -1 } });
    expect(dns.asked).toEqual([]);
  });

  it.each([
    ['SERVFAIL' as const, /^no answer of the DNS \(ESERVFAIL\)$/, true],
    ['REFUSED' as const, /^no answer of the DNS \(EREFUSED\)$/, true],
    [['93.184.216.34'], /outside 127\.0\.0\.0\/8/, false],
    [['127.255.255.254'], /the list refuses to answer/, false],
  ])('fails for %j', async (answer, message, retriable) => {
    dns.answer = () => answer;
    await expect(check(['evil.com'])).rejects.toMatchObject({
      code: 'REPUTATION_FAILED',
      message: expect.stringMatching(message) as string,
      retriable,
    });
  });

  it('stops when it is told to', async () => {
    dns.answer = () => 'nothing';
    const abort = new AbortController();
    const work = service().check(['evil.com'], { signal: abort.signal });
    while (dns.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'REPUTATION_FAILED' });
  });
});
