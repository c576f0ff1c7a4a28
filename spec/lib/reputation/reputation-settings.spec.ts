import { checkSettings, type Settings, withoutSecrets } from '../../../lib/settings.js';

const list = { service: 'domain-list', name: 'a', file: '/a.txt' } as const;
const json = { service: 'http-json', name: 'v', url: 'http://127.0.0.1/{key}', pointer: '/a' } as const;

describe('the settings of reputation', () => {
  it('are an array of services, or an object with them; checked they are always the object', () => {
    const whole = { services: [{ ...list, label: 'HIGH' }], neverSend: [], cache: {}, offline: false };
    expect(checkSettings({ reputation: [list] }).reputation).toEqual(whole);
    expect(checkSettings({ reputation: { services: [list] } }).reputation).toEqual(whole);
    expect(checkSettings(checkSettings({ reputation: [list] })).reputation).toEqual(whole);
    expect(checkSettings({}).reputation).toEqual({ ...whole, services: [] });
  });

  it('have paths relative to the file in either form', () => {
    const services: Extract<NonNullable<Settings['reputation']>, unknown[]> = [
      { ...list, file: 'a.txt', allow: ['b.txt'] },
      { service: 'module', module: './own.js' },
      { ...json, headers: { k: { file: 'key' } } },
    ];
    const paths = (reputation: Settings['reputation']) => {
      const [first, second, third] = checkSettings({ reputation }, { base: '/etc' }).reputation.services;
      return [first, second, third];
    };
    const expected = [
      { file: '/etc/a.txt', allow: ['/etc/b.txt'] },
      { module: '/etc/own.js' },
      { headers: { k: { file: '/etc/key' } } },
    ];
    expect(paths(services)).toMatchObject(expected);
    expect(paths({ services })).toMatchObject(expected);
    expect(checkSettings({ reputation: { cache: { folder: 'c' } } }, { base: '/etc' }).reputation.cache.folder).toBe(
      '/etc/c',
    );
  });

  it.each([
    [[{ ...list, name: 'a:b' }], /reputation\[0\]\.name: expected 1 to 64 characters/],
    [[{ ...list, name: 'a|b' }], /reputation\[0\]\.name: /],
    [[{ ...list, name: 'a\tb' }], /reputation\[0\]\.name: /],
    [[list, list], /reputation\[1\]\.name: "a" is used twice/],
    [[{ ...json, url: 'http://{key}.com/' }], /reputation\[0\]\.url: expected a URL .* after the host/],
    [[{ ...json, url: 'http://127.0.0.1/' }], /reputation\[0\]\.url: /],
    [[{ ...json, url: 'http://u:{key}@127.0.0.1/{key}' }], /reputation\[0\]\.url: /],
    [[{ ...json, url: 'file:///{key}' }], /reputation\[0\]\.url: /],
    [[{ ...json, pointer: 'a' }], /reputation\[0\]\.pointer: expected a JSON Pointer/],
    [[{ ...json, labels: [{ label: 'x' }] }], /reputation\[0\]\.labels\[0\]: expected/],
    [[{ service: 'dnsbl', name: 'd', zone: 'a b' }], /reputation\[0\]\.zone: expected a zone/],
    [[{ service: 'gti', refclient: 'r', server: 's', user: 'u', password: 'p', ci: '{}' }], /\.ci: .*###QUERY###/],
    [[{ service: 'fb', appId: '1', secret: { envv: 'A' } }], /reputation\[0\]\.secret: expected a text/],
    [{ servces: [] }, /unknown key "reputation\.servces"; did you mean "services"\?/],
    [
      { services: [{ ...list, lable: 'x' }] },
      /unknown key "reputation\.services\[0\]\.lable"; did you mean "label"\?/,
    ],
    ['x', /reputation: .*expected object/],
  ])('%j is told by its key', (reputation, message) => {
    expect(() => checkSettings({ reputation })).toThrow(message);
  });
});

describe('withoutSecrets', () => {
  it('names a variable in place of each secret that is written out, and changes nothing else', () => {
    const settings = checkSettings({
      storage: {
        type: 'webhdfs',
        nameNodes: ['http://nn1:9870'],
        token: 'hush-hush',
        headers: { 'X-Y': 'hush-hush' },
      },
      reputation: [
        { service: 'gti', refclient: '/r', server: 's', user: 'u', password: 'hush-hush', ci: '[###QUERY###]' },
        { service: 'fb', appId: '1', secret: { env: 'FB' } },
        { ...json, headers: { 'x-key': 'hush-hush', other: { file: '/key' } } },
        { service: 'module', name: 'm', module: '/m.js', secrets: { t: 'hush-hush' }, options: { a: 'b' } },
        list,
      ],
    });
    const copy = withoutSecrets(settings);
    expect(JSON.stringify(copy)).not.toContain('hush-hush');
    expect(copy.storage).toMatchObject({
      nameNodes: ['http://nn1:9870'],
      token: { env: 'SPOT_DNS_OA_STORAGE_TOKEN' },
      headers: { 'X-Y': { env: 'SPOT_DNS_OA_STORAGE_HEADERS_X_Y' } },
    });
    expect(copy.reputation.services).toMatchObject([
      { server: 's', password: { env: 'SPOT_DNS_OA_REPUTATION_SERVICES_0_PASSWORD' } },
      { secret: { env: 'FB' } },
      { headers: { 'x-key': { env: 'SPOT_DNS_OA_REPUTATION_SERVICES_2_HEADERS_X_KEY' }, other: { file: '/key' } } },
      { secrets: { t: { env: 'SPOT_DNS_OA_REPUTATION_SERVICES_3_SECRETS_T' } }, options: { a: 'b' } },
      { ...list, label: 'HIGH' },
    ]);
    expect(checkSettings(copy)).toEqual(copy);
  });
});
