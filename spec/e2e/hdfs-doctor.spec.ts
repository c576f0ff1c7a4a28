/** `doctor` on HDFS: which piece fails, and what to do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../conformance/oa-on-hdfs.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import { startFakeWebHdfs, type FakeWebHdfs } from '../fakes/webhdfs-server.js';
import { temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

interface Finding {
  check: string;
  state: string;
  message: string;
}

const homes = temporaryHomes();
let fake: FakeWebHdfs;
let home: string;
beforeEach(async () => {
  home = await homes.empty();
  fake = await startFakeWebHdfs({ nameNodes: 2 });
  fake.files.mkdirs(ROOT);
});
afterEach(() => fake.close());

async function doctor(storage: object = {}): Promise<{ status: number | null; findings: Finding[] }> {
  const settings = { storage: { type: 'webhdfs', nameNodes: fake.nameNodes, user: 'spot', retry: FAST, ...storage } };
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings));
  const { status, stdout } = await inProcess(home, 'doctor', '--json', '--config', 'settings.json');
  return { status, findings: JSON.parse(stdout) as Finding[] };
}
const found = ({ findings }: { findings: Finding[] }, check: string) => findings.find((one) => one.check === check);

it('finds nothing wrong where nothing is, and changes nothing', async () => {
  const said = await doctor();
  expect(said.status).toBe(0);
  expect(found(said, 'name-nodes')).toMatchObject({
    state: 'ok',
    message: expect.stringMatching(/ active, .* standby$/) as string,
  });
  expect(found(said, 'storage')).toMatchObject({
    state: 'ok',
    message: expect.stringMatching(/\/user\/spot can be read and written by spot/) as string,
  });
  expect(found(said, 'data-nodes')).toMatchObject({
    state: 'ok',
    message: expect.stringMatching(/127\.0\.0\.1.* can be reached/) as string,
  });
  expect(fake.files.list(ROOT)).toEqual([]);
  expect(new Set(fake.asked.filter(({ method }) => method !== 'GET').map(({ operation }) => operation))).toEqual(
    new Set(['CREATE']),
  );
});

it.each<[string, () => object | undefined, string, RegExp]>([
  [
    'a host that does not resolve',
    () => ({ nameNodes: ['http://nn.invalid:9870'] }),
    'name-nodes',
    /nn\.invalid:9870: the host name does not resolve.*dfs\.namenode\.http-address/,
  ],
  [
    'a port on which nothing listens',
    () => ({ nameNodes: ['http://127.0.0.1:1'] }),
    'name-nodes',
    /127\.0\.0\.1:1: nothing listens there.*9870.*50070/,
  ],
  ['two NameNodes of which none is active', () => ((fake.state.nn1 = 'standby'), undefined), 'name-nodes', /STANDBY/],
  [
    'a user who was not recognised',
    () => (
      fake.fail('GETFILESTATUS', { exception: 'AuthenticationException', status: 401 }, { times: 9 }),
      undefined
    ),
    'name-nodes',
    /PERMISSION_DENIED.*no permission/,
  ],
  [
    'a user who may not write',
    () => (
      fake.fail('CHECKACCESS', { exception: 'AccessControlException', message: 'user=spot, access=ALL' }),
      undefined
    ),
    'storage',
    /PERMISSION_DENIED: \/user\/spot: CHECKACCESS .*user=spot.*setfacl -m user:NAME:rwx \/user\/spot/,
  ],
  [
    'a file where the folder is to be',
    () => ({ root: '/file' }),
    'storage',
    /\/file: a file stands where a folder is expected/,
  ],
  [
    'a DataNode whose name does not resolve',
    () => ((fake.dataNodeHost = 'dn1.invalid'), undefined),
    'data-nodes',
    /DataNode dn1\.invalid: connection at dn1\.invalid:\d+: the host name does not resolve.*storage\.hostMap/,
  ],
  [
    'a DataNode that is down',
    () => ({ hostMap: { '127.0.0.1': '127.0.0.1:1' } }),
    'data-nodes',
    /DataNode 127\.0\.0\.1: connection at 127\.0\.0\.1:1: nothing listens there/,
  ],
])('names %s, and what to do', async (_, breakIt, check, message) => {
  fake.files.create('/file', true);
  const said = await doctor(breakIt() ?? {});
  expect(said.status).toBe(1);
  expect(found(said, check)).toMatchObject({ state: 'fail', message: expect.stringMatching(message) as string });
  // What cannot work then is not told once more.
  expect(found(said, 'tables')).toMatchObject({ state: 'note', message: 'not looked at: the storage does not work' });
});

it('a standby that is down is worth a note', async () => {
  fake.state.nn2 = 'down';
  const said = await doctor();
  expect(said.status).toBe(0);
  expect(found(said, 'name-nodes')).toMatchObject({
    state: 'note',
    message: expect.stringMatching(/active.*the connection was lost/) as string,
  });
});

it('tells each value of a spot.conf, where it comes from, and whether it is used', async () => {
  const { port } = new URL(fake.nameNodes[0]!);
  const conf = `NAME_NODE=127.0.0.1\nWEB_PORT=${port}\nHUSER=/user/spot\nDBENGINE=hive\nHS2_HOST=\${UNKNOWN}\nUSER_DOMAIN=example.net\n`;
  await writeFile(join(home, 'spot.conf'), conf);
  await writeFile(join(home, 'embedded.json'), JSON.stringify({ engine: { type: 'duckdb' } }));
  const options = ['--config', 'embedded.json', '--spot-conf', 'spot.conf'];
  const { stdout, status } = await inProcess(home, 'doctor', '--json', ...options);
  expect(status).toBe(0);
  const said = (JSON.parse(stdout) as Finding[]).filter(({ check }) => check === 'spot-conf');
  expect(said).toEqual([
    {
      check: 'spot-conf',
      state: 'ok',
      message: `storage.nameNodes = ["http://127.0.0.1:${port}"] from NAME_NODE (line 1), WEB_PORT (line 2), SSL`,
    },
    { check: 'spot-conf', state: 'ok', message: 'storage.root = "/user/spot" from HUSER (line 3)' },
    { check: 'spot-conf', state: 'ok', message: 'storage.user = "spot" from HUSER (line 3)' },
    {
      check: 'spot-conf',
      state: 'note',
      message: expect.stringContaining(
        'engine.type = "hive" from DBENGINE (line 4), IMPALA_DEM: the settings say "duckdb"',
      ) as string,
    },
    { check: 'spot-conf', state: 'note', message: expect.stringContaining('engine.host: ') as string },
    {
      check: 'spot-conf',
      state: 'ok',
      message: 'reputation.neverSend = ["example.net"] from USER_DOMAIN (line 6)',
    },
  ]);
});
