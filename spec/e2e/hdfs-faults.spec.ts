/** What becomes of a run when HDFS, the connection or the run itself fails in the middle. */
import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { HdfsHome, ROOT } from '../conformance/oa-on-hdfs.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import type { Fault } from '../fakes/webhdfs-faults.js';
import { startFakeWebHdfs, type FakeWebHdfs } from '../fakes/webhdfs-server.js';
import { startCli, type Started } from './cli.js';
import { DATE, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let on: HdfsHome;
let fake: FakeWebHdfs;
let before: Record<string, Buffer>;
beforeAll(async () => {
  const sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
  on = new HdfsHome(sample);
});
/** Tables of an earlier run are there: of these nothing may be lost. */
beforeEach(async () => {
  fake = await startFakeWebHdfs({ nameNodes: 2 });
  fake.pageSize = 100;
  const options = { nameNodes: fake.nameNodes, user: 'spot', retry: FAST };
  await on.prepare({ options }, await homes.empty());
  expect(await on.run('-l', '100')).toMatchObject({ status: 0 });
  before = await on.tables();
  fake.asked.length = 0;
});
afterEach(() => fake.close());

/** Something happens when a request to a DataNode has come. */
async function when(operation: string, path: RegExp, happen: () => void): Promise<void> {
  const isIt = (one: FakeWebHdfs['asked'][number]) =>
    one.server.startsWith('dn') && one.operation === operation && path.test(one.path);
  while (!fake.asked.some(isIt)) await wait(1);
  happen();
}

it('a failover in the middle of a run goes unnoticed', async () => {
  const failover = () => Object.assign(fake.state, { nn1: 'standby', nn2: 'active' });
  const [ended] = await Promise.all([on.run(), when('OPEN', /dns_results\.csv$/, failover)]);
  expect(ended).toMatchObject({ status: 0 });
  expect(await on.count()).toBe(500);
  await on.expectNothingLeft();
});

it.each<[string, string, Fault, string]>([
  [
    'a quota that is used up in an upload',
    'CREATE',
    { received: 2000, exception: 'DSQuotaExceededException' },
    'QUOTA_EXCEEDED',
  ],
  ['a rename that is refused', 'RENAME', { exception: 'AccessControlException' }, 'PERMISSION_DENIED'],
])('%s leaves the tables as they were', async (_, operation, fault, code) => {
  fake.fail(operation, fault, { times: 100, path: /dns_dendro/ });
  const ended = await on.run();
  expect(ended).toMatchObject({ status: 1, stdout: '' });
  expect(ended.stderr).toContain(`spot-dns-oa: ${code}: `);
  expect(await on.tables()).toEqual(before);
  await on.expectNothingLeft();
});

it('a DataNode that breaks each read once is no matter', async () => {
  fake.fail('OPEN', { after: 1000, then: 'reset' }, { times: 4, server: /dn/ });
  expect(await on.run()).toMatchObject({ status: 0 });
  expect(await on.count()).toBe(500);
  await on.expectNothingLeft();
});

describe('ended while a partition is fetched', () => {
  const started = async (): Promise<Started> => {
    const path = /dns\/hive\/y=2016/;
    fake.fail('OPEN', { after: 100, then: 'stall' }, { times: 100, server: /dn/, path });
    const program = startCli(on.home, ['run', '-d', DATE, '--config', 'settings.json']);
    await when('OPEN', path, () => undefined);
    return program;
  };

  it('by a signal, it leaves nothing but the tables as they were', async () => {
    const { child, ended } = await started();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 143, stdout: '' });
    expect(await on.tables()).toEqual(before);
    await on.expectNothingLeft();
  });

  it('by force, what it leaves is removed by the next run', async () => {
    const { child, ended } = await started();
    child.kill('SIGKILL');
    await ended;
    expect(await readdir(on.temp)).toHaveLength(1);
    expect(await on.tables()).toEqual(before);
    await fake.close();
    const files = fake.files;
    fake = await startFakeWebHdfs({ nameNodes: 1 });
    Object.assign(fake, { files, pageSize: 100 });
    on.hdfs = { options: { nameNodes: fake.nameNodes, user: 'spot', retry: FAST } };
    await on.writeSettings();
    expect(await on.run()).toMatchObject({ status: 0 });
    expect(await readdir(on.temp)).toEqual([]);
  });
});

it('a dry run asks no server, and tells where the files are', async () => {
  const root = `${fake.nameNodes[0]!.replace('http', 'webhdfs')}${ROOT}/dns`;
  await fake.close();
  const ended = await on.run('--dry-run');
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(ended.stdout).toContain(`read ${root}/scored_results/20160708/scores/dns_results.csv`);
  expect(ended.stdout).toContain(`read ${root}/hive/y=2016/m=7/d=8\nSELECT`);
  expect(ended.stdout).toMatch(
    new RegExp(
      `rename ${root}/staging/20160708-[\\w-]+/dns_edge/y=2016/m=7/d=8/part-0.parquet -> ${root}/hive/oa/edge/`,
    ),
  );
});
