import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostsAsked } from '../../../lib/reputation/hosts.js';
import { loadReputation } from '../../../lib/reputation/load-reputation.js';
import { tryServices } from '../../../lib/reputation/try-services.js';
import { checkSettings } from '../../../lib/settings.js';
import { FakeService } from '../../fakes/reputation.js';
import { closedPort, fakeHttp, json, status } from '../../fakes/reputation-http.js';
import { temporaryFiles } from '../lookups/temporary-files.js';

const write = temporaryFiles();
let files = 0;
const file = (content: string) => write(`list-${files++}.txt`, content);
const { signal } = new AbortController();

describe('loadReputation', () => {
  it('gives the services of the settings, in their order', async () => {
    const services = await loadReputation([
      { service: 'domain-list', name: 'urlhaus', file: await file('bad.example\n') },
      { service: 'domain-list', name: 'mine', file: await file('x.example\nbad.example\n'), label: 'low' },
      { service: 'domain-list', name: 'odd', file: await file('bad.example\n'), label: 'Phishing' },
      { service: 'domain-list', name: 'worse', file: await file('bad.example\n'), label: 'Phishing', value: 3 },
    ]);
    expect(services.map(({ name, checks }) => [name, checks])).toEqual([
      ['urlhaus', 'domain'],
      ['mine', 'domain'],
      ['odd', 'domain'],
      ['worse', 'domain'],
    ]);
    const keys = ['www.bad.example', 'good.example'];
    const verdicts = await Promise.all(services.map((service) => service.check(keys, { signal })));
    expect(verdicts.map((one) => Object.fromEntries(one))).toEqual([
      { 'www.bad.example': { label: 'HIGH', value: 3 } },
      { 'www.bad.example': { label: 'low', value: 1 } },
      { 'www.bad.example': { label: 'Phishing', value: -1 } },
      { 'www.bad.example': { label: 'Phishing', value: 3 } },
    ]);
  });

  it('gives none without settings', async () => {
    await expect(loadReputation([])).resolves.toEqual([]);
  });

  it('fails for a list that is not there or not readable, before anything is asked', async () => {
    const missing = { service: 'domain-list', name: 'a', file: '/nowhere/list.txt' } as const;
    await expect(loadReputation([missing])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const broken = await file('good.example\nhttp://bad.example/\n');
    await expect(loadReputation([{ ...missing, file: broken }])).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(broken) as string,
    });
  });
});

