/** The whole DNS OA with results and tables on HDFS, on a fake one and on a real one alike. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Settings } from '../../lib/settings.js';
import { webHdfsStorage, type WebHdfsStorage } from '../../lib/storage/webhdfs.js';
import type { WebHdfsOptions } from '../../lib/storage/webhdfs/options.js';
import type { Ended } from '../e2e/cli.js';
import { inProcess } from '../e2e/in-process.js';
import { contents, DATE, temporaryHomes } from '../e2e/homes.js';

export interface HdfsUnderTest {
  readonly options: Pick<WebHdfsOptions, 'nameNodes' | 'user' | 'retry'>;
}

export const ROOT = '/user/spot';
const RESULTS = `dns/scored_results/${DATE}/scores/dns_results.csv`;

/** Copies a folder of this machine to HDFS, as `hdfs dfs -put` does. */
export async function upload(storage: WebHdfsStorage, folder: string, to: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) await pipeline(createReadStream(path), storage.create(to + path.slice(folder.length)));
  }
}

/** Files below a folder of HDFS, by path below it, with their bytes. */
export async function download(storage: WebHdfsStorage, folder: string): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  const walk = async (path: string) => {
    for (const one of await storage.list(path)) {
      if (one.isFolder) await walk(one.path);
      else found[one.path.slice(folder.length + 1)] = Buffer.concat(await storage.open(one.path).toArray());
    }
  };
  await walk(folder);
  return found;
}

/** A home whose settings lead to an HDFS that holds what ingest and spot-ml left: a raw day and its results. */
export class HdfsHome {
  /** Made anew by `prepare`. */
  home = '';
  temp = '';
  storage!: WebHdfsStorage;
  hdfs!: HdfsUnderTest;
  readonly sample: string;

  /** @param sample a home in which `demo` ran */
  constructor(sample: string) {
    this.sample = sample;
  }

  /** @param home an empty folder */
  async prepare(hdfs: HdfsUnderTest, home: string): Promise<void> {
    this.hdfs = hdfs;
    this.home = home;
    this.storage = webHdfsStorage(hdfs.options);
    this.temp = join(home, 'temp');
    await mkdir(this.temp);
    await this.storage.delete(ROOT);
    // The tables of the OA are still to be made.
    for (const part of ['dns/hive/y=2016', 'dns/scored_results']) {
      await upload(this.storage, join(this.sample, 'spot-data', part), `${ROOT}/${part}`);
    }
    await this.writeSettings();
  }

  writeSettings(more: object = {}): Promise<void> {
    const { nameNodes, ...options } = this.hdfs.options;
    const file = (name: string) => join(this.sample, 'spot-data/demo', name);
    const settings: Settings = {
      storage: { type: 'webhdfs', nameNodes: [...nameNodes], root: ROOT, ...options, ...more },
      engine: { type: 'duckdb', tempDirectory: this.temp },
      networkContext: { files: [file('networkcontext.csv')] },
      reputation: [{ service: 'domain-list', name: 'sample', file: file('domains.txt') }],
    };
    return writeFile(join(this.home, 'settings.json'), JSON.stringify(settings));
  }

  command(...args: string[]): Promise<Ended> {
    return inProcess(this.home, ...args, '--config', 'settings.json');
  }

  run(...args: string[]): Promise<Ended> {
    return this.command('run', '-d', DATE, ...args);
  }

  async count(): Promise<number> {
    const { stdout } = await this.command('sql', 'SELECT count(*) AS n FROM dns_scores', '--json');
    return (JSON.parse(stdout) as { n: number }[])[0]!.n;
  }

  /** Rows of the OA's tables, by path. */
  async tables(): Promise<Record<string, Buffer>> {
    const files = await download(this.storage, `${ROOT}/dns/hive/oa`);
    return Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.parquet')));
  }

  /** In HDFS and on this machine nothing is left but what a run is for. */
  async expectNothingLeft(): Promise<void> {
    expect(Object.keys(await download(this.storage, `${ROOT}/dns/staging`))).toEqual([]);
    expect(await readdir(this.temp)).toEqual([]);
  }
}

