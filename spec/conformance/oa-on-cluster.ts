/** The whole DNS OA with Impala or Hive as the engine, on loopback servers and on real ones alike. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWarehouse } from '../../lib/open-warehouse.js';
import type { OpenWarehouse } from '../../lib/oa-warehouse.js';
import type { RunReport } from '../../lib/run-oa.js';
import { loadSettings, type Settings } from '../../lib/settings.js';
import { webHdfsStorage, type WebHdfsStorage } from '../../lib/storage/webhdfs.js';
import type { WebHdfsOptions } from '../../lib/storage/webhdfs/options.js';
import { columnList, type Row } from '../../schemas/columns.js';
import { createTable } from '../../schemas/ddl.js';
import { DNS_TABLES } from '../../schemas/dns.js';
import { pipe } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { insertRows } from '../../streams/sinks/insert-rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import type { Ended } from '../e2e/cli.js';
import { DATE, RESULT_TABLES, rowsOf, temporaryHomes, type OaTable } from '../e2e/homes.js';
import { inProcess } from '../e2e/in-process.js';
import type { PlainRow } from '../e2e/parquet-rows.js';
import { hostileTexts, stored } from '../fakes/hostile.js';
import { download, upload } from './oa-on-hdfs.js';

export interface ClusterUnderTest {
  readonly hdfs: Pick<WebHdfsOptions, 'nameNodes' | 'user' | 'retry'>;
  /** `engine` of the settings, without its database. */
  readonly engine: { readonly type: 'impala' | 'hive'; readonly host: string } & Readonly<Record<string, unknown>>;
  /** Root of the warehouse and a database that no other test has. */
  readonly root: string;
  readonly database: string;
  /** ACL entries of staging. */
  readonly acl?: readonly string[];
  /** Statements that the server was told, where it can tell them. */
  readonly told?: readonly string[];
  /** Rights as an administrator gives them, on folders that are there. */
  grant?(storage: WebHdfsStorage, root: string): Promise<void>;
}

const PARTITION = ['y', 'm', 'd'];

