/** Every statement that the program gives an Impala is one by Hue's grammar of Impala's SQL. */
import { clusterDialect } from '../../lib/engine/cluster-dialect.js';
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import { parseDay } from '../../schemas/days.js';
import { DNS_TABLES, dns, dnsScores } from '../../schemas/dns.js';
import { partitionValues } from '../../schemas/tables.js';
import { pipe } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { insertRows } from '../../streams/sinks/insert-rows.js';
import { edgeQuery } from '../../lib/engine/dns-queries.js';
import { ClusterHome } from '../conformance/oa-on-cluster.js';
import { DATE, temporaryHomes } from '../e2e/homes.js';
import { inProcess } from '../e2e/in-process.js';
import { FakeClusterSql } from '../fakes/cluster-sql.js';
import { FAST } from '../fakes/hdfs-fixture.js';
import { startFakeHiveServer2 } from '../fakes/hiveserver2-server.js';
import { hostileTexts } from '../fakes/hostile.js';
import { startFakeWebHdfs } from '../fakes/webhdfs-server.js';
import { FETCH_MILLISECONDS } from './cluster.js';
import { impalaProblems } from './impala-grammar.js';

const day = parseDay(DATE);
const homes = temporaryHomes();

/** What a server of the loopback is told by everything that the program does. */
async function told(dialect: 'impala' | 'hive'): Promise<readonly string[]> {
  const hdfs = await startFakeWebHdfs({ nameNodes: 1 });
  const options = { nameNodes: hdfs.nameNodes, user: 'spot', retry: FAST };
  const cluster = new FakeClusterSql({ storage: webHdfsStorage(options), dialect });
  const server = await startFakeHiveServer2({ run: cluster.run, dialect });
  try {
    const sample = await homes.empty();
    expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
    const engine = { type: dialect, host: `127.0.0.1:${server.port}`, auth: 'nosasl', statistics: true };
    const at = { hdfs: options, engine, root: '/user/spot', database: 'spot' };
    const on = await new ClusterHome(at, sample, await homes.empty()).prepare();
    await on.init('--tables', 'spot-1.0');
    await on.withWarehouse(async (warehouse) => {
      const { columns } = DNS_TABLES.dns_threat_investigation;
      const rows = hostileTexts().map((text, i) => {
        return { unix_tstamp: i, ip_dst: text, dns_qry_name: text, ip_sev: 1, dns_sev: 3 };
      });
      await pipe(RowSource.of(rows, { columns }), insertRows(warehouse, 'dns_threat_investigation', { date: DATE }));
    });
    await on.run();
    await on.run('--reset');
    expect(await on.command('doctor', '-d', DATE)).toMatchObject({ status: 0 });
    expect(await on.command('report', '-d', DATE, '-o', 'report.html')).toMatchObject({ status: 0 });
    return cluster.executed;
  } finally {
    await server.close();
    await cluster.close();
    await hdfs.close();
  }
}

describe('statements', () => {
  beforeAll(() => impalaProblems('SELECT 1'), FETCH_MILLISECONDS);

  it.each(['impala', 'hive'] as const)('of the dialect %s are ones that Impala’s grammar takes', async (dialect) => {
    const statements = new Set(await told(dialect));
    // Those that the runs above do not come to.
    const { refresh, addPartitions, dropTable } = clusterDialect({ name: 'impala', database: 'spot' });
    const raw = [4, 5].map((hour) => partitionValues(dns, day, hour));
    statements.add(refresh(dns, raw[0]!)!).add(addPartitions(dns, raw)).add(dropTable(dns));
    const hive = clusterDialect({ name: dialect, database: 'trial', rawDatabase: 'spot' });
    statements.add(edgeQuery(hive, day, 250, { hourPartitionIsUtc: true }));
    const kinds = [...statements].map((sql) => /^(\w+( \w+)?)/.exec(sql)![1]!.toUpperCase());
    for (const kind of ['WITH', 'SELECT', 'CREATE EXTERNAL', 'ALTER TABLE', 'LOAD DATA', 'INSERT INTO', 'DESCRIBE'])
      expect(kinds.some((one) => one.startsWith(kind))).toBe(true);
    // Statistics of Hive have words of their own.
    const own = [hive.statistics(dnsScores, raw[0]!)].map((sql) => sql.slice(0, 7));
    for (const sql of statements) {
      if (dialect === 'hive' && sql.startsWith(own[0]!)) continue;
      expect({ sql, problems: await impalaProblems(sql) }).toEqual({ sql, problems: [] });
    }
  });
});
