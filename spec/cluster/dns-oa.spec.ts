/** The whole DNS OA with results and tables on a real HDFS, DuckDB reading fetched partitions, and servers that fail. */
import { setTimeout as wait } from 'node:timers/promises';
import { describeOaOnHdfs, HdfsHome, ROOT } from '../conformance/oa-on-hdfs.js';
import { temporaryHomes } from '../e2e/homes.js';
import { inProcess } from '../e2e/in-process.js';
import { cluster } from './cluster.js';

const at = cluster({ nameNodes: 2 });
const retry = { attempts: 200, base: 50, cap: 500, total: 90_000 };
const hdfs = () => ({ options: { nameNodes: [...at.hdfs.nameNodes], user: at.hdfs.user, retry } });

describeOaOnHdfs('a real HDFS with two NameNodes', hdfs);

describe('a run on a real HDFS', () => {
  const homes = temporaryHomes();
  let on: HdfsHome;
  beforeAll(async () => {
    const sample = await homes.empty();
    expect(await inProcess(sample, 'demo', '--rows', '20000')).toMatchObject({ status: 0 });
    on = new HdfsHome(sample);
  });
  beforeEach(async () => on.prepare(hdfs(), await homes.empty()));

  /** Something happens once the run has its lock: from then on it reads, fetches and writes. */
  async function meanwhile(happen: () => Promise<unknown>): Promise<void> {
    const begun = async () =>
      (await on.storage.list(`${ROOT}/dns/staging`)).some(({ name }) => name.startsWith('_lock'));
    while (!(await begun())) await wait(5);
    await happen();
  }

  it('is as good when a failover is ordered in its middle', async () => {
    const [ended] = await Promise.all([on.run('-l', 'all'), meanwhile(() => at.hdfs.failover())]);
    expect(ended).toMatchObject({ status: 0 });
    await expectWhole();
  });

  it('is as good when the active NameNode is killed in its middle', async () => {
    const active = (await at.hdfs.active())!;
    const killed = meanwhile(async () => {
      await at.hdfs.kill(active);
      await at.hdfs.failover();
    });
    const [ended] = await Promise.all([on.run('-l', 'all'), killed]);
    expect(ended).toMatchObject({ status: 0 });
    await at.hdfs.restart(active);
    await expectWhole();
  });

  it('is as good when the DataNode is killed in its middle and comes back', async () => {
    const killed = meanwhile(async () => {
      await at.hdfs.kill('dn1');
      await at.hdfs.restart('dn1');
    });
    const [ended] = await Promise.all([on.run('-l', 'all'), killed]);
    expect(ended).toMatchObject({ status: 0 });
    await expectWhole();
  });

  it('passes its doctor', async () => {
    const { status, stdout } = await on.command('doctor');
    expect(stdout).toContain('all checks passed');
    expect(stdout).toMatch(/name-nodes .*active/);
    expect(stdout).toMatch(/data-nodes .*can be reached/);
    expect(status).toBe(0);
  });

  async function expectWhole(): Promise<void> {
    const rows = Number(
      (await on.command('sql', 'SELECT count(*) AS n FROM dns_scores', '--csv')).stdout.split('\n')[1],
    );
    const results = await on.storage.open(`${ROOT}/dns/scored_results/20160708/scores/dns_results.csv`).toArray();
    expect(rows).toBe(Buffer.concat(results).toString().trimEnd().split('\n').length);
    await on.expectNothingLeft();
  }
});