/** In an order of their own: a query without ORDER BY has none. */
export function sorted(rows: readonly PlainRow[]): PlainRow[] {
  const text = (row: PlainRow) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** A home whose settings lead to a cluster that holds what ingest and spot-ml left: a raw day and its results. */
export class ClusterHome {
  storage!: WebHdfsStorage;
  readonly home: string;
  readonly on: ClusterUnderTest;
  readonly #sample: string;

  /** @param sample a home in which `demo` ran @param home an empty folder */
  constructor(on: ClusterUnderTest, sample: string, home: string) {
    this.on = on;
    this.home = home;
    this.#sample = sample;
  }

  async prepare(): Promise<this> {
    const { hdfs, root } = this.on;
    this.storage = webHdfsStorage(hdfs);
    for (const part of ['dns/hive/y=2016', 'dns/scored_results']) {
      await upload(this.storage, join(this.#sample, 'spot-data', part), `${root}/${part}`);
    }
    await this.storage.makeDirectories(`${root}/dns/hive/oa`);
    await this.on.grant?.(this.storage, root);
    await this.writeSettings();
    return this;
  }

  writeSettings({ engine = {}, ...more }: { engine?: object; storage?: object } = {}): Promise<void> {
    const { hdfs, root, database, acl } = this.on;
    const { nameNodes, ...options } = hdfs;
    const file = (name: string) => join(this.#sample, 'spot-data/demo', name);
    const settings = {
      storage: {
        ...{ type: 'webhdfs', nameNodes: [...nameNodes], root, ...options },
        staging: acl && { acl: [...acl] },
      },
      engine: { ...this.on.engine, database, ...engine },
      networkContext: { files: [file('networkcontext.csv')] },
      reputation: [{ service: 'domain-list', name: 'sample', file: file('domains.txt') }],
      ...more,
    } as Settings;
    return writeFile(join(this.home, 'settings.json'), JSON.stringify(settings));
  }

  command(...args: string[]): Promise<Ended> {
    return inProcess(this.home, ...args, '--config', 'settings.json');
  }

  /** The report of a run that succeeds. */
  async run(...args: string[]): Promise<RunReport> {
    const { status, stdout, stderr } = await this.command('run', '-d', DATE, '--json', ...args);
    expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
    return JSON.parse(stdout) as RunReport;
  }

  async init(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.command('init', ...args);
    expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
    return stdout;
  }

  async withWarehouse<T>(work: (warehouse: OpenWarehouse) => Promise<T>): Promise<T> {
    const warehouse = await openWarehouse(await loadSettings(join(this.home, 'settings.json')));
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  rows(sql: string): Promise<Row[]> {
    return this.withWarehouse(async ({ engine }) => {
      const rows: Row[] = [];
      for await (const page of engine.pages(sql)) rows.push(...page);
      return rows;
    });
  }

  /** Rows of the day as the engine gives them, without the partition's own columns. */
  async table(name: OaTable): Promise<PlainRow[]> {
    const rows = await this.rows(`SELECT * FROM ${name} WHERE y = 2016 AND m = 7 AND d = 8`);
    return sorted(
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !PARTITION.includes(column)))),
    );
  }

  async tables(): Promise<Record<string, PlainRow[]>> {
    const found: Record<string, PlainRow[]> = {};
    for (const name of RESULT_TABLES) found[name] = await this.table(name);
    return found;
  }

  /** Of HDFS nothing is left but what a run is for. */
  async expectNothingLeft(): Promise<void> {
    expect(Object.keys(await download(this.storage, `${this.on.root}/dns/staging`))).toEqual([]);
  }
}

/** @param start gives a place of its own for each test */
export function describeOaOnCluster(name: string, start: () => Promise<ClusterUnderTest> | ClusterUnderTest): void {
  describe(`the DNS OA on ${name}`, () => {
    const homes = temporaryHomes();
    let sample: string;
    let embedded: Record<string, PlainRow[]>;
    let on: ClusterHome;
    beforeAll(async () => {
      sample = await homes.empty();
      expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
      embedded = {};
      for (const table of RESULT_TABLES) embedded[table] = sorted(await rowsOf(sample, table));
    });
    beforeEach(async () => {
      on = await new ClusterHome(await start(), sample, await homes.empty()).prepare();
    });

    it('gives the rows of the embedded engine, again when it runs again, in statements whose number is fixed', async () => {
      expect(await on.init()).toBe(
        `${Object.keys(DNS_TABLES)
          .map((table) => `created ${table}`)
          .join('\n')}\n`,
      );
      expect(await on.init()).toBe(`${Object.keys(DNS_TABLES).length} tables were there already\n`);
      const report = await on.run();
      expect(report).toMatchObject({
        engine: on.on.engine.type,
        rows: { read: 500, rejected: 0, written: 500 },
        warnings: [],
        tables: { dns_scores: 500, dns_edge: embedded.dns_edge!.length },
      });
      const first = await on.tables();
      expect(first).toEqual(embedded);
      await on.expectNothingLeft();
      expect((await on.run()).statements).toBe(report.statements);
      expect(await on.tables()).toEqual(embedded);
      // One file a partition, however often it runs.
      for (const folder of ['suspicious', 'edge', 'dendro', 'summary']) {
        const files = await on.storage.list(`${on.on.root}/dns/hive/oa/${folder}/y=2016/m=7/d=8`);
        expect(files.map((file) => file.name)).toEqual(['part-0.parquet']);
      }
      const few = await on.run('-l', '20');
      expect(few).toMatchObject({ rows: { written: 20 }, statements: report.statements });
      expect(await on.table('dns_scores')).toHaveLength(20);
      await on.expectNothingLeft();
    });

    it('fits its rows to the tables of Spot 1.0', async () => {
      await on.init('--tables', 'spot-1.0');
      expect(await on.run()).toMatchObject({ warnings: [] });
      const scores = await on.table('dns_scores');
      expect(Object.keys(scores[0]!)).toEqual(columnList(DNS_TABLES.dns_scores.spot10!).map((column) => column.name));
      const plain = scores.map(({ ml_score, hh, frame_len, ...row }) => {
        expect(frame_len).toEqual(expect.any(Number));
        return { ...row, score: Math.fround(ml_score as number), hh: String(hh).padStart(2, '0') };
      });
      const expected = embedded.dns_scores!.map((row) => ({ ...row, score: Math.fround(row.score as number) }));
      expect(sorted(plain)).toEqual(sorted(expected));
      // Beside such tables new ones are like them, in this database and in one of a trial.
      await on.withWarehouse(async ({ engine }) => {
        await engine.execute(`DROP TABLE \`${on.on.database}\`.\`dns_storyboard\``);
      });
      expect(await on.init()).toContain('created dns_storyboard');
      await on.writeSettings({ engine: { database: `${on.on.database}_trial`, rawDatabase: on.on.database } });
      const made = await on.init();
      expect(made).toContain('created dns_scores');
      expect(made).not.toMatch(/created dns$/m);
      const columns = await on.withWarehouse(({ engine }) => engine.describe(DNS_TABLES.dns_scores));
      expect(columns!.map((column) => column.name)).toContain('ml_score');
    });

    it('fits its rows to a table that has more columns than it knows, and fewer', async () => {
      await on.init();
      const { database, root } = on.on;
      await on.withWarehouse(async ({ engine }) => {
        await engine.execute(`DROP TABLE \`${database}\`.\`dns_scores\``);
        const { frame_len, network_context, ...columns } = DNS_TABLES.dns_scores.spot10!;
        expect([frame_len, network_context]).toEqual(['bigint?', 'string?']);
        const made = createTable({ ...DNS_TABLES.dns_scores, columns }, { root, database });
        // A number in between, and at the end what no Parquet file of ours can hold.
        const more = made
          .replace('`tld` STRING', '`site` INT,\n  `tld` STRING')
          .replace('\n) PARTITIONED', ',\n  `seen` TIMESTAMP\n) PARTITIONED');
        await engine.execute(more);
      });
      const { warnings } = await on.run();
      expect(warnings.map(({ message }) => message)).toEqual([
        'table dns_scores: the rows lack site; null there',
        'table dns_scores has no network_context; left out',
      ]);
      const rows = await on.table('dns_scores');
      expect(rows).toHaveLength(500);
      const known = embedded.dns_scores!.map((row) => `${String(row.dns_qry_name)} ${String(row.tld)}`).sort();
      expect(rows.map((row) => `${String(row.dns_qry_name)} ${String(row.tld)}`).sort()).toEqual(known);
      for (const { site, seen } of rows) expect([site, seen]).toEqual([null, null]);
    });

    it('is read by Spot’s UI as before', async () => {
      await on.init('--tables', 'spot-1.0');
      await on.run();
      const t = (table: string) => `\`${on.on.database}\`.\`${table}\``;
      const ofDay = (alias: string) => `${alias}.y = 2016 AND ${alias}.m = 7 AND ${alias}.d = 8`;
      const suspicious = await on.rows(
        `SELECT ds.frame_time, ds.frame_len, ds.ip_dst, ds.dns_qry_name, ds.dns_qry_class, ds.dns_qry_type, ds.dns_qry_rcode, ds.ml_score, ds.tld, ds.query_rep, ds.hh, ds.dns_qry_class_name, ds.dns_qry_type_name, ds.dns_qry_rcode_name, ds.network_context
FROM ${t('dns_scores')} ds LEFT JOIN ${t('dns_threat_investigation')} dt ON (ds.dns_qry_name = dt.dns_qry_name)
WHERE ${ofDay('ds')} AND (dt.dns_qry_name IS NULL) ORDER BY ds.ml_score LIMIT 100`,
      );
      expect(suspicious).toHaveLength(100);
      for (const row of suspicious) {
        expect(parseInt(String(row.dns_qry_class), 16)).toBeGreaterThan(0);
        expect(Number.isInteger(row.hh)).toBe(true);
        for (const one of String(row.query_rep).split('::')) expect(one.split(':')).toHaveLength(3);
        for (const name of ['tld', 'query_rep', 'network_context']) expect(row[name]).toEqual(expect.any(String));
      }
      const { dns_qry_name: name, hh } = (await on.table('dns_edge'))[0]!;
      const details = await on.withWarehouse(async ({ engine }) => {
        const rows: Row[] = [];
        const sql = `SELECT frame_len, ip_dst, ip_src, dns_qry_name, dns_qry_class, dns_qry_type, dns_qry_rcode, dns_a, unix_tstamp, hh, dns_qry_class_name, dns_qry_type_name, dns_qry_rcode_name, network_context
FROM ${t('dns_edge')} e WHERE ${ofDay('e')} AND dns_qry_name = ${engine.dialect.literal(name as string, 'string')} AND hh = ${String(hh)} LIMIT 250`;
        for await (const page of engine.pages(sql)) rows.push(...page);
        return rows;
      });
      expect(details.length).toBeGreaterThan(0);
      // Split at every bar: a null would end the UI's server.
      for (const table of ['dns_edge', 'dns_dendro'])
        expect(
          await on.rows(`SELECT COUNT(*) AS n FROM ${t(table)} a WHERE ${ofDay('a')} AND dns_a IS NULL`),
        ).toEqual([{ n: 0 }]);
      const minutes = await on.rows(
        `SELECT tdate, total FROM ${t('dns_ingest_summary')} s WHERE ${ofDay('s')} ORDER BY tdate`,
      );
      expect(minutes.length).toBeGreaterThan(0);
      for (const { tdate } of minutes) expect(`${String(tdate)}:00`).toMatch(/^2016-07-08 \d\d:\d\d:00$/);
    });

    it('stores 200 hostile names, and finds each by its value', async () => {
      await on.init();
      const texts = hostileTexts();
      const rows = texts.map((text, i) => ({ anchor: text, total: i, dns_qry_name: text, ip_dst: '' }));
      const { columns } = DNS_TABLES.dns_threat_dendro;
      await on.withWarehouse(async (warehouse) => {
        const { dialect } = warehouse.engine;
        const read = async (): Promise<unknown[]> => {
          const found: Row[] = [];
          const table = dialect.table(DNS_TABLES.dns_threat_dendro);
          const cases = texts.map((text, i) => `WHEN anchor = ${dialect.literal(text, 'string')} THEN ${i}`);
          const values = texts.map((text) => dialect.literal(text, 'string'));
          const sql = `SELECT total, anchor, CASE ${cases.join(' ')} END AS is_text FROM ${table} WHERE y = 2016 AND dns_qry_name IN (${values.join(', ')})`;
          for await (const page of warehouse.engine.pages(sql)) found.push(...page);
          found.sort((a, b) => Number(a.total) - Number(b.total));
          return found.map(({ total, anchor, is_text }) => ({ total, anchor, is_text }));
        };
        const expected = texts.map((text, i) => ({ total: i, anchor: stored(text), is_text: i }));
        const source = () => RowSource.of(structuredClone(rows), { columns, batchRows: 50 });
        await pipe(source(), writeTable(warehouse, 'dns_threat_dendro', { date: DATE }));
        expect(await read()).toEqual(expected);
        await warehouse.emptyPartition(DNS_TABLES.dns_threat_dendro, DATE);
        expect(await read()).toEqual([]);
        await pipe(source(), insertRows(warehouse, 'dns_threat_dendro', { date: DATE }));
        expect(await read()).toEqual(expected);
      });
    });

    it('leaves the tables as they were when the results are bad, and says which table is missing', async () => {
      const early = await on.command('run', '-d', DATE);
      expect(early).toMatchObject({ status: 1, stdout: '' });
      expect(early.stderr).toMatch(/TABLE_MISSING|does not exist|not found|SCHEMA_NOT_FOUND/);
      await on.init();
      await on.run();
      const { root } = on.on;
      const results = `${root}/dns/scored_results/${DATE}/scores/dns_results.csv`;
      const file = on.storage.create(results);
      await new Promise((resolve, reject) =>
        file.on('finish', resolve).on('error', reject).end('no row\n'.repeat(20)),
      );
      const ended = await on.command('run', '-d', DATE);
      expect(ended).toMatchObject({ status: 1, stdout: '' });
      expect(ended.stderr).toContain('TOO_MANY_REJECTED');
      expect(await on.tables()).toEqual(embedded);
      await on.storage.delete(results);
      expect(await on.command('run', '-d', DATE)).toMatchObject({ status: 3 });
      expect(await on.tables()).toEqual(embedded);
      await on.expectNothingLeft();
    });

    it('keeps what analysts said, uses it, and empties it by --reset alone', async () => {
      await on.init();
      const client = String(embedded.dns_scores![0]!.ip_dst);
      const score = { unix_tstamp: 1, ip_dst: client, dns_qry_name: '', ip_sev: 1, dns_sev: 0 };
      const said = () =>
        on.withWarehouse(async (warehouse) => {
          const { clients } = await warehouse.scores(DATE);
          return Object.fromEntries(clients);
        });
      await on.withWarehouse((warehouse) =>
        pipe(
          RowSource.of([score], { columns: DNS_TABLES.dns_threat_investigation.columns }),
          insertRows(warehouse, 'dns_threat_investigation', { date: DATE }),
        ),
      );
      await on.run();
      expect(await said()).toEqual({ [client]: 1 });
      await on.run('--reset');
      expect(await said()).toEqual({});
      expect(await on.table('dns_threat_investigation')).toEqual([]);
      await on.expectNothingLeft();
    });

    it('is asked by sql, and looked at by doctor, which leaves nothing behind', async () => {
      await on.init();
      await on.run();
      const query = 'SELECT count(*) AS n, min(y) AS y FROM dns_scores';
      expect(JSON.parse((await on.command('sql', query, '--json')).stdout)).toEqual([{ n: 500, y: 2016 }]);
      const none = await on.command('sql', 'SELECT tld, unix_tstamp FROM dns_scores WHERE y = 1', '--csv');
      expect(none.stdout).toBe('tld,unix_tstamp\n');
      const refused = await on.command('sql', 'SELECT nothing FROM dns_scores', '--json');
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toMatch(/QUERY_FAILED.*nothing/);
      const { status, stdout } = await on.command('doctor', '-d', DATE, '--json');
      const findings = JSON.parse(stdout) as { check: string; state: string; message: string }[];
      expect({ status, failed: findings.filter(({ state }) => state === 'fail') }).toEqual({ status: 0, failed: [] });
      expect(findings.find(({ check }) => check === 'load')?.message).toMatch(
        /one row was staged, loaded and read back/,
      );
      const tables = await on.rows('SHOW TABLES');
      expect(JSON.stringify(tables)).not.toContain('doctor');
      expect((await on.storage.list(`${on.on.root}/dns/hive/oa`)).map((file) => file.name)).not.toContainEqual(
        expect.stringContaining('doctor'),
      );
      await on.expectNothingLeft();
      expect(await readdir(on.home)).toEqual(['data', 'ipynb', 'settings.json']);
    });

    it('tells in a dry run, without a connection, what a run then does', async () => {
      const { told } = on.on;
      await on.init();
      const before = told?.length ?? 0;
      const { status, stdout } = await on.command('run', '-d', DATE, '--dry-run', '--json', '--reset');
      expect(status).toBe(0);
      const { operations } = JSON.parse(stdout) as { operations: { kind: string; sql?: string }[] };
      const planned = operations.flatMap(({ kind, sql }) => (kind === 'statement' ? [sql!] : []));
      expect(planned).toContain(`DESCRIBE \`${on.on.database}\`.\`dns_scores\``);
      expect(planned.filter((sql) => /^LOAD DATA .* OVERWRITE/.test(sql))).toHaveLength(7);
      if (told === undefined) return;
      expect(told.length).toBe(before);
      // A run's own id is in the names of what it stages.
      const comparable = (sql: string) => sql.replace(/staging\/[^/]+\//, 'staging/RUN/');
      const score = { unix_tstamp: 1, ip_dst: '10.0.0.1', dns_qry_name: 'a', ip_sev: 1, dns_sev: 1 };
      const dendro = { anchor: 'a', total: 1, dns_qry_name: 'a', ip_dst: 'b' };
      const story = { ip_threat: '', dns_threat: 'a', title: 'b', text: 'c' };
      await on.withWarehouse(async (warehouse) => {
        for (const [table, row] of [
          ['dns_threat_investigation', score],
          ['dns_threat_dendro', dendro],
          ['dns_storyboard', story],
        ] as const) {
          const columns = DNS_TABLES[table].columns;
          await pipe(RowSource.of([row], { columns }), insertRows(warehouse, table, { date: DATE }));
        }
      });
      const from = told.length;
      await on.run('--reset');
      expect(told.slice(from).map(comparable)).toEqual(planned.map(comparable));
    });
  });
}
