/** The OA with Hive's own HiveServer2 and with Spark's, on a real HDFS, where the engine is another user than the uploader. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { openWarehouse } from '../../lib/open-warehouse.js';
import { webHdfsStorage, type WebHdfsStorage } from '../../lib/storage/webhdfs.js';
import { packageFile } from '../../lib/package-root.js';
import { DNS_TABLES } from '../../schemas/dns.js';
import { analystCore } from '../conformance/analyst-core.js';
import type { WarehousePlace } from '../conformance/engine-tables.js';
import { ClusterHome, describeOaOnCluster, type ClusterUnderTest } from '../conformance/oa-on-cluster.js';
import { DATE, temporaryHomes } from '../e2e/homes.js';
import { inProcess } from '../e2e/in-process.js';
import { cluster, FETCH_MILLISECONDS } from './cluster.js';
import { startHive } from './hive-servers/hive.js';
import type { HiveServer } from './hive-servers/server.js';
import { startSpark } from './hive-servers/spark.js';

const ENGINE_USER = 'hive';
const hadoop = cluster();
let places = 0;

/** What `facts` of a deployment say: access ACLs on the folders that are there, nothing that new ones inherit. */
async function grant(storage: WebHdfsStorage, root: string): Promise<void> {
  await storage.client.modifyAclEntries(`${root}/dns/hive/oa`, [`user:${ENGINE_USER}:rwx`]);
}

beforeAll(async () => {
  const { client } = hadoop.storage();
  await client.mkdirs('/user/spot');
  await client.setOwner('/user/spot', { owner: 'spot' });
}, FETCH_MILLISECONDS);

async function placeOn(server: HiveServer): Promise<ClusterUnderTest> {
  const place = `t${++places}`;
  const hdfs = { nameNodes: [...hadoop.hdfs.nameNodes], user: 'spot' };
  await webHdfsStorage(hdfs).makeDirectories(`/user/spot/${place}`);
  return {
    hdfs,
    engine: { type: 'hive', host: `${server.host}:${server.port}`, auth: 'nosasl' },
    root: `/user/spot/${place}`,
    database: `oa_${place}`,
    acl: [`user:${ENGINE_USER}:rwx`],
    grant,
  };
}

/** Where analysts work. Here the engine loads the raw rows too, and so may write among them. */
async function analystsOn(server: HiveServer): Promise<WarehousePlace> {
  const { hdfs, engine, root, database, acl } = await placeOn(server);
  const storage = webHdfsStorage(hdfs);
  await storage.makeDirectories(`${root}/dns/hive/oa`);
  await storage.client.modifyAclEntries(`${root}/dns/hive`, [...acl!]);
  await grant(storage, root);
  return {
    open: async ({ layout }) => {
      const warehouse = await openWarehouse({
        storage: { type: 'webhdfs', ...hdfs, nameNodes: [...hdfs.nameNodes], root, staging: { acl: [...acl!] } },
        engine: { ...engine, database },
      });
      await warehouse.init(layout);
      return warehouse;
    },
  };
}

