import { posix } from 'node:path';
import { ClusterWarehouse } from '../../../lib/cluster-warehouse.js';
import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { ClusterEngine } from '../../../lib/engine/cluster-engine.js';
import { OutcomeUnknown } from '../../../lib/engine/hiveserver2.js';
import { finishLoads, valuesOf } from '../../../lib/partitions/loaded-partition.js';
import { columnList } from '../../../schemas/columns.js';
import { dns, dnsDendro, dnsIngestSummary } from '../../../schemas/dns.js';
import { OaError } from '../../../schemas/errors.js';
import { writeTable } from '../../../streams/sinks/write-table.js';
import { pipe } from '../../../streams/pipe.js';
import { RowSource } from '../../../streams/rows.js';
import { MemoryStorage } from '../../fakes/memory-storage.js';
import { ToldClient } from '../../fakes/statement-client.js';

const date = '20160708';
const DESCRIBED = [...columnList(dnsIngestSummary.columns), ...columnList(dnsIngestSummary.partition)].map(
  ({ name, kind }) => ({ name, type: kind, comment: '' }),
);
const PARTITION = '/user/spot/dns/hive/oa/summary/y=2016/m=7/d=8';
const refused = new OaError('QUERY_FAILED', 'Permission denied: user=impala');
const unknown = () => new OutcomeUnknown('the connection was lost');

/** A server of one table: what it does with a LOAD is the test's to say. */
class Server {
  readonly storage = new MemoryStorage();
  readonly warnings: string[] = [];
  readonly client = new ToldClient((sql) => this.#answer(sql));
  /** One for each LOAD in turn; then all succeed. */
  loads: (() => Promise<void>)[] = [];
  isDown = false;
  /** What it does with a LOAD that replaces nothing. */
  tried = (sql: string): Promise<void> => this.move(sql);

  open(runId: string): ClusterWarehouse {
    return new ClusterWarehouse({
      engine: new ClusterEngine(this.client, clusterDialect({ name: 'impala', database: 'spot' })),
      withoutDatabase: () => this.client,
      database: 'spot',
      storage: this.storage,
      root: '/user/spot',
      tables: [dnsIngestSummary],
      runId,
      onWarning: ({ code, message }) => this.warnings.push(`${code}: ${message}`),
    });
  }

  /** As `LOAD DATA … OVERWRITE`: what was there goes, then the file moves. */
  empty(): void {
    for (const path of this.inPlace) this.storage.files.delete(path);
  }

  async move(sql: string): Promise<void> {
    const [, from] = /INPATH '([^']+)'/.exec(sql)!;
    await this.storage.rename(from!, posix.join(PARTITION, posix.basename(from!)));
  }

  get inPlace(): string[] {
    return this.storage.paths.filter((path) => path.startsWith(`${PARTITION}/`));
  }

  get left(): string[] {
    return this.storage.paths.filter((path) => path.startsWith('/user/spot/dns/staging/'));
  }

  get loaded(): number {
    return this.client.told.filter((sql) => sql.includes(' OVERWRITE ')).length;
  }

  write(warehouse: ClusterWarehouse, total: number): Promise<unknown> {
    const rows = [{ tdate: '2016-07-08 00:00', total }];
    return pipe(
      RowSource.of(rows, { columns: dnsIngestSummary.columns }),
      writeTable(warehouse, dnsIngestSummary, { date }),
    );
  }

  async #answer(sql: string): Promise<Record<string, unknown>[]> {
    if (this.isDown) throw new OaError('CONNECTION_FAILED', 'nothing listens there');
    if (sql.startsWith('DESCRIBE')) return DESCRIBED;
    if (sql.includes('COUNT(*)')) return [{ origin: 'dns_ingest_summary', total: this.inPlace.length }];
    if (!sql.startsWith('LOAD DATA')) return [];
    if (!sql.includes(' OVERWRITE ')) {
      await this.tried(sql);
      return [];
    }
    const load = this.loads.shift();
    if (load) await load();
    else {
      this.empty();
      await this.move(sql);
    }
    return [];
  }

  /** The last LOAD, as it was told. */
  get load(): string {
    return this.client.told.findLast((sql) => sql.includes(' OVERWRITE '))!;
  }
}

