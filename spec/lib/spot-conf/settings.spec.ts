import { writeFile } from 'node:fs/promises';
import { readSpotConf } from '../../../lib/spot-conf/settings.js';
import { checkSettings } from '../../../lib/settings.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

/** The assignments of the file that Spot 1.0 ships. */
const SHIPPED = `#node configuration
UINODE='node03'
MLNODE='node04'
GWNODE='node16'
DBNAME='spot'

#hdfs - base user and data source config
HUSER='/user/spot'
NAME_NODE=''
WEB_PORT=50070
DNS_PATH=\${HUSER}/\${DSOURCE}/hive/y=\${YR}/m=\${MH}/d=\${DY}/
HPATH=\${HUSER}/\${DSOURCE}/scored_results/\${FDATE}

# Database
DBENGINE="" # hive,impala

#impala config
IMPALA_DEM=node04
IMPALA_PORT=21050

# Hive Server2
HS2_HOST=''
HS2_PORT=''

#ssl config
SSL='false'
SSL_VERIFY='true'
CA_LOCATION=''
CERT=''
KEY=''

KERBEROS='false'

#local fs base user and data source config
LUSER='/home/spot'
LPATH=\${LUSER}/ml/\${DSOURCE}/\${FDATE}

#dns suspicious connects config
USER_DOMAIN=''
TOL='1e-6'
`;

/** Hadoop 3 with two NameNodes and TLS. */
const SECURE = `DBNAME="secure"
BASE=/data
HUSER="\${BASE}/soc/spot_user/"
NAME_NODE='nn1.example.net,nn2.example.net'   # active first
WEB_PORT='9871'
SSL='true'
SSL_VERIFY='true'
CA_LOCATION='/etc/ssl/certs/ca.pem'
CERT='client.pem'
KEY='client.key'
DBENGINE='hive'
HS2_HOST='hs2.example.net'
HS2_PORT='10001'
USER_DOMAIN='example.net'
KERBEROS='false'
`;

/** A scheme, a port of its own, and Kerberos. */
const KERBERIZED = `export HUSER=/user/spot
export NAME_NODE=http://nn1:50070
KERBEROS='true'
KINIT=/usr/bin/kinit
PRINCIPAL='spot@EXAMPLE.NET'
DBENGINE=impala
IMPALA_DEM=impalad
IMPALA_PORT=\${DAEMON_PORT}
`;

/** Written by hand on Windows, with the RPC address for the NameNode. */
const BY_HAND =
  "NAME_NODE = 'hdfs://nn1:8020/'\r\nWEB_PORT = 9870\r\nHUSER = '/user/dnsoa'\r\nDBENGINE = beeline\r\n";

