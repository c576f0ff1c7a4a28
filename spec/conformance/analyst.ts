/**
 * What analysts do with a day, on every warehouse alike. A new one calls this in a line: it gives the place of
 * `engineTablesConformance`.
 */
import { jest } from '@jest/globals';
import { AnalystDay } from '../../lib/analyst/analyst-day.js';
import { feedbackPath } from '../../lib/analyst/feedback-file.js';
import { exportScores, importScores } from '../../lib/analyst/transfer.js';
import type { AnalystVerdict } from '../../lib/analyst/verdicts.js';
import type { OpenWarehouse } from '../../lib/oa-warehouse.js';
import { writeText } from '../../lib/storage/text.js';
import type { Row } from '../../schemas/columns.js';
import { dnsThreatInvestigation } from '../../schemas/dns.js';
import { partitionFolder, type TableLayout } from '../../schemas/tables.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { insertRows } from '../../streams/sinks/insert-rows.js';
import { feedbackCells, readBySpotMl } from '../fakes/spot-ml-feedback.js';
import { ANALYST_CORE } from './analyst-core.js';
import {
  actor,
  AnalystSample,
  BAD,
  date,
  day,
  MANY,
  names,
  ODD,
  ONE,
  plain,
  SUSPICIOUS,
  THREE,
  TWO,
} from './analyst-sample.js';
import type { WarehousePlace } from './engine-tables.js';
import { codeOf } from './storage.js';