describe('a partition that a server loads', () => {
  let server: Server;
  beforeEach(() => {
    server = new Server();
  });

  it('is added and loaded, and nothing else is left', async () => {
    await server.write(server.open('run-1'), 1);
    expect(server.inPlace).toEqual([`${PARTITION}/part-0.parquet`]);
    expect(server.left).toEqual([]);
    expect(server.client.told.slice(1)).toEqual([
      'ALTER TABLE `spot`.`dns_ingest_summary` ADD IF NOT EXISTS PARTITION (`y`=2016, `m`=7, `d`=8)',
      "LOAD DATA INPATH '/user/spot/dns/staging/run-1/dns_ingest_summary/y=2016/m=7/d=8/empty.parquet' INTO TABLE `spot`.`dns_ingest_summary` PARTITION (`y`=2016, `m`=7, `d`=8)",
      "LOAD DATA INPATH '/user/spot/dns/staging/run-1/dns_ingest_summary/y=2016/m=7/d=8/part-0.parquet' OVERWRITE INTO TABLE `spot`.`dns_ingest_summary` PARTITION (`y`=2016, `m`=7, `d`=8)",
    ]);
    // Every coordinator knows of it when the statement ends.
    expect(server.client.overlays.at(-1)).toEqual({ SYNC_DDL: 'true' });
  });

  it('keeps its rows when the load is refused, which is known before anything goes', async () => {
    await server.write(server.open('run-1'), 1);
    const before = server.storage.files.get(`${PARTITION}/part-0.parquet`);
    // Without a right to move the file a server would have deleted the old ones by then.
    server.tried = () => Promise.reject(refused);
    await expect(server.write(server.open('run-2'), 2)).rejects.toBe(refused);
    expect(server.loaded).toBe(1);
    server.tried = (sql) => server.move(sql);
    server.loads = [() => Promise.reject(refused)];
    await expect(server.write(server.open('run-3'), 2)).rejects.toBe(refused);
    expect(server.storage.files.get(`${PARTITION}/part-0.parquet`)).toBe(before);
    expect(server.left).toEqual([]);
    expect(server.loaded).toBe(2);
  });

  it('is known to be loaded when the answer was lost and the file has gone; then Impala is to look again', async () => {
    server.loads = [
      async () => {
        server.empty();
        await server.move(server.load);
        throw unknown();
      },
    ];
    await server.write(server.open('run-1'), 1);
    expect(server.inPlace).toHaveLength(1);
    expect(server.loaded).toBe(1);
    expect(server.client.told.at(-1)).toBe('REFRESH `spot`.`dns_ingest_summary` PARTITION (`y`=2016, `m`=7, `d`=8)');
    expect(server.left).toEqual([]);
  });

  it('is loaded again when the answer was lost and the file is still there, also when the old rows have gone', async () => {
    await server.write(server.open('run-1'), 1);
    server.loads = [
      () => {
        server.empty();
        return Promise.reject(unknown());
      },
    ];
    await server.write(server.open('run-2'), 2);
    expect(server.inPlace).toHaveLength(1);
    expect(server.loaded).toBe(3);
    expect(server.left).toEqual([]);
  });

  it('is fetched back from where an Impala that died had put it, by the same run or by the next', async () => {
    await server.write(server.open('run-1'), 1);
    const hide = async () => {
      const [, from] = /INPATH '([^']+)'/.exec(server.load)!;
      await server.storage.rename(from!, `${PARTITION}/.tmp_0b1c/part-0.parquet`);
      for (const name of ['part-0', 'empty']) server.storage.files.delete(`${PARTITION}/${name}.parquet`);
    };
    server.loads = [() => hide().then(() => Promise.reject(unknown()))];
    await server.write(server.open('run-2'), 2);
    expect(server.inPlace).toEqual([`${PARTITION}/part-0.parquet`]);
    expect(server.loaded).toBe(3);
    server.loads = [
      async () => {
        await hide();
        server.isDown = true;
        throw refused;
      },
    ];
    const dead = server.open('run-3');
    await expect(server.write(dead, 3)).rejects.toThrow(/next run loads it/);
    await dead.close();
    server.isDown = false;
    await server.open('run-4').tidy();
    expect(server.inPlace).toEqual([`${PARTITION}/part-0.parquet`]);
    expect(server.loaded).toBe(5);
  });

  it('is loaded though a second try finds that the first went on by itself', async () => {
    server.loads = [
      () => Promise.reject(unknown()),
      async () => {
        server.empty();
        await server.move(server.load);
        throw new OaError('QUERY_FAILED', 'no such file');
      },
    ];
    await server.write(server.open('run-1'), 1);
    expect(server.inPlace).toHaveLength(1);
    expect(server.left).toEqual([]);
  });

  it('that was emptied by a server which then died is loaded by the next run, before anything else', async () => {
    await server.write(server.open('run-1'), 1);
    server.loads = [
      () => {
        server.empty();
        server.isDown = true;
        return Promise.reject(refused);
      },
    ];
    const dead = server.open('run-2');
    await expect(server.write(dead, 2)).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringMatching(/may be empty now.*next run loads it.*Permission denied/) as string,
    });
    await dead.close();
    expect(server.inPlace).toEqual([]);
    const staged = server.left.find((path) => path.endsWith('.parquet'));
    expect(staged).toContain('/run-2/');
    server.isDown = false;
    const next = server.open('run-3');
    await next.tidy();
    expect(server.inPlace).toHaveLength(1);
    expect(server.load).toContain(staged);
    expect(server.left.filter((path) => !path.includes('/run-2/'))).toEqual([]);
    await server.write(next, 3);
    expect(server.loaded).toBe(4);
    await next.close();
  });

  it('is as it was when the server cannot be reached at all', async () => {
    await server.write(server.open('run-1'), 1);
    const warehouse = server.open('run-2');
    const writer = await warehouse.openPartition(dnsIngestSummary, { date });
    await writer.write([{ tdate: 'x', total: 2 }]);
    server.isDown = true;
    await expect(writer.commit()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    await writer.abort();
    expect(server.inPlace).toHaveLength(1);
    expect(server.left).toEqual([]);
  });

  it('waits for the others of the run, unless the run reads it back', async () => {
    const warehouse = server.open('run-1');
    warehouse.hold();
    await server.write(warehouse, 1);
    expect(server.loaded).toBe(0);
    await warehouse.place();
    expect(server.loaded).toBe(1);
    warehouse.hold([dnsIngestSummary]);
    await server.write(warehouse, 2);
    expect(server.loaded).toBe(2);
    await warehouse.discard();
    expect(server.inPlace).toHaveLength(1);
  });

  it('knows its values by its folder', async () => {
    expect(valuesOf(dns, 'dns/hive/y=2016/m=7/d=8/h=4')).toEqual({ y: 2016, m: 7, d: 8, h: 4 });
    const told = new ToldClient();
    const place = {
      storage: server.storage,
      root: '/user/spot',
      engine: new ClusterEngine(told, clusterDialect({ name: 'hive', database: 'spot' })),
    };
    const owner = { id: 'r', pid: 1, host: 'h', started: 0 } as never;
    const journal = {
      owner,
      folder: `${dnsDendro.folder}/y=2016/m=7/d=8`,
      from: 'dns/staging/r/x',
      size: 1,
      drop: [],
    };
    const rename = () => Promise.reject(new Error('not here'));
    // The file has gone: it was loaded.
    await finishLoads(place, [dns, dnsDendro])(journal, rename);
    expect(told.told).toEqual([]);
    server.storage.put('/user/spot/dns/staging/r/x', 'rows');
    await finishLoads(place, [dns, dnsDendro])(journal, rename);
    expect(told.told.at(-1)).toMatch(/INTO TABLE `spot`\.`dns_dendro` PARTITION \(`y`=2016, `m`=7, `d`=8\)$/);
    await expect(finishLoads(place, [dns])({ ...journal, from: null }, rename)).rejects.toThrow('not here');
  });
});