describe('the settings of a spot.conf', () => {
  const temporary = temporaryFolder();
  const write = async (text: string) => {
    await writeFile(`${temporary.path}/spot.conf`, text);
    return `${temporary.path}/spot.conf`;
  };
  const read = async (text: string) =>
    Object.fromEntries(readSpotConf(await write(text)).map(({ key, value }) => [key, value]));
  const settingsOf = async (text: string, settings: object = {}) => {
    await write(text);
    return checkSettings({ ...settings, spotConf: 'spot.conf' }, { base: temporary.path });
  };
  const storageOf = async (text: string, settings?: object) => (await settingsOf(text, settings)).storage;
  const engineOf = async (text: string, settings?: object) => (await settingsOf(text, settings)).engine;
  const invalid = (message: RegExp) =>
    expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringMatching(message) as string }) as Error;

  it('of the shipped file need nothing but a NameNode', async () => {
    expect(await read(SHIPPED)).toEqual({
      'storage.nameNodes': undefined,
      'storage.root': '/user/spot',
      'storage.user': 'spot',
      'engine.type': 'impala',
      'engine.host': 'node04',
      'engine.port': 21050,
      'engine.database': 'spot',
    });
    await expect(storageOf(SHIPPED)).rejects.toThrow(
      invalid(/NAME_NODE \(line 9\).*expected the host.*storage\.nameNodes/),
    );
    expect(await storageOf(SHIPPED.replace("NAME_NODE=''", "NAME_NODE='node02'"))).toEqual({
      type: 'webhdfs',
      nameNodes: ['http://node02:50070'],
      root: '/user/spot',
      user: 'spot',
    });
  });

  it('of two NameNodes with TLS', async () => {
    expect(await storageOf(SECURE)).toEqual({
      type: 'webhdfs',
      nameNodes: ['https://nn1.example.net:9871', 'https://nn2.example.net:9871'],
      root: '/data/soc/spot_user',
      user: 'spot_user',
      tls: {
        ca: '/etc/ssl/certs/ca.pem',
        cert: `${temporary.path}/client.pem`,
        key: `${temporary.path}/client.key`,
      },
    });
    expect(await storageOf(SECURE.replace("SSL_VERIFY='true'", "SSL_VERIFY='false'"))).toMatchObject({
      tls: { verify: false },
    });
    expect(await read(SECURE)).toMatchObject({
      'engine.type': 'hive',
      'engine.host': 'hs2.example.net',
      'engine.port': 10001,
      'reputation.neverSend': ['example.net'],
    });
  });

  it('with Kerberos need something that stands for it', async () => {
    await expect(storageOf(KERBERIZED)).rejects.toThrow(invalid(/KERBEROS \(line 3\).*storage\.token/));
    const token = { env: 'TOKEN' };
    const engine = { type: 'duckdb' };
    expect(await storageOf(KERBERIZED, { storage: { token }, engine })).toMatchObject({
      nameNodes: ['http://nn1:50070'],
      token,
    });
    const headers = { Authorization: token };
    expect(await storageOf(KERBERIZED, { storage: { headers }, engine })).toMatchObject({ user: 'spot' });
    const port = { port: 21050 };
    await expect(storageOf(KERBERIZED, { storage: { token }, engine: port })).rejects.toThrow(
      invalid(/KERBEROS \(line 3\).*engine\.auth/),
    );
    expect(await engineOf(KERBERIZED, { storage: { token }, engine: { ...port, auth: 'nosasl' } })).toEqual({
      ...{ type: 'impala', host: 'impalad', port: 21050, database: 'spot', auth: 'nosasl' },
    });
  });

  it('of a file written by hand', async () => {
    await expect(storageOf(BY_HAND)).rejects.toThrow(invalid(/DBENGINE \(line 4\).*HS2_HOST.*engine\.host/));
    const url = 'JDBC_URL=jdbc:hive2://hs2:10009/spot;ssl=true\r\n';
    expect(await engineOf(BY_HAND + url)).toEqual({ type: 'hive', host: 'hs2:10009', database: 'spot' });
    expect(await storageOf(BY_HAND + url)).toEqual({
      type: 'webhdfs',
      nameNodes: ['http://nn1:9870'],
      root: '/user/dnsoa',
      user: 'dnsoa',
    });
  });

  it('are the engine’s too', async () => {
    const impala = SHIPPED.replace("NAME_NODE=''", "NAME_NODE='node02'");
    const shipped = { type: 'impala', host: 'node04', port: 21050, database: 'spot' };
    expect(await engineOf(impala)).toEqual(shipped);
    expect(await engineOf(impala.replace('=node04', "='node04, node05:21051'"))).toEqual({
      ...shipped,
      host: ['node04', 'node05:21051'],
    });
    const secure = { type: 'hive', host: 'hs2.example.net', port: 10001, database: 'secure' };
    expect(await engineOf(SECURE)).toEqual({ ...secure, tls: { ca: '/etc/ssl/certs/ca.pem', verify: true } });
    // Spot read the authorities of Impala from CERT.
    const onImpala = SECURE.replace("DBENGINE='hive'", 'DBENGINE=impala\nIMPALA_DEM=i');
    expect(
      await engineOf(onImpala.replace(/CA_LOCATION.*/, '').replace("VERIFY='true'", "VERIFY='false'")),
    ).toMatchObject({ type: 'impala', host: 'i', tls: { ca: `${temporary.path}/client.pem`, verify: false } });
    expect(await engineOf(SECURE.replace("SSL='true'", "SSL='false'"))).toEqual(secure);
    await expect(engineOf(impala.replace('DBENGINE=""', 'DBENGINE=presto'))).rejects.toThrow(
      invalid(/engine\.type|DBENGINE/),
    );
  });

  it('of the engine give way to the settings, and to an engine of another type altogether', async () => {
    const text = SHIPPED.replace("NAME_NODE=''", "NAME_NODE='node02'");
    expect(await engineOf(text, { engine: { host: 'other', options: { request_pool: 'oa' } } })).toEqual({
      ...{ type: 'impala', host: 'other', port: 21050, database: 'spot', options: { request_pool: 'oa' } },
    });
    expect(await engineOf(text, { engine: { type: 'duckdb', threads: 1 } })).toEqual({ type: 'duckdb', threads: 1 });
    expect(await engineOf(text.replace('IMPALA_DEM=node04', ''))).toEqual({ type: 'duckdb' });
  });

  it('are an error only where a value is used', async () => {
    const unknown = SHIPPED.replace("HUSER='/user/spot'", 'HUSER=${HOME_OF_SPOT}').replace(
      "NAME_NODE=''",
      'NAME_NODE=nn1',
    );
    await expect(storageOf(unknown)).rejects.toThrow(
      invalid(/spot\.conf: HUSER \(line 8\): HUSER: \$\{HOME_OF_SPOT\} is set nowhere/),
    );
    expect(await storageOf(unknown, { storage: { root: '/x', user: 'me' } })).toEqual({
      type: 'webhdfs',
      nameNodes: ['http://nn1:50070'],
      root: '/x',
      user: 'me',
    });
    expect(readSpotConf(await write(KERBERIZED)).find(({ key }) => key === 'engine.port')?.problem).toMatch(
      /DAEMON_PORT/,
    );
  });

  it('give way to the settings, and to a storage of another type altogether', async () => {
    expect(await storageOf(SECURE, { storage: { root: '/other', hostMap: { dn1: '10.0.0.1' } } })).toMatchObject({
      root: '/other',
      user: 'spot_user',
      hostMap: { dn1: '10.0.0.1' },
    });
    expect(await storageOf('', { storage: { type: 'local', root: '/data' } })).toEqual({
      type: 'local',
      root: '/data',
    });
  });

  it.each([
    ['NAME_NODE=nn1\nHUSER=/u', /WEB_PORT: expected a port/],
    ['NAME_NODE=nn1\nWEB_PORT=http\nHUSER=/u', /WEB_PORT: expected a port, got "http"/],
    ["NAME_NODE='nn 1/x'\nWEB_PORT=1\nHUSER=/u", /NAME_NODE: expected a host or URL, got "1\/x"/],
    ['NAME_NODE=nn1\nWEB_PORT=1\nHUSER=spot', /HUSER: expected an absolute path, got "spot"/],
    ['NAME_NODE=nn1\nWEB_PORT=1', /HUSER: expected an absolute path, got ""/],
  ])('of %j are refused', async (text, message) => {
    await expect(storageOf(text)).rejects.toThrow(invalid(message));
  });

  it('of a file that is not there name it', () => {
    expect(() => checkSettings({ spotConf: 'missing.conf' }, { base: temporary.path })).toThrow(
      invalid(/missing\.conf/),
    );
  });

  it('have the site’s own domain never sent', async () => {
    const spotConf = await write(SECURE);
    expect(checkSettings({ spotConf }).reputation.neverSend).toEqual(['example.net']);
    const services = [{ service: 'domain-list' as const, name: 'a', file: '/a' }];
    expect(checkSettings({ spotConf, reputation: services }).reputation).toMatchObject({
      services: [{ name: 'a' }],
      neverSend: ['example.net'],
    });
    const neverSend = ['example.org', 'example.net'];
    expect(checkSettings({ spotConf, reputation: { services, neverSend } }).reputation.neverSend).toEqual(neverSend);
    expect(() => checkSettings({ spotConf, reputation: { neverSend: 'x' } as never })).toThrow(invalid(/neverSend/));
    await write('NAME_NODE=a\nWEB_PORT=1\nHUSER=/u\nUSER_DOMAIN=${DOMAIN}');
    expect(() => checkSettings({ spotConf })).toThrow(invalid(/USER_DOMAIN \(line 4\): .*DOMAIN/));
  });

  it('stay as they are when they are checked again', async () => {
    const once = checkSettings({ spotConf: await write(SECURE) });
    expect(checkSettings(once)).toEqual(once);
  });
});