// Of the documented tables analysts ask more, for their rows have no lengths: Spark answers sooner.
describe.each([
  ['Hive 4.0.1', startHive, 'spot-1.0'],
  ['Spark 3.5.8', startSpark, 'documented'],
] as const)('%s', (name, startServer, layout) => {
  let server: HiveServer | undefined;
  beforeAll(async () => {
    server = await startServer({ hdfs: hadoop.hdfs, user: ENGINE_USER });
  }, FETCH_MILLISECONDS);
  afterAll(() => server?.stop());

  describeOaOnCluster(name, () => placeOn(server!));
  analystCore(name, () => analystsOn(server!), layout);

  const homes = temporaryHomes();
  const prepared = async (more: Partial<ClusterUnderTest> = {}) => {
    const on = { ...(await placeOn(server!)), ...more };
    return new ClusterHome(on, sample, await homes.empty()).prepare();
  };
  let sample: string;
  beforeAll(async () => {
    sample = await homes.empty();
    expect(await inProcess(sample, 'demo', '--rows', '1000')).toMatchObject({ status: 0 });
  });

  it('gives a million rows in memory that does not grow with them', async () => {
    const program = packageFile('dist/spec/cluster/fetch-rows.js');
    const fetch = async (rows: number) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, String(server!.port), String(rows)]);
      const said = JSON.parse(stdout) as { rows: number; sum: number; mebibytes: number };
      expect(said).toMatchObject({ rows, sum: (rows * (rows - 1)) / 2 });
      return said.mebibytes;
    };
    const [few, many] = [await fetch(100_000), await fetch(1_000_000)];
    expect(many).toBeLessThan(150);
    expect(many).toBeLessThan(1.5 * few);
  });

  it('is told apart from a right that is missing, and loses nothing by it', async () => {
    const on = await prepared();
    await on.init();
    await on.run();
    const before = await on.tables();
    // What an administrator forgot: new folders inherit nothing.
    const storage = { type: 'webhdfs', ...on.on.hdfs, root: on.on.root };
    await on.writeSettings({ storage });
    const run = await on.command('run', '-d', DATE, '-l', '10');
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toMatch(/Permission denied: user=hive, access=.*staging/);
    const doctor = await on.command('doctor', '--json');
    const found = (JSON.parse(doctor.stdout) as { check: string; state: string; message: string }[]).find(
      ({ check }) => check === 'load',
    );
    expect(found).toMatchObject({ state: 'fail' });
    expect(found!.message).toMatch(/storage\.staging\.acl.*Permission denied: user=hive/);
    await on.writeSettings();
    expect(await on.tables()).toEqual(before);
    await on.expectNothingLeft();
    const closed = await prepared({ grant: async () => undefined });
    await closed.writeSettings({ engine: { database: on.on.database } });
    const cannot = await closed.command('doctor', '--json');
    expect(cannot.stdout).toMatch(/cannot make a table in .*dns\/hive\/oa: let it write there.*Permission denied/);
  });

  it('stops in the middle of a writer: old rows stay, nothing is staged, and the next run is as any', async () => {
    const on = await prepared();
    await on.init();
    await on.run();
    const before = await on.tables();
    await on.withWarehouse(async (warehouse) => {
      const writer = await warehouse.openPartition(DNS_TABLES.dns_ingest_summary, { date: DATE });
      await writer.write([{ tdate: '2016-07-08 00:00', total: 1 }]);
      const inserts = await warehouse.openPartition(DNS_TABLES.dns_storyboard, { date: DATE, mode: 'append' });
      await inserts.write([{ ip_threat: '', dns_threat: 'a', title: 'b', text: 'c' }]);
      await server!.kill();
      await expect(writer.commit()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
      await writer.abort();
      await expect(inserts.commit()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
      await inserts.abort();
    });
    await on.expectNothingLeft();
    await server!.restart();
    expect(await on.tables()).toEqual(before);
    expect(await on.run()).toMatchObject({ warnings: [] });
    expect(await on.tables()).toEqual(before);
    await on.expectNothingLeft();
  });
});

describe('the bench', () => {
  let server: HiveServer | undefined;
  beforeAll(async () => {
    server = await startSpark({ hdfs: hadoop.hdfs, user: ENGINE_USER });
  }, FETCH_MILLISECONDS);
  afterAll(() => server?.stop());

  it.each([
    ['hiveserver2', ['--rows', '3000', '--times', '1'], /3000 rows of 10 columns[^]*\| ours \|[^]*\| impyla \|/],
    ['details', ['--rows', '4000', '--suspicious', '20', '--asked', '3'], /20 suspicious[^]*times \|\n/],
  ])('%s works on a small size', async (program, options, expected) => {
    const env = { ...process.env, HIVESERVER2: `${server!.host}:${server!.port}` };
    const path = packageFile(`dist/spec/bench/${program}.js`);
    const { stdout } = await promisify(execFile)(process.execPath, [path, ...options], { env });
    expect(stdout).toMatch(expected);
  });
});

// Last, for the longest that is set holds: the first query of a server takes its time.
jest.setTimeout(600_000);