describe('a remote service of the settings', () => {
  const http = fakeHttp();
  const vt = (more: object = {}) => ({
    service: 'http-json' as const,
    name: 'vt',
    url: `${http.origin}/{key}`,
    headers: { authorization: 'top-secret' },
    pointer: '/label',
    retry: { attempts: 1 },
    ...more,
  });
  const names = ['a.evil.com', 'b.evil.com', 'printer', 'x.local', 'mine.org', 'good.com'];
  const find = json({ label: 'HIGH' });
  const warnings: { code: string; message: string }[] = [];
  const onWarning = (warning: { code: string; message: string }) => void warnings.push(warning);
  let folder: string;
  beforeEach(async () => {
    warnings.length = 0;
    http.respond = find;
    folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is told registrable domains, and nothing of what may not leave', async () => {
    const [service] = await loadReputation({ services: [vt()], neverSend: ['mine.org'] });
    const verdicts = await service!.check(names, { signal });
    expect([...verdicts.keys()]).toEqual(['a.evil.com', 'b.evil.com', 'good.com']);
    expect(http.asked.map(({ url }) => url)).toEqual(['/evil.com', '/good.com']);
    expect(service!.report()).toEqual({
      service: 'vt',
      host: new URL(http.origin).host,
      keys: 2,
      cached: 0,
      sent: 2,
      withheld: 3,
      unavailable: 0,
      calls: 2,
      failedCalls: 0,
      breaker: 'closed',
      deadlinePassed: false,
      offline: false,
    });
  });

  it('is told names in full where that is wanted', async () => {
    const [service] = await loadReputation([vt({ send: 'full-name' })]);
    await service!.check(names.slice(0, 4), { signal });
    expect(http.asked.map(({ url }) => url).sort()).toEqual(['/a.evil.com', '/b.evil.com']);
  });

  it('is not asked again by the next run, where answers are kept', async () => {
    const settings = { services: [vt()], cache: { folder } };
    const run = async (keys: string[]) => {
      http.asked.length = 0;
      const [service] = await loadReputation(settings, { onWarning });
      const found = await service!.check(keys, { signal });
      await service!.close();
      return { found: [...found.keys()], asked: http.asked.length, report: service!.report() };
    };
    expect(await run(['evil.com'])).toMatchObject({ found: ['evil.com'], asked: 1 });
    const again = await run(['a.evil.com', 'new.com']);
    expect(again).toMatchObject({
      found: ['a.evil.com', 'new.com'],
      asked: 1,
      report: { cached: 1, sent: 1, keys: 2 },
    });
    const [file] = await readdir(folder);
    await writeFile(join(folder, file!), 'broken');
    expect(await run(['evil.com'])).toMatchObject({ asked: 1, report: { cached: 0 } });
    expect(warnings).toEqual([
      { code: 'REPUTATION_CACHE', message: expect.stringMatching(/answers.*; its answers are not used/) as string },
    ]);
  });

  it('that fails is told of once for each cause', async () => {
    http.respond = status(500);
    const [service] = await loadReputation([vt({ breaker: { failures: 100 } })], { onWarning });
    await service!.check(['a.com', 'b.com', 'c.com'], { signal });
    expect(warnings).toEqual([{ code: 'REPUTATION_UNAVAILABLE', message: 'reputation service vt: HTTP 500' }]);
    expect(service!.report()).toMatchObject({ failedCalls: 3, unavailable: 3 });
  });

  it('is not asked when offline, and says so', async () => {
    const own = new FakeService('own');
    const settings = { services: [vt()], offline: true };
    const services = await loadReputation(settings, { onWarning, services: [own] });
    for (const service of services) {
      const verdicts = await service.check(['evil.com', 'evil.com'], { signal });
      expect(verdicts.get('evil.com')).toEqual({ label: 'UNAVAILABLE', value: -1 });
      expect(service.report()).toMatchObject({ offline: true, keys: 1, sent: 0, unavailable: 1 });
    }
    expect([http.asked, own.calls]).toEqual([[], []]);
    expect(warnings).toEqual([{ code: 'REPUTATION_OFFLINE', message: 'offline: not asked: vt, own' }]);
    expect(await hostsAsked(checkSettings({ reputation: settings }).reputation, [own])).toEqual([]);
  });

  it('of one’s own stands behind the same guard, unless it stays on this machine', async () => {
    const own = new FakeService('own');
    const local = Object.assign(new FakeService('local'), { remote: null });
    const services = await loadReputation([], { services: [own, local] });
    for (const service of services) await service.check(names, { signal });
    expect(own.asked).toEqual(['evil.com', 'mine.org', 'good.com']);
    expect(local.asked).toEqual(names);
    await expect(loadReputation([vt()], { services: [new FakeService('vt')] })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: 'reputation: two services are named "vt"',
    });
    await expect(loadReputation([], { services: [new FakeService('a:b')] })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
    });
  });

  it('says what it sends, and whether it answers', async () => {
    const closed = await closedPort();
    const file = await write('try.txt', 'evil.com\n');
    const settings = (down: boolean, offline = false) =>
      checkSettings({
        reputation: {
          services: [
            vt(),
            { service: 'domain-list', name: 'list', file },
            ...(down ? [vt({ name: 'down', url: `http://127.0.0.1:${closed}/{key}` })] : []),
          ],
          offline,
        },
      }).reputation;
    const vtLine = `vt (${new URL(http.origin).host} is sent registrable domains of names)`;
    expect(await tryServices(settings(false))).toEqual([`${vtLine}: answers`, 'list (this machine): answers']);
    expect(http.asked.map(({ url }) => url)).toEqual(['/example.com']);
    await expect(tryServices(settings(true))).rejects.toMatchObject({
      code: 'REPUTATION_FAILED',
      message: expect.stringMatching(/: answers; .*down .*: no connection \(ECONNREFUSED\)$/) as string,
    });
    http.asked.length = 0;
    expect((await tryServices(settings(true, true)))[0]).toBe(`${vtLine}: offline, not asked`);
    expect(http.asked).toEqual([]);
  });

  it('names the host of every kind', async () => {
    const module = await write(
      'hosts.mjs',
      `export default () => ({ name: 'm', checks: 'ip', batchSize: 1, check: async () => new Map() })`,
    );
    const { reputation } = checkSettings({
      reputation: [
        { service: 'gti', refclient: 'x', server: 'gti.host', user: 'u', password: 'p', ci: '[###QUERY###]' },
        { service: 'fb', appId: '1', secret: { env: 'NOT_SET' } },
        { service: 'dnsbl', name: 'd', zone: 'dbl.zone', servers: ['127.0.0.1:53'], send: 'full-name' },
        { service: 'dnsbl', name: 'i', zone: 'ip.zone', checks: 'ip' },
        vt({ name: 'u', checks: 'url' }),
        { service: 'module', module, secrets: { a: { env: 'NOT_SET' } } },
      ],
    });
    expect((await hostsAsked(reputation)).map(({ host, sends }) => `${host}: ${sends}`)).toEqual([
      'gti.host: registrable domains of names',
      'graph.facebook.com: registrable domains of names',
      'dbl.zone: names in full, as DNS questions by 127.0.0.1:53',
      'ip.zone: public addresses, as DNS questions',
      `${new URL(http.origin).host}: registrable domains of URLs`,
      'unknown (service m): public addresses',
    ]);
  });
});

