import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSecret } from '../../lib/secrets.js';
import { checkSettings, loadSettings, withoutSecrets, type Settings } from '../../lib/settings.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const invalid = (message: RegExp): Error =>
  expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringMatching(message) as string }) as Error;

describe('settings', () => {
  const folder = temporaryFolder();

  it('are all optional', () => {
    expect(checkSettings({})).toEqual({
      storage: { type: 'local', root: resolve('./spot-data') },
      engine: { type: 'duckdb' },
      tld: { of: 'public-suffix' },
      analyst: { lowDays: 30 },
      networkContext: { files: [], ranges: [] },
      geolocation: {},
      features: [],
      iana: {},
      reputation: { services: [], neverSend: [], cache: {}, offline: false },
      details: { limit: 250, hourPartitionIsUtc: false },
      rejected: { maxShare: 0.01 },
      notebooks: {},
    });
  });

  it('are the same when checked again', () => {
    const once = checkSettings({
      reputation: [{ service: 'domain-list', name: 'a', file: 'a.txt' }],
      dnsConf: 'c.json',
    });
    expect(checkSettings(once)).toEqual(once);
  });

  it.each([
    [{ storag: {} }, /unknown key "storag"; did you mean "storage"\?/],
    [{ engine: { type: 'duckdb', thread: 2 } }, /unknown key "engine\.thread"; did you mean "threads"\?/],
    [{ networkContext: { file: [] } }, /unknown key "networkContext\.file"; did you mean "files"\?/],
    [
      { reputation: [{ service: 'domain-list', name: 'a', file: 'f', lable: 'HIGH' }] },
      /unknown key "reputation\[0\]\.lable"; did you mean "label"\?/,
    ],
    [{ details: { limit: 0 } }, /details\.limit: /],
    [{ rejected: { maxShare: 2 } }, /rejected\.maxShare: /],
    [{ storage: { type: 'hdfs' } }, /storage\.type: .*local.*webhdfs/],
    [{ storage: { type: 'webhdfs' } }, /storage\.nameNodes: /],
    [{ engine: { type: 'duckdb', memoryLimit: "2GB'; --" } }, /engine\.memoryLimit: /],
    [{ tld: { of: 'suffix' } }, /tld\.of: .*public-suffix/],
    [{ storage: 'data' }, /^settings: storage: .*expected object, received string/],
    [{ details: { limit: '250' } }, /details\.limit: .*expected number, received string/],
    [{ details: { limit: 2.5 } }, /details\.limit: .*expected int/],
    [{ tld: { privateSuffixes: 1 } }, /tld\.privateSuffixes: .*expected boolean, received number/],
    [{ networkContext: { files: 'a.csv' } }, /networkContext\.files: .*expected array, received string/],
    [{ networkContext: { ranges: [''] } }, /networkContext\.ranges\[0\]: /],
    [{ reputation: [{ service: 'gtl', name: 'a', file: 'f' }] }, /reputation\[0\]\.service: .*domain-list/],
    [{ reputation: [{ service: 'domain-list', file: 'f' }] }, /reputation\[0\]\.name: .*expected string/],
    [{ geolocation: { mmdb: [] } }, /geolocation\.mmdb: /],
    [{ geolocation: { mdb: 'a' } }, /unknown key "geolocation\.mdb"; did you mean "mmdb"\?/],
    [{ features: ['entropie'] }, /features\[0\]: .*entropy/],
    [{ dnsConf: null }, /dnsConf: .*expected string, received null/],
    [
      { storag: 1, detail: 2 },
      /unknown key "storag"; did you mean "storage"\?; unknown key "detail"; did you mean "details"/,
    ],
    [[], /the whole: /],
    [null, /the whole: /],
  ])('%j is told by its key', (settings, message) => {
    expect(() => checkSettings(settings)).toThrow(invalid(message));
  });

  it('come from a file, and its relative paths are relative to the file', async () => {
    mkdirSync(`${folder.path}/etc`);
    const file = `${folder.path}/etc/settings.json`;
    const settings: Settings = {
      storage: { type: 'local', root: 'data' },
      networkContext: { files: ['a.csv', '/abs/b.csv'], ranges: ['../r.csv'] },
      geolocation: { iploc: 'iploc.csv', mmdb: ['city.mmdb', '/abs/asn.mmdb'] },
      dnsConf: 'dns_conf.json',
      iana: { dns_qry_type: 'types.csv' },
      reputation: [{ service: 'domain-list', name: 'urlhaus', file: 'urlhaus.txt' }],
      notebooks: { templates: 'templates' },
    };
    writeFileSync(file, `\uFEFF${JSON.stringify(settings)}`);
    expect(await loadSettings(file)).toMatchObject({
      storage: { root: `${folder.path}/etc/data` },
      networkContext: { files: [`${folder.path}/etc/a.csv`, '/abs/b.csv'], ranges: [`${folder.path}/r.csv`] },
      geolocation: {
        iploc: `${folder.path}/etc/iploc.csv`,
        mmdb: [`${folder.path}/etc/city.mmdb`, '/abs/asn.mmdb'],
      },
      dnsConf: `${folder.path}/etc/dns_conf.json`,
      iana: { dns_qry_type: `${folder.path}/etc/types.csv` },
      reputation: { services: [{ name: 'urlhaus', file: `${folder.path}/etc/urlhaus.txt`, label: 'HIGH' }] },
      notebooks: { templates: `${folder.path}/etc/templates` },
    });
  });

  it('name one MaxMind DB or several', () => {
    const { geolocation } = checkSettings({ geolocation: { mmdb: 'city.mmdb' } }, { base: '/etc' });
    expect(geolocation).toEqual({ mmdb: '/etc/city.mmdb' });
  });

  it('that are missing or broken name the file', async () => {
    const file = `${folder.path}/settings.json`;
    await expect(loadSettings(file)).rejects.toThrow(invalid(/settings\.json: expected a JSON file/));
    writeFileSync(file, '{"storage": ');
    await expect(loadSettings(file)).rejects.toThrow(invalid(/settings\.json: expected a JSON file/));
    writeFileSync(file, '{"detail": {}}');
    await expect(loadSettings(file)).rejects.toThrow(
      invalid(/settings\.json: unknown key "detail"; did you mean "details"/),
    );
  });

  describe('of HDFS', () => {
    const storage = {
      type: 'webhdfs' as const,
      nameNodes: ['https://nn1:9871'],
      token: { file: 'token' },
      headers: { Authorization: 'Basic secret', 'X-XSRF-HEADER': { env: 'XSRF' } },
      tls: { ca: 'ca.pem', key: '/abs/key.pem', passphrase: 'hidden' },
    };

    it('may end their root with a slash', () => {
      expect(checkSettings({ storage: { ...storage, root: '/user/spot/' } }).storage.root).toBe('/user/spot');
    });

    it('have paths of this machine relative to the file, and of HDFS as they are', () => {
      expect(checkSettings({ storage }, { base: '/etc/oa' }).storage).toMatchObject({
        root: '/user/spot',
        token: { file: '/etc/oa/token' },
        tls: { ca: '/etc/oa/ca.pem', key: '/abs/key.pem' },
      });
    });

    it.each([
      [{ ...storage, tokn: 'x' }, /unknown key "storage\.tokn"; did you mean "token"\?/],
      [
        { ...storage, token: { envv: 'x' } },
        /storage\.token: expected a text, \{"env": "NAME"\} or \{"file": "PATH"\}/,
      ],
      [{ ...storage, nameNodes: ['nn1:9870'] }, /storage\.nameNodes\[0\]: expected a URL such as/],
      [{ ...storage, nameNodes: ['http://a', 'http://b', 'http://c'] }, /storage\.nameNodes: /],
      [{ ...storage, root: 'spot' }, /storage\.root: expected an absolute path of HDFS/],
      [{ ...storage, root: '/a:b' }, /storage\.root: expected an absolute path of HDFS/],
      [{ ...storage, root: '/a//b' }, /storage\.root: expected an absolute path of HDFS/],
      [{ ...storage, root: '/' }, /storage\.root: expected an absolute path of HDFS/],
      [{ ...storage, staging: { acl: ['impala:rwx'] } }, /storage\.staging\.acl\[0\]: expected user:impala:rwx/],
      [{ ...storage, staging: { folder: '../x' } }, /storage\.staging\.folder: expected a folder name/],
      [{ ...storage, staging: { mode: '999' } }, /storage\.staging\.mode: expected an octal mode/],
    ])('are checked: %#', (wrong, message) => {
      expect(() => checkSettings({ storage: wrong })).toThrow(invalid(message));
    });

    it('keep no secret that is written out in a copy', () => {
      const copy = withoutSecrets(checkSettings({ storage: { ...storage, token: 'hidden' } }));
      expect(JSON.stringify(copy)).not.toMatch(/hidden|secret/);
      expect(copy.storage).toMatchObject({
        token: { env: 'SPOT_DNS_OA_STORAGE_TOKEN' },
        headers: {
          Authorization: { env: 'SPOT_DNS_OA_STORAGE_HEADERS_AUTHORIZATION' },
          'X-XSRF-HEADER': { env: 'XSRF' },
        },
      });
    });
  });

  describe('that are secrets', () => {
    afterEach(() => delete process.env.SPOT_TEST_SECRET);

    it('are read where they are', async () => {
      process.env.SPOT_TEST_SECRET = 'from env';
      writeFileSync(`${folder.path}/secret`, 'from file\n');
      expect(await readSecret('plain', 'k')).toBe('plain');
      expect(await readSecret({ env: 'SPOT_TEST_SECRET' }, 'k')).toBe('from env');
      expect(await readSecret({ file: `${folder.path}/secret` }, 'k')).toBe('from file');
    });

    it('and missing name the key and the place', async () => {
      await expect(readSecret({ env: 'SPOT_TEST_SECRET' }, 'storage.token')).rejects.toThrow(
        invalid(/^storage\.token: expected a secret in the environment variable SPOT_TEST_SECRET/),
      );
      await expect(readSecret({ file: `${folder.path}/no` }, 'storage.token')).rejects.toThrow(
        invalid(/^storage\.token: .*no such file/),
      );
      writeFileSync(`${folder.path}/empty`, '\n');
      await expect(readSecret({ file: `${folder.path}/empty` }, 'k')).rejects.toThrow(invalid(/empty/));
    });
  });
});
