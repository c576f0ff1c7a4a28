import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dnsIngestSummary } from '../../../schemas/dns.js';
import { parseDay } from '../../../schemas/days.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouse } from '../../../lib/warehouse.js';
import { failingStorage } from '../../fakes/failing-storage.js';
import { localStorage } from '../../../lib/storage/local.js';
import { rowsOf } from '../../fakes/rows-of.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const DATE = '20160708';
const folder = temporaryFolder();

const write = async (warehouse: EmbeddedWarehouse, total: number): Promise<void> => {
  const writer = await warehouse.openPartition(dnsIngestSummary, { date: DATE });
  await writer.write([{ tdate: '2016-07-08 00:00', total }]);
  await writer.commit();
};
const totals = async (warehouse: EmbeddedWarehouse): Promise<unknown[]> =>
  (await rowsOf(warehouse.engine, 'SELECT total FROM dns_ingest_summary', { day: parseDay(DATE) })).map(
    ({ total }) => total,
  );
const staged = () => readdir(join(folder.path, 'dns/staging'));

describe('partitions that take their places together', () => {
  let [writing, reading]: EmbeddedWarehouse[] = [];
  beforeEach(async () => {
    writing = await openEmbeddedWarehouse({ root: folder.path });
    reading = await openEmbeddedWarehouse({ root: folder.path });
    await write(writing, 1);
    writing.hold();
  });
  afterEach(async () => {
    await writing!.close();
    await reading!.close();
  });

  it('are read by the warehouse that wrote them, and by nobody else before they are placed', async () => {
    await write(writing!, 2);
    expect([await totals(writing!), await totals(reading!)]).toEqual([[2], [1]]);
    await writing!.place();
    expect([await totals(writing!), await totals(reading!)]).toEqual([[2], [2]]);
    expect(await staged()).toEqual([]);
  });

  it('are the last of several', async () => {
    await write(writing!, 2);
    await write(writing!, 3);
    expect([await totals(writing!), await totals(reading!)]).toEqual([[3], [1]]);
    await writing!.place();
    expect(await totals(reading!)).toEqual([3]);
  });

  it('can be given up', async () => {
    await write(writing!, 2);
    await writing!.discard();
    expect([await totals(writing!), await totals(reading!)]).toEqual([[1], [1]]);
    expect(await staged()).toEqual([]);
    // Afterwards a partition takes its place at once.
    await write(writing!, 4);
    expect(await totals(reading!)).toEqual([4]);
  });

  it('are given up when the warehouse is closed', async () => {
    await write(writing!, 2);
    await writing!.close();
    expect(await totals(reading!)).toEqual([1]);
    expect(await staged()).toEqual([]);
  });

  it('are undone when one cannot be put in its place', async () => {
    const storage = failingStorage(localStorage(), {
      on: (what, path) => what === 'rename' && path.includes('d=9/'),
    });
    const warehouse = await openEmbeddedWarehouse({ root: folder.path, storage });
    warehouse.hold();
    const writer = await warehouse.openPartition(dnsIngestSummary, { date: '20160709' });
    await writer.write([{ tdate: '2016-07-09 00:00', total: 7 }]);
    await writer.commit();
    await write(warehouse, 8);
    await expect(warehouse.place()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await warehouse.close();
    expect(await totals(reading!)).toEqual([1]);
    expect(await staged()).toEqual([]);
  });

  it('can be of a day that has none yet, and empty', async () => {
    const writer = await writing!.openPartition(dnsIngestSummary, { date: '20160709' });
    await writer.write([{ tdate: '2016-07-09 00:00', total: 7 }]);
    await writer.commit();
    const nothing = await writing!.openPartition(dnsIngestSummary, { date: DATE, allowEmpty: true });
    await nothing.commit();
    const sql = 'SELECT d, total FROM dns_ingest_summary';
    expect(await rowsOf(writing!.engine, sql)).toEqual([{ d: 9, total: 7 }]);
    expect(await rowsOf(reading!.engine, sql)).toEqual([{ d: 8, total: 1 }]);
    await writing!.place();
    expect(await rowsOf(reading!.engine, sql)).toEqual([{ d: 9, total: 7 }]);
  });
});
