/** What a query gives when its files change under it. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { DuckDbEngine } from '../../../lib/engine/duckdb.js';
import { pinned } from '../../../lib/partitions/snapshot.js';
import { StoredTableFiles, type TableFiles } from '../../../lib/partitions/table-files.js';
import { localStorage } from '../../../lib/storage/local.js';
import { EmbeddedWarehouse } from '../../../lib/warehouse.js';
import type { Row } from '../../../schemas/columns.js';
import { dns } from '../../../schemas/dns.js';
import type { Engine } from '../../../streams/contracts.js';
import { codeOf } from '../../conformance/storage.js';
import { parquetBytes } from '../../fakes/parquet-file.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const HOURS = 6;
const ROWS = 40_000;
const SQL = 'SELECT dns_qry_name, dns_a, h FROM dns';

describe('a query whose files change', () => {
  const temporary = temporaryFolder();
  const folder = (hour: number) => `${temporary.path}/dns/hive/y=2016/m=7/d=8/h=${hour}`;
  const file = (hour: number) => `${folder(hour)}/part-0.parquet`;

  const fileOf = (dns_a: string, rows: number) => {
    // Large enough, and different enough, that DuckDB cannot have read it all beforehand.
    const name = (i: number) => `${(i * 2654435761).toString(36)}-${(i * 40503).toString(36)}-${i}.example.com`;
    const values = Array.from({ length: rows }, (_, i): Row => ({ dns_qry_name: name(i), dns_a }));
    return parquetBytes(dns.columns, values, { rowGroupRows: 5000 });
  };
  const oldFile = fileOf('old', ROWS);
  const newFile = fileOf('new', 100);
  beforeEach(async () => {
    for (let hour = 0; hour < HOURS; hour++) {
      await mkdir(folder(hour), { recursive: true });
      await writeFile(file(hour), oldFile);
    }
    await writeFile(`${temporary.path}/new.parquet`, newFile);
  });

  const replaceLast = () => rename(`${temporary.path}/new.parquet`, file(HOURS - 1));
  const deleteLast = () => rm(file(HOURS - 1));

  /** Reads all, and lets something happen after the first page. */
  async function readWhile(engine: Engine, happen: () => Promise<void>, sql = SQL): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of engine.pages(sql)) {
      if (rows.length === 0) await happen();
      rows.push(...page);
    }
    return rows;
  }

  describe('and whose folder can only be read', () => {
    const engineWith = (files: TableFiles) => new DuckDbEngine({ tables: [dns], files, root: temporary.path });
    const engine = () => engineWith(new StoredTableFiles({ storage: localStorage(), root: temporary.path }));

    it.each([
      ['deleted', deleteLast],
      ['replaced', replaceLast],
    ])('never takes the rows for complete after a file was %s', async (_what, happen) => {
      const embedded = engine();
      let given = 0;
      const counting = async () => {
        for await (const page of embedded.pages(SQL)) {
          if (given === 0) await happen();
          given += page.length;
        }
      };
      expect(await codeOf(counting())).toBe('PARTITION_CHANGED');
      // Without any error of its own, DuckDB ended before the rows that it began with.
      expect(given).toBeLessThan(HOURS * ROWS);
      await embedded.close();
    });

    it('begins again when a file changed before the first row', async () => {
      const files = new StoredTableFiles({ storage: localStorage(), root: temporary.path });
      let listings = 0;
      const changing: TableFiles = {
        columns: (table) => files.columns(table),
        newest: (table) => files.newest(table),
        list: async (table, day) => {
          const listed = await files.list(table, day);
          listings += 1;
          return listings < 3 ? listed.map((one) => ({ ...one, identity: 'another' })) : listed;
        },
      };
      const embedded = engineWith(changing);
      expect(await rowsOf(embedded, 'SELECT count(*) AS n FROM dns')).toEqual([{ n: HOURS * ROWS }]);
      expect(listings).toBe(3);
      expect(embedded.statements).toBe(1);
      await embedded.close();
    });

    it('gives up when files change again and again', async () => {
      const files = new StoredTableFiles({ storage: localStorage(), root: temporary.path });
      const gone: TableFiles = {
        columns: (table) => files.columns(table),
        newest: (table) => files.newest(table),
        list: async (table) => (await files.list(table)).map((one) => ({ ...one, path: `${one.path}.gone` })),
      };
      const embedded = engineWith(gone);
      expect(await codeOf(rowsOf(embedded, SQL))).toBe('PARTITION_CHANGED');
      await embedded.close();
    });
  });

  describe('of a warehouse that can be written', () => {
    const staging = () => readdir(`${temporary.path}/dns/staging`).catch(() => []);

    it.each([
      ['renamed over', replaceLast],
      ['deleted', deleteLast],
      [
        'deleted, like all others',
        async () => {
          for (let hour = 0; hour < HOURS; hour++) await rm(folder(hour), { recursive: true });
        },
      ],
    ])('keeps its old rows when a file is %s', async (_what, happen) => {
      const warehouse = new EmbeddedWarehouse({ root: temporary.path });
      const rows = await readWhile(warehouse.engine, happen);
      expect(rows).toHaveLength(HOURS * ROWS);
      expect(new Set(rows.map((row) => row.dns_a))).toEqual(new Set(['old']));
      expect(new Set(rows.map((row) => row.h))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
      await warehouse.close();
    });

    it('sees the new rows when it begins afterwards', async () => {
      const warehouse = new EmbeddedWarehouse({ root: temporary.path });
      await replaceLast();
      const sql = "SELECT count(*) AS n FROM dns WHERE dns_a = 'new'";
      expect(await rowsOf(warehouse.engine, sql)).toEqual([{ n: 100 }]);
      await warehouse.close();
    });

    it('leaves no link behind, however it ends', async () => {
      const warehouse = new EmbeddedWarehouse({ root: temporary.path });
      await rowsOf(warehouse.engine, 'SELECT count(*) FROM dns');
      for await (const page of warehouse.engine.pages(SQL)) {
        expect(page.length).toBeGreaterThan(0);
        expect(await staging()).toHaveLength(1);
        break;
      }
      await codeOf(rowsOf(warehouse.engine, "SELECT CAST('x' AS INT) FROM dns"));
      expect(await staging()).toEqual([]);
      await warehouse.close();
    });
  });

  it('reads the files themselves where no links can be made', async () => {
    const files = await new StoredTableFiles({ storage: localStorage(), root: temporary.path }).list(dns);
    await writeFile(`${temporary.path}/in-the-way`, '');
    let released = 0;
    const snapshot = await pinned(files, {
      root: temporary.path,
      folder: `${temporary.path}/in-the-way/links`,
      release: () => Promise.resolve(void released++),
    });
    expect(snapshot.paths).toEqual(files.map(({ path }) => path));
    expect(released).toBe(1);
    await snapshot.check();
    await replaceLast();
    expect(await codeOf(snapshot.check())).toBe('PARTITION_CHANGED');
  });

  it('takes no links of files that are others by now', async () => {
    const files = await new StoredTableFiles({ storage: localStorage(), root: temporary.path }).list(dns);
    await replaceLast();
    let released = 0;
    const taken = pinned(files, {
      root: temporary.path,
      folder: `${temporary.path}/links`,
      release: () => Promise.resolve(void released++),
    });
    expect(await codeOf(taken)).toBe('PARTITION_CHANGED');
    expect(released).toBe(1);
  });
});
