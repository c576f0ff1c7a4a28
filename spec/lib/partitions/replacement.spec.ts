/** Replacing a partition: whole, or not at all, whenever the process dies. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { Journals } from '../../../lib/partitions/journal.js';
import { localStorage } from '../../../lib/storage/local.js';
import { EmbeddedWarehouse, openEmbeddedWarehouse } from '../../../lib/warehouse.js';
import { dnsIngestSummary } from '../../../schemas/dns.js';
import { OaError } from '../../../schemas/errors.js';
import type { Storage } from '../../../streams/contracts.js';
import { codeOf } from '../../conformance/storage.js';
import { diskFull, failingStorage } from '../../fakes/failing-storage.js';
import { deadOwner } from '../../fakes/owners.js';
import { writeParquet } from '../../fakes/parquet-file.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const date = '20160708';
const table = dnsIngestSummary;
const tables = [table];

describe('the replacement of a partition', () => {
  const temporary = temporaryFolder();
  const folder = () => `${temporary.path}/${table.folder}/y=2016/m=7/d=8`;
  const namesIn = (path: string) => readdir(path).catch((): string[] => []);
  const staging = () => namesIn(`${temporary.path}/dns/staging`);

  /** Rows whose text says which generation they are of. */
  const generation = (tdate: string, rows = 3) => Array.from({ length: rows }, (_, i) => ({ tdate, total: i }));
  async function replaceBy(tdate: string, warehouse: EmbeddedWarehouse, rows = 3, allowEmpty = false): Promise<void> {
    const writer = await warehouse.openPartition(table, { date, allowEmpty });
    try {
      await writer.write(generation(tdate, rows));
      await writer.commit();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
  const read = async (warehouse: EmbeddedWarehouse) => {
    const sql = 'SELECT tdate, count(*) AS n FROM dns_ingest_summary GROUP BY tdate ORDER BY tdate';
    return (await rowsOf(warehouse.engine, sql)).map(({ tdate, n }) => `${tdate as string} ${n as number}`);
  };
  const open = (storage?: Storage) =>
    openEmbeddedWarehouse({ root: temporary.path, tables, storage, runId: 'run-1' });
  const partitionOfFiles = async (...names: string[]) => {
    for (const name of names) await writeParquet(`${folder()}/${name}`, table.columns, generation('old'));
  };

  /** Everything works until the operation of this number, and nothing from then on. */
  function dying(storage: Storage, lastOperation: number): Storage {
    let operations = 0;
    const alive = () => {
      if (++operations > lastOperation) throw diskFull();
    };
    const guarded =
      <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
      async (...args: A) => {
        alive();
        return work(...args);
      };
    return {
      ...storage,
      rename: guarded(storage.rename.bind(storage)),
      delete: guarded(storage.delete.bind(storage)),
      createExclusive: guarded(storage.createExclusive.bind(storage)),
      create: (path) => {
        const file = storage.create(path);
        return new Writable({
          write: (chunk: Buffer, _encoding, callback) => void file.write(chunk, callback),
          final: (callback) => {
            try {
              alive();
              file.once('error', callback).end(() => callback());
            } catch (error) {
              callback(error as Error);
            }
          },
          // The dead leave their hidden files behind.
          destroy: (error, callback) => {
            const leave = () =>
              void writeFile(`${dirname(path)}/.left.tmp`, '').then(() => callback(error), callback);
            if (file.closed) callback(error);
            else file.once('close', leave).destroy();
          },
        });
      },
    };
  }

  /** Whatever says who was at work says that he is dead. */
  async function bury(): Promise<void> {
    const { pid } = deadOwner('x');
    for (const name of (await readdir(temporary.path, { recursive: true })).filter((one) => one.endsWith('.json'))) {
      const text = await readFile(`${temporary.path}/${name}`, 'utf8');
      await writeFile(
        `${temporary.path}/${name}`,
        text.replace(new RegExp(`("pid": ?)${process.pid}\\b`), `$1${pid}`),
      );
    }
  }

  describe.each([
    ['of one file', ['part-0.parquet'], 3],
    ['of three files', ['a.parquet', 'part-0.parquet', 'rows-1.parquet'], 3],
    ['of two files without ours', ['a.parquet', 'b.parquet'], 3],
    ['of three files by nothing', ['a.parquet', 'part-0.parquet', 'rows-1.parquet'], 0],
  ])('%s', (_what, files, rows) => {
    const before = [`old ${files.length * 3}`];
    const after = rows > 0 ? [`new ${rows}`] : [];

    it('is whole or not at all, whenever the process dies, and a second run ends the same', async () => {
      let survived = 0;
      for (let last = 0; ; last++) {
        await rm(temporary.path, { recursive: true, force: true });
        const preparing = await open();
        await preparing.close();
        await partitionOfFiles(...files);

        let complete = true;
        const warned: string[] = [];
        const doomed = new EmbeddedWarehouse({
          root: temporary.path,
          tables,
          storage: dying(localStorage(), last),
          runId: 'run-1',
          onWarning: ({ code }) => warned.push(code),
        });
        await replaceBy('new', doomed, rows, true).catch(() => (complete = false));
        await doomed.engine.close();
        await bury();

        // Another process reads before anybody has tidied up.
        const reader = new EmbeddedWarehouse({ root: temporary.path, tables });
        const seen = await read(reader);
        expect([before, after]).toContainEqual(seen);
        if (complete) expect(seen).toEqual(after);
        await reader.close();

        // Whoever opens the warehouse next finishes it.
        const next = await open();
        expect(await read(next)).toEqual(seen);
        expect((await namesIn(folder())).filter((name) => name.endsWith('.parquet'))).toEqual(
          seen[0] === before[0] ? files : rows > 0 ? ['part-0.parquet'] : [],
        );
        expect((await staging()).filter((name) => name !== '_journal')).toEqual([]);
        expect(await namesIn(`${temporary.path}/dns/staging/_journal`)).toEqual([]);
        await replaceBy('new', next, rows, true);
        expect(await read(next)).toEqual(after);
        await next.close();
        if (complete && warned.length === 0 && ++survived > 1) break;
      }
    }, 60_000);
  });

  it('of the same rows gives the same bytes', async () => {
    const warehouse = await open();
    await replaceBy('new', warehouse, 2000);
    const first = await readFile(`${folder()}/part-0.parquet`);
    await replaceBy('new', warehouse, 2000);
    expect(Buffer.compare(await readFile(`${folder()}/part-0.parquet`), first)).toBe(0);
    expect(await namesIn(folder())).toEqual(['part-0.parquet']);
    expect(await staging()).toEqual([]);
    await warehouse.close();
  });

  it('is not seen by a reader who is in the middle, and by everyone after him', async () => {
    await partitionOfFiles('a.parquet', 'b.parquet', 'part-0.parquet');
    const warehouse = await open();
    const reader = new EmbeddedWarehouse({ root: temporary.path, tables });
    // The first page comes from the generator, so that the table is read while it is replaced.
    const sql = `SELECT tdate FROM (SELECT 'first' AS tdate, i FROM range(200000) t(i)) UNION ALL SELECT tdate FROM dns_ingest_summary`;
    const seen: unknown[] = [];
    for await (const page of reader.engine.pages(sql)) {
      if (seen.length === 0) await replaceBy('new', warehouse);
      seen.push(...page.map(({ tdate }) => tdate).filter((tdate) => tdate !== 'first'));
      if (seen.length === 0) seen.push('begun');
    }
    expect(seen).toEqual(['begun', ...Array.from({ length: 9 }, () => 'old')]);
    expect(await read(reader)).toEqual(['new 3']);
    await warehouse.close();
    await reader.close();
  });

  it('is complete for readers although old files could not be removed, and is tidied up by the next', async () => {
    await partitionOfFiles('a.parquet', 'b.parquet');
    const warnings: string[] = [];
    const warehouse = await openEmbeddedWarehouse({
      root: temporary.path,
      tables,
      storage: failingStorage(localStorage(), {
        on: (what, path) => what === 'delete' && path.endsWith('b.parquet'),
      }),
      onWarning: ({ code }) => warnings.push(code),
    });
    await replaceBy('new', warehouse);
    expect(warnings).toEqual(['LEFTOVER']);
    expect(await namesIn(folder())).toEqual(['b.parquet', 'part-0.parquet']);
    expect(await read(warehouse)).toEqual(['new 3']);
    await warehouse.engine.close();
    const next = await open();
    expect(await read(next)).toEqual(['new 3']);
    expect(await namesIn(folder())).toEqual(['part-0.parquet']);
    await next.close();
  });

  it.each([
    ['the journal cannot be put in place', 'rename', '_journal/dns.hive.oa.summary.y=2016.m=7.d=8.json'],
    ['the new file cannot be written', 'create', 'part-0.parquet'],
  ] as const)('leaves the partition as it was when %s', async (_what, failing, ending) => {
    await partitionOfFiles('a.parquet', 'part-0.parquet');
    const storage = failingStorage(localStorage(), { on: (what, path) => what === failing && path.endsWith(ending) });
    const warehouse = await open(storage);
    expect(await codeOf(replaceBy('new', warehouse))).toBe('STORAGE_FAILED');
    expect(await read(warehouse)).toEqual(['old 6']);
    expect((await staging()).filter((name) => name !== '_journal')).toEqual([]);
    await warehouse.close();
  });

  it('waits for no journal of a living process, and says who it is', async () => {
    await partitionOfFiles('a.parquet', 'b.parquet');
    const warehouse = await open();
    const neighbour = { host: 'elsewhere.example', pid: 4321, id: 'x' };
    const path = `${temporary.path}/dns/staging/_journal/dns.hive.oa.summary.y=2016.m=7.d=8.json`;
    const journal = {
      owner: neighbour,
      folder: `${table.folder}/y=2016/m=7/d=8`,
      from: null,
      size: 0,
      drop: ['a.parquet'],
    };
    await localStorage().createExclusive(path, JSON.stringify(journal));
    const failure = await replaceBy('new', warehouse).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'LOCKED', message: expect.stringContaining('process 4321') });
    await warehouse.close();
  });

  it('keeps the old rows when the new file was removed by hand', async () => {
    await partitionOfFiles('a.parquet', 'b.parquet');
    const journals = new Journals(localStorage(), temporary.path, 'dns/staging');
    await journals.replace({
      owner: deadOwner('x'),
      folder: `${table.folder}/y=2016/m=7/d=8`,
      from: 'dns/staging/gone/part-0.parquet',
      size: 1000,
      drop: ['a.parquet', 'b.parquet'],
    });
    const warehouse = await open();
    expect(await read(warehouse)).toEqual(['old 6']);
    await warehouse.close();
  });

  it.each(['{', '{}', '{"owner": {"host": "h", "pid": 1, "id": "x"}, "folder": "../..", "from": null, "drop": []}'])(
    'refuses to follow a journal that is none: %s',
    async (text) => {
      await localStorage().createExclusive(`${temporary.path}/dns/staging/_journal/a.json`, text);
      const journals = new Journals(localStorage(), temporary.path, 'dns/staging');
      const failure = await journals.list().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OaError);
      expect((failure as OaError).message).toContain('_journal/a.json');
    },
  );

  it('pulls no row ahead of a storage that is slow, and holds one row group, whatever the size of the day', async () => {
    const mostPending = async (batches: number) => {
      let pending = 0;
      let most = 0;
      let bytes = 0;
      const swallowing: Storage = {
        ...localStorage(),
        create: (path) =>
          path.endsWith('.json')
            ? localStorage().create(path)
            : new Writable({
                write(chunk: Buffer, _encoding, callback) {
                  most = Math.max(most, (pending = this.writableLength));
                  bytes += chunk.length;
                  setImmediate(callback);
                },
              }),
        rename: () => Promise.resolve(),
      };
      const warehouse = new EmbeddedWarehouse({
        root: temporary.path,
        tables,
        storage: swallowing,
        parquet: { rowGroupRows: 2000, codec: 'none' },
      });
      const writer = await warehouse.openPartition(table, { date });
      for (let i = 0; i < batches; i++) {
        // A day of ten gigabytes is this one, only longer: what is held must not grow with the rows.
        await writer.write(
          Array.from({ length: 500 }, (_, n) => ({ tdate: `${i}-${n}-${'x'.repeat(1000)}`, total: n })),
        );
        expect(pending).toBeLessThan(3_000_000);
      }
      await writer.commit();
      await warehouse.close();
      return { most, bytes };
    };
    const short = await mostPending(20);
    const long = await mostPending(100);
    expect(long.bytes).toBeGreaterThan(4.9 * short.bytes);
    expect(long.most).toBeLessThan(1.1 * short.most);
  });

  it('makes the writer wait while the storage takes nothing', async () => {
    let release: () => void = () => undefined;
    const stuck: Storage = {
      ...localStorage(),
      create: (path) =>
        path.endsWith('.json')
          ? localStorage().create(path)
          : new Writable({ highWaterMark: 1000, write: (_chunk, _encoding, callback) => void (release = callback) }),
    };
    const warehouse = new EmbeddedWarehouse({
      root: temporary.path,
      tables,
      storage: stuck,
      parquet: { rowGroupRows: 10 },
    });
    const writer = await warehouse.openPartition(table, { date });
    let written = false;
    const writing = writer.write(generation('x'.repeat(2000), 100)).then(() => (written = true));
    await once(process, 'never', { signal: AbortSignal.timeout(20) }).catch(() => undefined);
    expect(written).toBe(false);
    while (!written) {
      release();
      await new Promise(setImmediate);
    }
    await writing;
    await writer.abort();
    await warehouse.close();
  });
});
