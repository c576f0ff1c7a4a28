/** The OA on a loopback HDFS; `spec/cluster/dns-oa.spec.ts` runs the same on a real one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import { describeOaOnHdfs } from '../conformance/oa-on-hdfs.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import { startFakeWebHdfs, type FakeWebHdfs } from '../fakes/webhdfs-server.js';
import { temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

let fake: FakeWebHdfs | undefined;
afterEach(() => fake?.close());

describeOaOnHdfs('a loopback WebHDFS with two NameNodes', async () => {
  fake = await startFakeWebHdfs({ nameNodes: 2 });
  fake.pageSize = 100;
  return { options: { nameNodes: fake.nameNodes, user: 'spot', retry: FAST } };
});

describe('commands on HDFS', () => {
  const homes = temporaryHomes();

  it('make tables of Spot 1.0 beside a deployment of Spot', async () => {
    const home = await homes.empty();
    fake = await startFakeWebHdfs({ nameNodes: 1 });
    const { hostname, port } = new URL(fake.nameNodes[0]!);
    await writeFile(join(home, 'spot.conf'), `HUSER=/user/spot\nNAME_NODE=${hostname}\nWEB_PORT=${port}\n`);
    const { status, stdout } = await inProcess(home, 'init', '--spot-conf', 'spot.conf');
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('created dns_scores') as string,
    });
    const { content, length } = fake.files.get('/user/spot/dns/hive/oa/suspicious/_table.json');
    expect(content(0, length).toString()).toContain('ml_score');
    expect(fake.asked.every(({ query }) => query.get('user.name') === 'spot')).toBe(true);
  });

  it('read results there into a local warehouse, and no more of them than the limit asks for', async () => {
    const home = await homes.empty();
    expect(await inProcess(home, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
    fake = await startFakeWebHdfs({ nameNodes: 1 });
    const rows = await readFile(join(home, 'spot-data/dns/scored_results/20160708/scores/dns_results.csv'));
    const storage = webHdfsStorage({ nameNodes: fake.nameNodes });
    await pipeline(Array<Buffer>(100).fill(rows), storage.create('/big/results.csv'));
    fake.sent = 0;
    const results = `${fake.nameNodes[0]!.replace('http', 'webhdfs')}/big/results.csv`;
    const { status, stdout } = await inProcess(home, 'run', '-d', '20160708', '--results', results, '--json');
    expect({ status, report: JSON.parse(stdout) as object }).toMatchObject({
      status: 0,
      report: { rows: { read: 500 } },
    });
    expect(rows.length * 100).toBeGreaterThan(4 * 1024 * 1024);
    expect(fake.sent).toBeLessThan(1024 * 1024);
  });

  it.each([
    ['demo', /demo makes a day in a local folder only/],
    ['init --data x', /--data is the folder of a local warehouse/],
    ['sql --views', /views are of files on this machine's disk/],
  ])('refuse what makes no sense there: %s', async (command, message) => {
    const home = await homes.empty();
    fake = await startFakeWebHdfs({ nameNodes: 1 });
    await writeFile(
      join(home, 'settings.json'),
      JSON.stringify({
        storage: { type: 'webhdfs', nameNodes: fake.nameNodes },
        engine: { type: 'duckdb', tempDirectory: 'temp' },
      }),
    );
    const ended = await inProcess(home, ...command.split(' '), '--config', 'settings.json');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});