export function analystConformance(what: string, place: () => Promise<WarehousePlace>, layout: TableLayout): void {
  describe(`analysts on ${what}, ${layout}`, () => {
    // A server of the loopback answers some hundred statements in the longest of them.
    jest.setTimeout(120_000);
    let at: WarehousePlace;
    let analyst: AnalystDay;
    let sample: AnalystSample;
    const opened: OpenWarehouse[] = [];
    const open = async (on = date, options: { lowDays?: number } = {}) => {
      const warehouse = await at.open({ layout });
      opened.push(warehouse);
      return new AnalystDay(warehouse, on, { actor, ...options });
    };
    beforeEach(async () => {
      at = await place();
      analyst = await open();
      sample = new AnalystSample(analyst, layout);
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    describe('every day', () => {
      it.each(ANALYST_CORE)('$they', async ({ needs, test }) => {
        await sample.fill(needs);
        await test(sample);
      });
    });

    describe('the list of suspicious rows', () => {
      beforeEach(() => sample.fill(['suspicious']));

      it('is filtered by both, and by whole names', async () => {
        expect(names((await analyst.suspicious({ limit: 2 })).rows)).toEqual([BAD, BAD]);
        expect(names((await analyst.suspicious({ ip: ONE })).rows)).toEqual([BAD, ODD]);
        expect((await analyst.suspicious({ ip: TWO, name: ODD })).rows).toEqual([]);
        expect((await analyst.suspicious({ name: 'bad_example' })).rows).toEqual([]);
      });

      it('leaves out what was scored, by name or by client', async () => {
        await analyst.score([{ name: ODD, severity: 'medium' }]);
        expect(names((await analyst.suspicious()).rows)).toEqual([BAD, BAD, MANY, MANY]);
        await analyst.score([{ ip: ONE, severity: 'high' }]);
        expect(names((await analyst.suspicious()).rows)).toEqual([BAD, MANY, MANY]);
        await analyst.score([{ name: ODD, severity: 'none' }]);
        expect(names((await analyst.suspicious()).rows)).toEqual([BAD, MANY, MANY]);
        await analyst.score([{ ip: ONE, severity: 'none' }]);
        expect((await analyst.suspicious()).rows).toHaveLength(5);
      });

      it('tells what was scored in the days before', async () => {
        const before = await open('20160630');
        const between = await open('20160701');
        const [other] = SUSPICIOUS;
        for (const on of [before, between])
          await sample.suspicious([other!, [TWO, MANY, 1, 0.3], [TWO, ODD, 2, 0.4]], on.date);
        await before.score([
          { name: BAD, severity: 'low' },
          { name: ODD, severity: 'high' },
          { name: MANY, severity: 'high' },
        ]);
        await between.score([{ name: MANY, severity: 'low' }]);
        const found = await analyst.suspicious();
        expect(found.rows.map(({ dns_qry_name, highBefore }) => [dns_qry_name, highBefore])).toEqual([
          [ODD, '20160630'],
        ]);
        expect(found.seenBefore.map(({ rows, ...of }) => ({ ...of, rows: rows.length }))).toEqual([
          { dns_qry_name: BAD, severity: 'low', date: '20160630', rows: 2 },
          { dns_qry_name: MANY, severity: 'low', date: '20160701', rows: 2 },
        ]);
        const week = await (await open(date, { lowDays: 7 })).suspicious();
        expect(names(week.rows)).toEqual([BAD, BAD, ODD]);
        expect(week.rows.every(({ highBefore }) => highBefore === null)).toBe(true);
        expect((await (await open(date, { lowDays: 0 })).suspicious()).rows).toHaveLength(5);
      });
    });

    describe('scoring', () => {
      beforeEach(() => sample.fill(['suspicious', 'raw']));

      it('keeps what was scored of a row that is no longer suspicious, and scores what became so', async () => {
        await analyst.score([
          { name: BAD, severity: 'low' },
          { ip: THREE, severity: 'high' },
        ]);
        await sample.suspicious([SUSPICIOUS[0]!, SUSPICIOUS[2]!, [TWO, BAD, 50, 0.1]]);
        await analyst.score([{ name: ODD, severity: 'medium' }]);
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 0 3`,
          `20 ${TWO} ${BAD} 0 3`,
          `30 ${ONE} ${ODD} 0 2`,
          `40 ${THREE} ${MANY} 1 0`,
          `50 ${TWO} ${BAD} 0 3`,
        ]);
        expect(
          readBySpotMl((await sample.feedbackFile())!).map(({ frame_len, unix_tstamp }) => [
            unix_tstamp - day.start,
            frame_len,
          ]),
        ).toEqual([
          [10, 100],
          // Not in the raw table on documented tables, whose rows have no length.
          [50, layout === 'spot-1.0' ? 102 : 0],
          [20, 101],
        ]);
      });

      it('leaves one file in the partition, however many there were', async () => {
        const row = { unix_tstamp: day.start + 10, ip_dst: ONE, dns_qry_name: BAD, ip_sev: 0, dns_sev: 2 };
        for (let i = 0; i < 3; i++)
          await pipeAll([
            RowSource.of([{ ...row }]),
            insertRows(analyst.warehouse, dnsThreatInvestigation, { date }),
          ]);
        await analyst.score([{ name: ODD, severity: 'low' }]);
        const { storage, root } = analyst.warehouse;
        const files = await storage.list(`${root}/${partitionFolder(dnsThreatInvestigation, day)}`);
        expect(files.map(({ name }) => name)).toEqual(['part-0.parquet']);
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 0 2`,
          `20 ${TWO} ${BAD} 0 2`,
          `30 ${ONE} ${ODD} 0 3`,
        ]);
      });

      it('by two analysts at once loses nothing', async () => {
        const other = await open();
        const keys: AnalystVerdict[] = [
          { name: BAD, severity: 'low' },
          { name: ODD, severity: 'high' },
          { name: MANY, severity: 'medium' },
          { ip: TWO, severity: 'high' },
        ];
        await Promise.all(keys.map((verdict, i) => (i % 2 ? other : analyst).score([verdict])));
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 0 3`,
          `20 ${TWO} ${BAD} 1 3`,
          `30 ${ONE} ${ODD} 0 1`,
          ...[1, 2].map(() => `40 ${THREE} ${MANY} 0 2`),
        ]);
        expect(feedbackCells((await sample.feedbackFile())!)).toHaveLength(5);
        expect(await sample.said()).toHaveLength(4);
      });

      it('refuses what is no verdict before anything is done', async () => {
        for (const bad of [{ severity: 'low' }, { name: BAD, severity: 'awful' }, { name: 7, severity: 'low' }])
          expect(await codeOf(analyst.score([bad as AnalystVerdict]))).toBe('VALUE_INVALID');
        expect(await sample.said()).toEqual([]);
      });
    });

    describe('the feedback', () => {
      it('merges the low verdicts of the days before, the last verdict of a name', async () => {
        const days = await Promise.all(['20160705', '20160706', '20160707'].map((on) => open(on)));
        for (const { date: on } of days) await sample.suspicious(SUSPICIOUS, on);
        await sample.suspicious();
        const [first, second, third] = days as [AnalystDay, AnalystDay, AnalystDay];
        await first.score([
          { name: BAD, severity: 'low' },
          { name: MANY, severity: 'low' },
        ]);
        await second.score([
          { name: MANY, severity: 'high' },
          { ip: ONE, severity: 'low' },
        ]);
        await third.score([{ name: ODD, severity: 'low' }]);
        expect(await analyst.feedback({ fromDays: 3 })).toMatchObject({
          lines: 3,
          fromBefore: 3,
          forSpotMl: [ODD, BAD],
        });
        expect(names(readBySpotMl((await sample.feedbackFile())!) as unknown as Row[])).toEqual([ODD, BAD, BAD]);
        await analyst.score([{ name: BAD, severity: 'medium' }]);
        expect(await analyst.feedback({ fromDays: 3 })).toMatchObject({ lines: 3, fromBefore: 1, forSpotMl: [ODD] });
        expect(await analyst.feedback({ fromDays: 0 })).toMatchObject({ lines: 2, fromBefore: 0, forSpotMl: [] });
        expect(await codeOf(analyst.feedback({ fromDays: -1 }))).toBe('VALUE_INVALID');
      });

      it('is made from the tables, in the place of lines that spot-ml cannot read', async () => {
        const { storage, root } = analyst.warehouse;
        await sample.suspicious();
        await writeText(
          storage,
          `${root}/${feedbackPath(date)}`,
          'a\theader\nJul  8 2016,163,10.0.0.1,bad.example,3\n',
        );
        expect(await codeOf(analyst.feedback())).toBe('WOULD_EMPTY');
        expect(await analyst.feedback({ rebuild: true })).toMatchObject({ lines: 0, replaced: 1 });
        await analyst.score([{ name: BAD, severity: 'low' }]);
        expect(readBySpotMl((await sample.feedbackFile())!)).toHaveLength(2);
      });
    });

    it('carry verdicts and stories to another warehouse, whatever is there', async () => {
      await sample.fill(['suspicious', 'raw']);
      await analyst.score([
        { name: ODD, severity: 'low' },
        { ip: TWO, severity: 'high' },
      ]);
      await analyst.saveStory({ name: ODD, title: 'odd', text: 'a\ttext' });
      const lines: string[] = [];
      for await (const line of exportScores(analyst.warehouse)) lines.push(line);
      expect(lines).toHaveLength(3);
      const [scored, stories] = [await analyst.scored(), await analyst.stories()];
      await analyst.reset();
      const options = { actor, note: 'imported' };
      await expect(importScores(analyst.warehouse, `${lines.join('')}{"kind":"x"}\n`, options)).rejects.toMatchObject(
        {
          code: 'VALUE_INVALID',
          message: expect.stringMatching(/^line 4: /) as string,
        },
      );
      expect(await analyst.scored()).toEqual([]);
      // The day was run again meanwhile, and its rows are others.
      await sample.suspicious([[THREE, BAD, 60, 0.1]]);
      await analyst.score([{ name: BAD, severity: 'medium' }]);
      const report = { date, rows: 2, verdicts: 2, stories: 1 };
      expect(await importScores(analyst.warehouse, lines.join(''), options)).toEqual([report]);
      expect(plain(scored)).toEqual([`20 ${TWO} ${BAD} 1 0`, `30 ${ONE} ${ODD} 0 3`]);
      // What was said here stays, of imported rows too.
      expect(plain(await analyst.scored())).toEqual([
        `20 ${TWO} ${BAD} 1 2`,
        `30 ${ONE} ${ODD} 0 3`,
        `60 ${THREE} ${BAD} 0 2`,
      ]);
      expect(await analyst.stories()).toEqual(stories);
      expect(await importScores(analyst.warehouse, lines.join(''), options)).toEqual([{ ...report, rows: 0 }]);
      expect(plain(await analyst.scored())).toHaveLength(3);
    });
  });
}