describe('a module of one’s own', () => {
  const load = async (text: string, more: object = {}) => {
    const module = await write(`own-${files++}.mjs`, text);
    const [service] = await loadReputation([{ service: 'module', module, ...more }]);
    return service!;
  };

  it('makes the service, from its options and secrets', async () => {
    process.env.OWN_SECRET = 'hush';
    const text = `export default async ({ name, options, secrets }) => ({ name, checks: 'domain', batchSize: 5, remote: null,
        check: async (keys) => new Map(keys.map((key) => [key, { label: options.label + secrets.s, value: 1 }])) })`;
    const service = await load(text, {
      name: 'mine',
      options: { label: 'L' },
      secrets: { s: { env: 'OWN_SECRET' } },
    });
    delete process.env.OWN_SECRET;
    expect(service.name).toBe('mine');
    expect(Object.fromEntries(await service.check(['x.local'], { signal }))).toEqual({
      'x.local': { label: 'Lhush', value: 1 },
    });
  });

  it('may be an object of a class, and gets the name of the settings', async () => {
    const text = `class Own { #n = 1; name = 'own'; checks = 'domain'; batchSize = 1; remote = null;
      async check(keys) { return new Map(keys.map((key) => [key, { label: 'N', value: this.#n }])); } }
      export default () => new Own();`;
    const service = await load(text, { name: 'other' });
    expect([service.name, (await service.check(['a'], { signal })).get('a')]).toEqual([
      'other',
      { label: 'N', value: 1 },
    ]);
  });

  it.each([
    ['no module', 'export {', /reputation module .*own-/],
    ['no factory', 'export const a = 1;', /expected a function as default export/],
    ['no service', 'export default () => ({})', /a name of 1 to 64 characters/],
    ['no kind of keys', `export default () => ({ name: 'a', batchSize: 1 })`, /checks: domain, ip or url/],
    ['no batch size', `export default () => ({ name: 'a', checks: 'ip', batchSize: 0 })`, /batchSize/],
    ['no check', `export default () => ({ name: 'a', checks: 'ip', batchSize: 1 })`, /function check/],
  ])('is refused when it is %s', async (_what, text, message) => {
    await expect(load(text)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });
});
