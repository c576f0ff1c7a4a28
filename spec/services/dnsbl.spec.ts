/** The DNS block list service against a real server of such lists. */
import { loadReputation } from '../../lib/reputation/load-reputation.js';
import type { ReputationInput } from '../../lib/reputation/reputation-settings.js';
import { startRbldnsd, type Rbldnsd } from './rbldnsd.js';

const { signal } = new AbortController();
let rbldnsd: Rbldnsd;
beforeAll(async () => {
  rbldnsd = await startRbldnsd([
    {
      name: 'dbl.zone',
      type: 'dnset',
      lines: [
        ':127.0.1.2:spam',
        '.spam.com',
        'exact.com',
        'xn--e1afmkfd.com',
        ':127.0.1.4:phish',
        '.phish.org',
        '!good.phish.org',
      ],
    },
    { name: 'ip.zone', type: 'ip4set', lines: [':127.0.0.2:listed', '8.8.8.0/24', '!8.8.8.8', '9.9.9.9'] },
    { name: 'ip6.zone', type: 'ip6trie', lines: ['2606:4700::/32'] },
  ]);
});
afterAll(() => rbldnsd?.stop());

async function verdicts(keys: readonly string[], more: object): Promise<Record<string, string>> {
  const common = { service: 'dnsbl', name: 'dbl', servers: [rbldnsd.server], label: 'MEDIUM' };
  const services = [{ ...common, ...more }] as ReputationInput;
  const [service] = await loadReputation(services);
  const found = await service!.check(keys, { signal });
  return Object.fromEntries([...found].map(([key, { label, value }]) => [key, `${label}:${value}`]));
}

describe('dnsbl against rbldnsd', () => {
  const zone = { zone: 'dbl.zone', answers: { '127.0.1.4': { label: 'phish', value: 3 } } };

  it('labels registrable domains by the answers', async () => {
    const keys = [
      'data.tunnel.spam.com',
      'exact.com',
      'www.phish.org',
      'пример.com',
      'clean.com',
      'printer',
      'a.local',
    ];
    expect(await verdicts(keys, zone)).toEqual({
      'data.tunnel.spam.com': 'MEDIUM:2',
      'exact.com': 'MEDIUM:2',
      'www.phish.org': 'phish:3',
      'пример.com': 'MEDIUM:2',
    });
  });

  it('asks for full names where that is wanted, the exceptions of the list too', async () => {
    const keys = ['www.phish.org', 'good.phish.org', 'www.exact.com'];
    expect(await verdicts(keys, { ...zone, send: 'full-name' })).toEqual({ 'www.phish.org': 'phish:3' });
  });

  it('knows addresses of both families', async () => {
    const keys = ['8.8.8.1', '8.8.8.8', '9.9.9.9', '1.1.1.1', '10.0.0.1'];
    expect(await verdicts(keys, { zone: 'ip.zone', checks: 'ip' })).toEqual({
      '8.8.8.1': 'MEDIUM:2',
      '9.9.9.9': 'MEDIUM:2',
    });
    expect(await verdicts(['2606:4700::1111', '2606:4701::1'], { zone: 'ip6.zone', checks: 'ip' })).toEqual({
      '2606:4700::1111': 'MEDIUM:2',
    });
  });

  it('answers a thousand names', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? `n${i}.spam.com` : `n${i}.com`));
    expect(Object.keys(await verdicts(keys, { ...zone, send: 'full-name' }))).toHaveLength(100);
  });

  it('is unavailable for a zone that the server does not have', async () => {
    expect(await verdicts(['spam.com'], { zone: 'other.zone', retry: { attempts: 1 } })).toEqual({
      'spam.com': 'UNAVAILABLE:-1',
    });
  });
});
