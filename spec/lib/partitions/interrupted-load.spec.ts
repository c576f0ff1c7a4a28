/** A server that dies in the middle of LOAD DATA … OVERWRITE: the old rows are gone, the new ones must not be. */
import { ClusterWarehouse } from '../../../lib/cluster-warehouse.js';
import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { ClusterEngine } from '../../../lib/engine/cluster-engine.js';
import { HiveServer2 } from '../../../lib/engine/hiveserver2.js';
import { newRunId } from '../../../lib/run-id.js';
import { localStorage } from '../../../lib/storage/local.js';
import { dnsIngestSummary } from '../../../schemas/dns.js';
import { codeOf } from '../../conformance/storage.js';
import { FakeClusterSql, type ServerDialect } from '../../fakes/cluster-sql.js';
import { startFakeHiveServer2, type FakeHiveServer2 } from '../../fakes/hiveserver2-server.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const tables = [dnsIngestSummary];

describe.each<ServerDialect>(['impala', 'hive'])('a load that %s does not finish', (dialect) => {
  const temporary = temporaryFolder();
  let cluster: FakeClusterSql;
  let server: FakeHiveServer2;
  beforeEach(async () => {
    cluster = new FakeClusterSql({ storage: localStorage(), dialect });
    server = await startFakeHiveServer2({ run: cluster.run, dialect });
    await cluster.run('CREATE DATABASE spot');
    const warehouse = open();
    await warehouse.init('documented');
    await write(warehouse, 'old');
    await warehouse.close();
  });
  afterEach(async () => {
    await server.close();
    await cluster.close();
  });

  function open(): ClusterWarehouse {
    const client = () =>
      new HiveServer2({ dialect, hosts: [`127.0.0.1:${server.port}`], auth: 'nosasl', database: 'spot' });
    return new ClusterWarehouse({
      engine: new ClusterEngine(client(), clusterDialect({ name: dialect, database: 'spot' })),
      withoutDatabase: client,
      database: 'spot',
      storage: localStorage(),
      root: temporary.path,
      runId: newRunId(),
      tables,
      pause: 1,
    });
  }
  async function write(warehouse: ClusterWarehouse, tdate: string): Promise<void> {
    const writer = await warehouse.openPartition(dnsIngestSummary, { date: '20160708' });
    try {
      await writer.write([{ tdate, total: 1 }]);
      await writer.commit();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
  const read = async (warehouse: ClusterWarehouse) => {
    const sql = `SELECT tdate FROM ${warehouse.engine.dialect.table(dnsIngestSummary)}`;
    return (await rowsOf(warehouse.engine, sql)).map(({ tdate }) => tdate);
  };
  const restart = async () => {
    server = await startFakeHiveServer2({ run: cluster.run, dialect });
  };

  it('is finished by the next run, when the server has come back', async () => {
    const dead = server;
    cluster.dieAfterDelete(() => void dead.close());
    const warehouse = open();
    expect(await codeOf(write(warehouse, 'new'))).toBe('CONNECTION_FAILED');
    await warehouse.close().catch(() => undefined);
    await restart();
    const next = open();
    expect(await read(next)).toEqual([]);
    await next.tidy();
    expect(await read(next)).toEqual(['new']);
    await next.tidy();
    await write(next, 'newer');
    expect(await read(next)).toEqual(['newer']);
    await next.close();
  });

  it('is not loaded twice when only the answer was lost', async () => {
    const dead = server;
    cluster.afterwards(/^LOAD.* OVERWRITE /, () => void dead.close());
    const warehouse = open();
    await write(warehouse, 'new').catch(() => undefined);
    await warehouse.close().catch(() => undefined);
    await restart();
    const next = open();
    await next.tidy();
    expect(await read(next)).toEqual(['new']);
    expect(cluster.executed.filter((sql) => sql.includes(' OVERWRITE '))).toHaveLength(2);
    await next.close();
  });
});
