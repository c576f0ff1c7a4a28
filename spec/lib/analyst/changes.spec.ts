/** What keeps analysts' changes safe: the day's lock, and the audit that comes before each. */
import { join } from 'node:path';
import { AnalystDay } from '../../../lib/analyst/analyst-day.js';
import { auditFolder, thisActor } from '../../../lib/analyst/audit.js';
import { lock } from '../../../lib/storage/lock.js';
import { localStorage } from '../../../lib/storage/local.js';
import { writeText } from '../../../lib/storage/text.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouse } from '../../../lib/warehouse.js';
import { parseDay } from '../../../schemas/days.js';
import { dnsScores } from '../../../schemas/dns.js';
import type { Storage } from '../../../streams/contracts.js';
import { pipeAll } from '../../../streams/pipe.js';
import { RowSource } from '../../../streams/rows.js';
import { writeTable } from '../../../streams/sinks/write-table.js';
import { codeOf } from '../../conformance/storage.js';
import { diskFull, failingStorage } from '../../fakes/failing-storage.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const date = '20160708';
const day = parseDay(date);
const folder = temporaryFolder();
const opened: EmbeddedWarehouse[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function analystOn(
  storage: Storage = localStorage(),
  options: { patience?: number } = {},
): Promise<AnalystDay> {
  const warehouse = await openEmbeddedWarehouse({ root: join(folder.path, 'w'), storage });
  opened.push(warehouse);
  return new AnalystDay(warehouse, date, options);
}

const row = { frame_time: 'x', unix_tstamp: 1, ip_dst: '10.0.0.1', dns_qry_name: 'a.example', score: 0.5 };
const aDay = ({ warehouse }: AnalystDay) =>
  pipeAll([RowSource.of([{ ...row }]), writeTable(warehouse, dnsScores, { date })]);
const LOW = [{ name: 'a.example', severity: 'low' }] as const;

/** A storage on which no audit record can be written. */
const withoutAudit = (): Storage => {
  const storage = localStorage();
  return {
    ...storage,
    createExclusive: (path, text) =>
      path.includes('/oa_audit/') ? Promise.reject(diskFull()) : storage.createExclusive(path, text),
  };
};

describe('an action whose audit record cannot be written', () => {
  it('fails before it changes anything', async () => {
    const analyst = await analystOn();
    await aDay(analyst);
    await analyst.score(LOW);
    await analyst.saveStory({ name: 'a.example', title: 't', text: 'x' });
    const other = await analystOn(withoutAudit());
    const before = [await analyst.scored(), await analyst.stories()];
    const actions = [
      () => other.score([{ name: 'a.example', severity: 'high' }]),
      () => other.score([{ name: 'a.example', severity: 'none' }]),
      () => other.saveStory({ name: 'a.example', title: 'other', text: 'x' }),
      () => other.reset(),
    ];
    for (const action of actions)
      await expect(action()).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        message: expect.stringMatching(
          /^nothing was changed, for the audit record could not be written: disk full/,
        ) as string,
      });
    expect([await analyst.scored(), await analyst.stories()]).toEqual(before);
    expect(await analyst.audit()).toHaveLength(2);
    expect((await analyst.resetPreview()).feedback).not.toBeNull();
  });
});

describe('the audit', () => {
  it('tells who did what, from what to what, and that it failed', async () => {
    const failing = failingStorage(localStorage(), {
      on: (what, path) => what === 'create' && path.endsWith('.csv'),
    });
    const analyst = await analystOn(failing);
    await aDay(analyst);
    await expect(analyst.score(LOW, { note: 'why not' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const [first, second, ...more] = await analyst.audit();
    expect(more).toEqual([]);
    expect(first).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      ...thisActor(),
      date,
      action: 'score',
      what: LOW,
      before: [{ name: 'a.example', severity: 'none' }],
      after: LOW,
      rows: 1,
      note: 'why not',
    });
    expect(second).toMatchObject({
      action: 'failed',
      what: expect.stringMatching(/^dns\/oa_audit\/20160708\/\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}\.json$/) as string,
      after: expect.stringContaining('disk full') as string,
    });
    // The table is the truth: the feedback is made from it at any time.
    expect(await (await analystOn()).feedback()).toMatchObject({ lines: 1 });
  });

  it('names the account where the storage knows another user, and a file that is no record', async () => {
    const storage = { type: 'webhdfs' as const, nameNodes: ['http://nn1'], user: 'oa', root: '/user/oa' };
    expect(thisActor({ storage })).toEqual({ ...thisActor(), account: 'oa' });
    expect(thisActor({ storage: { ...storage, doas: 'ann' } })).toMatchObject({ account: 'ann' });
    const { user } = thisActor();
    expect(thisActor({ storage: { ...storage, user } })).toEqual(thisActor());
    const analyst = await analystOn();
    const { storage: local, root } = analyst.warehouse;
    await writeText(local, `${root}/${auditFolder(day)}/x.json`, '[]');
    await expect(analyst.audit()).rejects.toMatchObject({ code: 'VALUE_INVALID' });
  });
});

describe('the lock of the day', () => {
  const lockOf = ({ warehouse: { storage, root } }: AnalystDay, on = date) =>
    lock(storage, `${root}/dns/staging/_lock-${on}`);

  it('is the one of runs: while a run has it nothing changes', async () => {
    const analyst = await analystOn(localStorage(), { patience: 0 });
    await aDay(analyst);
    const held = await lockOf(analyst);
    for (const action of [
      () => analyst.score(LOW),
      () => analyst.saveStory({ name: 'a', title: '', text: '' }),
      () => analyst.reset(),
      () => analyst.feedback(),
    ])
      expect(await codeOf(action())).toBe('LOCKED');
    expect(await analyst.scored()).toEqual([]);
    expect(await analyst.audit()).toEqual([]);
    await held.release();
    const otherDay = await lockOf(analyst, '20160709');
    expect(await analyst.score(LOW)).toMatchObject({ matched: 1 });
    await otherDay.release();
  });

  it('is waited for', async () => {
    const analyst = await analystOn();
    await aDay(analyst);
    const held = await lockOf(analyst);
    const scored = analyst.score(LOW);
    await held.release();
    expect(await scored).toMatchObject({ matched: 1 });
    // Given back each time.
    const { storage, root } = analyst.warehouse;
    expect((await storage.list(`${root}/dns/staging`)).filter(({ name }) => name.startsWith('_lock'))).toEqual([]);
  });

  it('of several days is no reason for changes of one warehouse to meet', async () => {
    const analyst = await analystOn();
    await aDay(analyst);
    const other = new AnalystDay(analyst.warehouse, '20160709');
    const refused = other.saveStory({ title: 'of nothing', text: '' });
    await Promise.all([
      analyst.score(LOW),
      other.saveStory({ ip: '10.0.0.1', title: 'a', text: '' }),
      analyst.saveStory({ ip: '10.0.0.1', title: 'b', text: '' }),
      expect(refused).rejects.toMatchObject({ code: 'VALUE_INVALID' }),
      other.saveStory({ ip: '10.0.0.2', title: 'c', text: '' }),
    ]);
    expect(await analyst.scored()).toHaveLength(1);
    expect((await analyst.stories()).map(({ title }) => title)).toEqual(['b']);
    expect((await other.stories()).map(({ title }) => title)).toEqual(['a', 'c']);
  });
});
