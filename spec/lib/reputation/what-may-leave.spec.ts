import fc from 'fast-check';
import { guarded, notAsked } from '../../../lib/reputation/guarded.js';
import { isPrivateIp } from '../../../lib/reputation/private-addresses.js';
import { whatMayLeave } from '../../../lib/reputation/what-may-leave.js';
import { FakeService } from '../../fakes/reputation.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';

const domain = whatMayLeave({ checks: 'domain' });
const full = whatMayLeave({ checks: 'domain', send: 'full-name' });

describe('whatMayLeave, of names', () => {
  it.each(['localhost', 'printer', 'com', '', '.', '..', 'wpad.'])('is nothing of the single label %j', (name) => {
    expect([domain(name), full(name)]).toEqual([null, null]);
  });

  it.each([
    ...['printer.local', 'a.b.LOCAL.', 'x.localhost', 'host.test', 'a.invalid', 'www.example', 'www.example.com'],
    ...['example.org', 'a.example.net', 'hidden.onion', 'router.home.arpa', 'db.corp.internal', 'x.alt', 'nas.lan'],
    ...['ipv4only.arpa', '_dns.resolver.arpa', 'dc1.corp', 'mail.home', 'x.intranet', 'y.private'],
  ])('is nothing of the special-use name %j', (name) => {
    expect([domain(name), full(name)]).toEqual([null, null]);
  });

  it.each([
    ...['10.in-addr.arpa', '1.0.0.10.in-addr.arpa', '5.16.172.in-addr.arpa', '9.31.172.in-addr.arpa'],
    ...['168.192.in-addr.arpa', '4.3.168.192.IN-ADDR.ARPA.', '1.0.0.127.in-addr.arpa', '9.9.254.169.in-addr.arpa'],
    ...['7.64.100.in-addr.arpa', '1.0-63.2.168.192.in-addr.arpa', 'b._dns-sd._udp.0.1.168.192.in-addr.arpa'],
    ...['d.f.ip6.arpa', '8.e.f.ip6.arpa', '1.2.8.b.d.0.1.0.0.2.ip6.arpa', `1.${'0.'.repeat(31)}ip6.arpa`],
  ])('is nothing of the reverse name %j', (name) => {
    expect([domain(name), full(name)]).toEqual([null, null]);
  });

  it.each([
    ['8.8.8.8.in-addr.arpa', '8.8.8.8.in-addr.arpa'],
    ['1.15.172.in-addr.arpa', '1.15.172.in-addr.arpa'],
    ['7.4.6.0.6.2.ip6.arpa', '7.4.6.0.6.2.ip6.arpa'],
  ])('is a reverse name of public addresses: %j', (name, sent) => {
    expect(full(name)).toBe(sent);
  });

  it('is nothing of an address', () => {
    expect([domain('8.8.8.8'), domain('2606:4700::1'), full('10.0.0.1')]).toEqual([null, null, null]);
  });

  it('is the registrable domain, unless the full name is wanted', () => {
    const data = 'c3RvbGVuIGRhdGE.x1.Tunnel.co.uk.';
    expect([domain(data), full(data)]).toEqual(['tunnel.co.uk', 'c3rvbgvuigrhdge.x1.tunnel.co.uk']);
    expect(domain('a.foo.github.io')).toBe('foo.github.io');
    for (const name of HOSTILE_NAMES) expect([domain(name), full(name)]).toEqual(['evil.com', name.toLowerCase()]);
  });

  it('is nothing of what is never sent, nor of names below it', () => {
    const kept = whatMayLeave({ checks: 'domain', neverSend: ['Corp.Com.', 'dev.other.com'] });
    expect(['corp.com', 'a.b.corp.com', 'x.dev.other.com'].map(kept)).toEqual([null, null, null]);
    expect(['xcorp.com', 'www.other.com'].map(kept)).toEqual(['xcorp.com', 'other.com']);
  });

  it('lets no label leave that stands before the registrable domain', () => {
    const label = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => !text.includes('.'));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 5 }), (labels) => {
        expect(domain([...labels, 'tunnel', 'com'].join('.'))).toBe('tunnel.com');
      }),
    );
  });
});

describe('whatMayLeave, of addresses and URLs', () => {
  const ip = whatMayLeave({ checks: 'ip' });
  const url = whatMayLeave({ checks: 'url' });

  it.each([
    ...['10.1.2.3', '172.31.0.1', '192.168.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '192.0.2.1', '224.0.0.1'],
    ...['0.0.0.0', '255.255.255.255', '198.18.0.1', '::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '2001:db8::1'],
    ...['::ffff:10.0.0.1', '2002:a00:1::', 'evil.com', '', '1.2.3', 'fe80::1%eth0'],
  ])('is nothing of %j', (address) => {
    expect([ip(address), isPrivateIp(address)]).toEqual([null, true]);
  });

  it.each(['8.8.8.8', '172.32.0.1', '1.1.1.1', '2606:4700::1111'])('is %j as it is', (address) => {
    expect(ip(address)).toBe(address);
  });

  it('is the domain of a URL, the whole of it where that is wanted, nothing of one inside', () => {
    const whole = whatMayLeave({ checks: 'url', send: 'full-name' });
    const text = 'http://a.evil.com:8080/p?q=1';
    expect([url(text), whole(text)]).toEqual(['evil.com', text]);
    expect([url('www.evil.com'), whole('www.evil.com')]).toEqual(['evil.com', 'www.evil.com']);
    for (const inside of ['http://10.0.0.1/', 'http://[fe80::1]/', 'https://wiki.corp.internal/x', 'printer'])
      expect([url(inside), whole(inside)]).toEqual([null, null]);
  });
});

describe('guarded', () => {
  const { signal } = new AbortController();

  it('makes one key of many names, and gives all of them its verdict', async () => {
    const service = new FakeService();
    const guard = guarded(service, {});
    const verdicts = await guard.check(['a.evil.com', 'b.evil.com', 'x.local', 'other.com', 'pc'], { signal });
    expect(service.calls).toEqual([['evil.com', 'other.com']]);
    expect([...verdicts.keys()]).toEqual(['a.evil.com', 'b.evil.com', 'other.com']);
    await guard.check(['x.local', 'pc'], { signal });
    expect(service.calls).toHaveLength(1);
    expect(guard.withheld).toBe(2);
  });

  it('asks nobody when nobody may be asked', async () => {
    const service = new FakeService('gti');
    const verdicts = await notAsked(service).check(['a.com'], { signal });
    expect(Object.fromEntries(verdicts)).toEqual({ 'a.com': { label: 'UNAVAILABLE', value: -1 } });
    expect(service.calls).toEqual([]);
  });
});
