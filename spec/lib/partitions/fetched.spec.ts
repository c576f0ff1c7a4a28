import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FetchedFiles, type Fetch } from '../../../lib/partitions/fetched.js';
import { StoredTableFiles } from '../../../lib/partitions/table-files.js';
import { localStorage } from '../../../lib/storage/local.js';
import { EmbeddedWarehouse } from '../../../lib/warehouse.js';
import { parseDay } from '../../../schemas/days.js';
import { dns } from '../../../schemas/dns.js';
import type { Storage } from '../../../streams/contracts.js';
import { codeOf } from '../../conformance/storage.js';
import { writeParquet } from '../../fakes/parquet-file.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const day = parseDay('20160708');

describe('files fetched for the engine', () => {
  const temporary = temporaryFolder();
  let [root, folder, opened]: [string, string, string[]] = ['', '', []];
  /** Stands for a storage on other machines. */
  let storage: Storage;
  let onOpen: () => Promise<void> | void;

  beforeEach(async () => {
    [root, opened, onOpen] = [join(temporary.path, 'far'), [], () => undefined];
    folder = await mkdtemp(join(temporary.path, 'near-'));
    const local = localStorage();
    storage = {
      ...local,
      name: 'far',
      open: (path, options) => {
        opened.push(`${path.slice(root.length + 1)}${options?.start === undefined ? '' : ` from ${options.start}`}`);
        const bytes = async function* () {
          await onOpen();
          yield* local.open(path, options) as AsyncIterable<Buffer>;
        };
        return Readable.from(bytes(), { objectMode: false, signal: options?.signal });
      },
    };
    for (const hour of [3, 4]) await put(hour, hour * 10);
  });

  const pathOf = (hour: number, d = 8) => `dns/hive/y=2016/m=7/d=${d}/h=${hour}/part-0.parquet`;
  const put = (hour: number, rows: number, d = 8) =>
    writeParquet(
      join(root, pathOf(hour, d)),
      dns.columns,
      Array.from({ length: rows }, (_, i) => ({ dns_qry_name: `name-${i}.example.com`, unix_tstamp: i })),
    );
  const list = () => new StoredTableFiles({ storage, root }).list(dns, day);
  const fetched = (onFetch?: (fetch: Fetch) => void) => new FetchedFiles(storage, { root, folder, onFetch });
  const kept = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.parquet'));

  it('are copies at the same places, each fetched once', async () => {
    const told: Fetch[] = [];
    const files = fetched((fetch) => told.push(fetch));
    const listed = await list();
    const [first, second] = [await files.hold(listed), await files.hold(listed)];
    expect(first.paths).toEqual(second.paths);
    for (const [i, hour] of [3, 4].entries()) {
      expect(first.paths[i]).toMatch(new RegExp(`/${pathOf(hour)}$`));
      expect(await readFile(first.paths[i]!)).toEqual(await readFile(join(root, pathOf(hour))));
    }
    expect([...opened].sort()).toEqual([pathOf(3), pathOf(4)]);
    expect(told).toEqual([{ files: 2, bytes: listed[0]!.size + listed[1]!.size, from: 'far' }]);
    await first.release();
    await second.release();
    await (await files.hold(listed)).release();
    expect(opened).toHaveLength(2);
  });

  it('are fetched again when another file took the place, and the old copy goes when nobody reads it', async () => {
    const files = fetched();
    const old = await files.hold(await list());
    await put(4, 99);
    const now = await files.hold(await list());
    expect(now.paths[0]).toBe(old.paths[0]);
    expect(now.paths[1]).not.toBe(old.paths[1]);
    expect(await kept()).toHaveLength(3);
    await old.release();
    expect(await kept()).toHaveLength(2);
    await now.release();
    expect(await kept()).toHaveLength(2);
  });

  it('that change or go while they are fetched are none', async () => {
    const listed = await list();
    onOpen = () => put(4, 77);
    expect(await codeOf(fetched().hold(listed))).toBe('PARTITION_CHANGED');
    onOpen = () => rm(join(root, pathOf(3)), { force: true });
    expect(await codeOf(fetched().hold(listed))).toBe('PARTITION_CHANGED');
    expect(await kept()).toEqual([]);
  });

  it('are given up with the query, unless another one waits for them', async () => {
    const files = fetched();
    const listed = await list();
    let go: () => void = () => undefined;
    const begun = () =>
      new Promise<void>((resolve) => (onOpen = () => (resolve(), new Promise((then) => (go = then)))));
    const [one, other] = [new AbortController(), new AbortController()];
    let opening = begun();
    const first = files.hold(listed.slice(0, 1), { signal: one.signal });
    const second = files.hold(listed.slice(0, 1));
    await opening;
    one.abort(new Error('enough'));
    go();
    await expect(first).rejects.toThrow('enough');
    await (await second).release();
    opening = begun();
    const third = files.hold(listed.slice(1), { signal: other.signal });
    await opening;
    other.abort(new Error('enough'));
    await expect(third).rejects.toThrow('enough');
    expect(await kept()).toHaveLength(1);
  });

  it('of which only the columns are asked give their footer, and take no more disk than that', async () => {
    await put(4, 50_000);
    const files = fetched();
    const newest = (await new StoredTableFiles({ storage, root }).newest(dns))!;
    const path = await files.columnsOf(newest);
    expect(opened).toEqual([`${pathOf(4)} from ${newest.size - 64 * 1024}`]);
    const { size, blocks } = await stat(path);
    expect(size).toBe(newest.size);
    expect(blocks * 512).toBeLessThan(newest.size / 2);
    expect(await files.columnsOf(newest)).toBe(path);
    // And the engine is content with it.
    const warehouse = new EmbeddedWarehouse({ root, storage, fetchInto: folder, tables: [dns] });
    expect((await warehouse.engine.describe(dns)).map(({ name }) => name)).toEqual(Object.keys(dns.columns));
    await warehouse.close();
  });

  it('are those of the day that a query names, and no others', async () => {
    await put(5, 5, 9);
    const warehouse = new EmbeddedWarehouse({ root, storage, fetchInto: folder, tables: [dns] });
    const rows = await rowsOf(warehouse.engine, 'SELECT h, count(*) AS n FROM dns GROUP BY h ORDER BY h', { day });
    expect(rows).toEqual([
      { h: 3, n: 30 },
      { h: 4, n: 40 },
    ]);
    expect(opened.filter((one) => one.includes('d=9') && !one.includes('from'))).toEqual([]);
    await warehouse.close();
  });
});