/** @param start before each test */
export function describeOaOnHdfs(name: string, start: () => Promise<HdfsUnderTest> | HdfsUnderTest): void {
  describe(`the DNS OA on ${name}`, () => {
    const homes = temporaryHomes();
    let sample: string;
    let on: HdfsHome;
    beforeAll(async () => {
      sample = await homes.empty();
      expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
      on = new HdfsHome(sample);
    });
    beforeEach(async () => on.prepare(await start(), await homes.empty()));

    it('gives the tables of a local run, byte by byte, and again when it runs again', async () => {
      const first = await on.run('--json');
      expect(first).toMatchObject({ status: 0 });
      const report = JSON.parse(first.stdout) as { rows: object; warnings: object[]; tables: object };
      expect(report).toMatchObject({ rows: { read: 500, rejected: 0, written: 500 }, warnings: [] });
      const local = await contents(join(sample, 'spot-data/dns/hive/oa'));
      const parts = Object.keys(local).filter((path) => path.endsWith('.parquet'));
      const there = await on.tables();
      expect(Object.keys(there).sort()).toEqual(parts.sort());
      for (const path of parts) {
        expect(there[path]!.equals(await readFile(join(sample, 'spot-data/dns/hive/oa', path)))).toBe(true);
      }
      await on.expectNothingLeft();
      expect(await on.run()).toMatchObject({ status: 0 });
      expect(await on.tables()).toEqual(there);
      await on.expectNothingLeft();
      expect(await readFile(join(on.home, `data/dns/${DATE}/dns_results.csv`), 'utf8')).toBe(
        await readFile(join(sample, `data/dns/${DATE}/dns_results.csv`), 'utf8'),
      );
    });

    it('is asked by sql, and by the notebooks', async () => {
      expect(await on.run()).toMatchObject({ status: 0 });
      const query = 'SELECT count(*) AS n, min(y) AS y, min(m) AS m, min(d) AS d FROM dns_scores';
      const { stdout } = await on.command('sql', query, '-d', DATE, '--json');
      expect(JSON.parse(stdout)).toEqual([{ n: 500, y: 2016, m: 7, d: 8 }]);
      const settings = JSON.parse(
        await readFile(join(on.home, `data/dns/${DATE}/settings.json`), 'utf8'),
      ) as Settings;
      expect(settings.storage).toMatchObject({ type: 'webhdfs', root: ROOT });
      expect(await on.command('sql', '--views')).toMatchObject({ status: 2 });
      expect(await readdir(on.temp)).toEqual([]);
    });

    it('takes the place of rows that others wrote, in files of other names', async () => {
      expect(await on.run()).toMatchObject({ status: 0 });
      const whole = await on.tables();
      const partition = 'suspicious/y=2016/m=7/d=8';
      const at = `${ROOT}/dns/hive/oa/${partition}`;
      for (const name of ['0a1b-3_0_data.0.parq', '000000_0', '000000_0_copy_1']) {
        await pipeline([whole[`${partition}/part-0.parquet`]!], on.storage.create(`${at}/${name}`));
      }
      expect(await on.count()).toBe(2000);
      expect(await on.run()).toMatchObject({ status: 0 });
      expect((await on.storage.list(at)).map((file) => file.name)).toEqual(['part-0.parquet']);
      expect(await on.count()).toBe(500);
      await on.expectNothingLeft();
    });

    it('leaves the tables as they were when the results are bad', async () => {
      expect(await on.run()).toMatchObject({ status: 0 });
      const before = await on.tables();
      await pipeline(['no row\n'.repeat(20)], on.storage.create(`${ROOT}/${RESULTS}`));
      const ended = await on.run();
      expect(ended).toMatchObject({ status: 1, stdout: '' });
      expect(ended.stderr).toContain('TOO_MANY_REJECTED');
      expect(await on.tables()).toEqual(before);
      await on.storage.delete(`${ROOT}/${RESULTS}`);
      expect(await on.run()).toMatchObject({ status: 3 });
      expect(await on.tables()).toEqual(before);
      await on.expectNothingLeft();
    });

    it('reads results at a URL', async () => {
      await on.storage.rename(`${ROOT}/${RESULTS}`, '/elsewhere/a b%20/results.csv');
      // The other NameNode may be the active one: a URL that the settings know goes to both.
      const url = `${on.hdfs.options.nameNodes.at(-1)!.replace('http', 'webhdfs')}/elsewhere/a b%20/results.csv`;
      expect(await on.run('--results', url)).toMatchObject({ status: 0 });
      expect(await on.count()).toBe(500);
      await on.storage.delete('/elsewhere');
    });

    it('grants the rights of the settings on what it stages, and on nothing else', async () => {
      const acl = ['user:impala:rwx', 'default:user:impala:rwx'];
      await on.writeSettings({ staging: { folder: 'oa-staging', mode: '0770', acl } });
      expect(await on.run()).toMatchObject({ status: 0 });
      const staging = `${ROOT}/dns/oa-staging`;
      const { entries } = await on.storage.client.aclStatus(staging);
      expect(entries).toEqual(expect.arrayContaining(acl));
      expect((await on.storage.client.stat(staging)).permission).toMatch(/^0?770$/);
      expect(await on.storage.stat(`${ROOT}/dns/staging`)).toBeNull();
      expect((await on.storage.client.aclStatus(`${ROOT}/dns/hive/oa/suspicious`)).entries).toEqual([]);
      expect(Object.keys(await download(on.storage, staging))).toEqual([]);
    });
  });
}
