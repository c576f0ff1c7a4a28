/**
 * What analysts do with a day, on every warehouse alike. A new one calls this in a line: it gives the place of
 * `engineTablesConformance`.
 */
import { jest } from '@jest/globals';
import { AnalystDay } from '../../lib/analyst/analyst-day.js';
import type { AuditRecord } from '../../lib/analyst/audit.js';
import { feedbackPath } from '../../lib/analyst/feedback-file.js';
import { exportScores, importScores } from '../../lib/analyst/transfer.js';
import type { AnalystVerdict } from '../../lib/analyst/verdicts.js';
import type { OpenWarehouse } from '../../lib/oa-warehouse.js';
import { readText, writeText } from '../../lib/storage/text.js';
import type { Row } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import {
  dns,
  dnsDendro,
  dnsEdge,
  dnsIngestSummary,
  dnsScores,
  dnsThreatDendro,
  dnsThreatInvestigation,
} from '../../schemas/dns.js';
import { partitionFolder, type TableDefinition, type TableLayout } from '../../schemas/tables.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { insertRows } from '../../streams/sinks/insert-rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { hostileTexts, stored } from '../fakes/hostile.js';
import { rowsOf } from '../fakes/rows-of.js';
import { feedbackCells, readBySpotMl } from '../fakes/spot-ml-feedback.js';
import type { WarehousePlace } from './engine-tables.js';
import { codeOf } from './storage.js';

const date = '20160708';
const day = parseDay(date);
const actor = { user: 'ann', host: 'desk-1' };
const [BAD, ODD, MANY] = ['bad.example', "it's odd; ${env:HOME}\\.example", 'many.example'];
const [ONE, TWO, THREE] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** Client, name, second of the day, score. */
const SUSPICIOUS: readonly (readonly [string, string, number, number])[] = [
  [ONE, BAD, 10, 0.1],
  [TWO, BAD, 20, 0.2],
  [ONE, ODD, 30, 0.3],
  [THREE, MANY, 40, 0.4],
  // Twice in the same second, for two types.
  [THREE, MANY, 40, 0.5],
];

export function analystConformance(what: string, place: () => Promise<WarehousePlace>, layout: TableLayout): void {
  describe(`analysts on ${what}, ${layout}`, () => {
    // A server of the loopback answers some hundred statements in the longest of them.
    jest.setTimeout(120_000);
    let at: WarehousePlace;
    let analyst: AnalystDay;
    const opened: OpenWarehouse[] = [];
    const open = async (on = date, options: { lowDays?: number } = {}) => {
      const warehouse = await at.open({ layout });
      opened.push(warehouse);
      return new AnalystDay(warehouse, on, { actor, ...options });
    };
    beforeEach(async () => {
      at = await place();
      analyst = await open();
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    const write = (
      table: TableDefinition,
      rows: readonly Row[],
      { on = date, hour }: { on?: string; hour?: number } = {},
    ) =>
      pipeAll([
        RowSource.of(rows.map((row) => ({ ...row }))),
        writeTable(analyst.warehouse, table, { date: on, hour, allowEmpty: true }),
      ]);
    const scoreRow = ([ip_dst, dns_qry_name, second, score]: (typeof SUSPICIOUS)[number], i: number): Row => ({
      frame_time: 'Jul  8 2016 00:00:10.1 UTC',
      unix_tstamp: day.start + second,
      ...(layout === 'spot-1.0' && { frame_len: 100 + i }),
      ip_dst,
      dns_qry_name,
      dns_qry_class: '0x00000001',
      dns_qry_type: i + 1,
      dns_qry_rcode: 0,
      score,
      tld: 'example',
      query_rep: 'list:HIGH:3',
      hh: 0,
      dns_qry_class_name: 'Internet (IN)',
      dns_qry_type_name: 'A',
      dns_qry_rcode_name: 'NoError',
      network_context: null,
    });
    const suspiciousDay = (rows = SUSPICIOUS, on = date) => write(dnsScores, rows.map(scoreRow), { on });
    /** Answers of the raw table; the suspicious ones with their lengths. */
    const rawDay = () => {
      const raw = ([ip_dst, dns_qry_name, second]: (typeof SUSPICIOUS)[number], i: number): Row => ({
        frame_time: 'Jul  8 2016 00:00:10.1 UTC',
        unix_tstamp: day.start + second,
        frame_len: 100 + i,
        ip_dst,
        ip_src: '10.9.9.9',
        dns_qry_name,
        dns_qry_class: '0x00000001',
        dns_qry_type: i + 1,
        dns_qry_rcode: 0,
        dns_a: '192.0.2.1',
      });
      return write(dns, SUSPICIOUS.map(raw), { hour: 0 });
    };
    const names = (rows: readonly Row[]) => rows.map(({ dns_qry_name }) => dns_qry_name);
    const plain = (rows: readonly Row[]) =>
      rows.map(({ unix_tstamp, ip_dst, dns_qry_name, ip_sev, dns_sev }) =>
        [Number(unix_tstamp) - day.start, ip_dst, dns_qry_name, ip_sev, dns_sev].join(' '),
      );
    const feedbackFile = (on = date) =>
      readText(analyst.warehouse.storage, `${analyst.warehouse.root}/${feedbackPath(on)}`);
    const said = async () => (await analyst.audit()).map(({ action, rows }: AuditRecord) => ({ action, rows }));

    describe('the list of suspicious rows', () => {
      beforeEach(() => suspiciousDay());

      it('is ordered by score, filtered and limited', async () => {
        const { rows, seenBefore } = await analyst.suspicious();
        expect(names(rows)).toEqual([BAD, BAD, ODD, MANY, MANY]);
        expect(rows.map(({ score }) => Math.round(score * 10))).toEqual([1, 2, 3, 4, 5]);
        expect(rows[0]!.highBefore).toBeNull();
        expect(seenBefore).toEqual([]);
        expect(names((await analyst.suspicious({ limit: 2 })).rows)).toEqual([BAD, BAD]);
        expect(names((await analyst.suspicious({ ip: ONE })).rows)).toEqual([BAD, ODD]);
        expect(names((await analyst.suspicious({ name: ODD })).rows)).toEqual([ODD]);
        expect((await analyst.suspicious({ ip: TWO, name: ODD })).rows).toEqual([]);
        expect((await analyst.suspicious({ name: 'bad_example' })).rows).toEqual([]);
      });

      it('leaves out what was scored, by name or by client', async () => {
        await analyst.score([{ name: ODD, severity: 'medium' }]);
        expect(names((await analyst.suspicious()).rows)).toEqual([BAD, BAD, MANY, MANY]);
        await analyst.score([{ ip: ONE, severity: 'high' }]);
        const { rows } = await analyst.suspicious();
        expect(rows.map(({ ip_dst, dns_qry_name }) => `${ip_dst} ${dns_qry_name}`)).toEqual([
          `${TWO} ${BAD}`,
          ...[MANY, MANY].map((name) => `${THREE} ${name}`),
        ]);
        await analyst.score([
          { name: ODD, severity: 'none' },
          { ip: ONE, severity: 'none' },
        ]);
        expect((await analyst.suspicious()).rows).toHaveLength(5);
        expect(await analyst.scored()).toEqual([]);
      });

      it('tells what was scored in the days before', async () => {
        const before = await open('20160630');
        const between = await open('20160701');
        const [other] = SUSPICIOUS;
        for (const on of [before, between])
          await suspiciousDay([other!, [TWO, MANY, 1, 0.3], [TWO, ODD, 2, 0.4]], on.date);
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

    it('give the details of a name and of a client', async () => {
      const edge = (hh: number, name: string): Row => ({
        unix_tstamp: day.start + hh * 3600,
        dns_qry_name: name,
        hh,
        ip_dst: ONE,
        dns_a: '',
      });
      await write(
        dnsEdge,
        [edge(1, ODD), edge(2, ODD), edge(2, BAD)].map((row) => ({ ...row, ip_src: null })),
      );
      await write(
        dnsDendro,
        [ONE, TWO].map((ip_dst) => ({ unix_tstamp: day.start, dns_a: '192.0.2.1', dns_qry_name: ODD, ip_dst })),
      );
      expect((await analyst.detailsOf(ODD)).map(({ hh }) => hh)).toEqual([1, 2]);
      expect((await analyst.detailsOf(ODD, 2)).map(({ hh }) => hh)).toEqual([2]);
      expect(await codeOf(analyst.detailsOf(ODD, 24))).toBe('VALUE_INVALID');
      expect(await analyst.clientDetails(TWO)).toEqual([
        { unix_tstamp: day.start, dns_a: '192.0.2.1', dns_qry_name: ODD, ip_dst: TWO },
      ]);
    });

    it('sum the ingest up between two days, over months and years', async () => {
      for (const [on, total] of [
        ['20151230', 1],
        ['20151231', 2],
        ['20160101', 3],
        ['20160708', 4],
        ['20160709', 5],
      ] as const)
        await write(dnsIngestSummary, [{ tdate: `${parseDay(on).iso} 00:01`, total }], { on });
      const totals = async (from: string, to: string) =>
        (await analyst.ingestSummary(from, to)).map(({ total }) => total);
      expect(await totals('20151231', '20160708')).toEqual([2, 3, 4]);
      expect(await totals('20151101', '20151230')).toEqual([1]);
      expect(await totals('20160701', '20160708')).toEqual([4]);
      expect(await totals('20140101', '20170101')).toEqual([1, 2, 3, 4, 5]);
      expect(await analyst.ingestSummary()).toEqual([{ tdate: '2016-07-08 00:01', total: 4 }]);
      expect(await codeOf(analyst.ingestSummary('20160709', '20160708'))).toBe('DATE_INVALID');
    });

    describe('scoring', () => {
      beforeEach(async () => {
        await suspiciousDay();
        await rawDay();
      });

      it('stores every row that matches either, each key with its own severity', async () => {
        const report = await analyst.score([
          { ip: ONE, severity: 'high' },
          { name: MANY, severity: 3 },
          { name: 'no such name', severity: 'low' },
        ]);
        expect(report).toEqual({
          matched: 4,
          rows: 4,
          unmatched: [{ name: 'no such name', severity: 'low' }],
          forSpotMl: [MANY],
          notForSpotMl: 1,
        });
        const expected = [
          `10 ${ONE} ${BAD} 1 0`,
          `30 ${ONE} ${ODD} 1 0`,
          ...[1, 2].map(() => `40 ${THREE} ${MANY} 0 3`),
        ];
        expect(plain(await analyst.scored())).toEqual(expected);
        expect(await analyst.threats()).toEqual({ clients: [ONE], names: [] });
        // A second time nothing is doubled, and the last verdict of a key wins.
        expect(await analyst.score([{ ip: ONE, severity: 'high' }])).toMatchObject({ matched: 2, rows: 0 });
        expect(plain(await analyst.scored())).toEqual(expected);
        expect(
          await analyst.score([
            { name: BAD, severity: 'medium' },
            { ip: ONE, severity: 'low' },
            { name: BAD, severity: 'high' },
          ]),
        ).toMatchObject({ matched: 3, rows: 3, forSpotMl: [MANY] });
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 3 1`,
          `20 ${TWO} ${BAD} 0 1`,
          `30 ${ONE} ${ODD} 3 0`,
          ...expected.slice(2),
        ]);
        expect(await analyst.score([{ ip: ONE, severity: 'none' }])).toMatchObject({ matched: 0, rows: 2 });
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 0 1`,
          `20 ${TWO} ${BAD} 0 1`,
          ...expected.slice(2),
        ]);
        expect(await said()).toEqual([
          { action: 'score', rows: 4 },
          { action: 'score', rows: 0 },
          { action: 'score', rows: 3 },
          { action: 'withdraw', rows: 2 },
        ]);
      });

      it('keeps what was scored of a row that is no longer suspicious, and scores what became so', async () => {
        await analyst.score([
          { name: BAD, severity: 'low' },
          { ip: THREE, severity: 'high' },
        ]);
        await suspiciousDay([SUSPICIOUS[0]!, SUSPICIOUS[2]!, [TWO, BAD, 50, 0.1]]);
        await analyst.score([{ name: ODD, severity: 'medium' }]);
        expect(plain(await analyst.scored())).toEqual([
          `10 ${ONE} ${BAD} 0 3`,
          `20 ${TWO} ${BAD} 0 3`,
          `30 ${ONE} ${ODD} 0 2`,
          `40 ${THREE} ${MANY} 1 0`,
          `50 ${TWO} ${BAD} 0 3`,
        ]);
        expect(
          readBySpotMl((await feedbackFile())!).map(({ frame_len, unix_tstamp }) => [
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

      it('makes the feedback that spot-ml reads', async () => {
        await analyst.score([
          { ip: ONE, severity: 'low' },
          { name: BAD, severity: 'low' },
          { name: MANY, severity: 'high' },
        ]);
        const file = (await feedbackFile())!;
        expect(readBySpotMl(file)).toEqual(
          [0, 1].map((i) => ({
            frame_time: 'Jul  8 2016 00:00:10.1 UTC',
            unix_tstamp: day.start + SUSPICIOUS[i]![2],
            frame_len: 100 + i,
            ip_dst: SUSPICIOUS[i]![0],
            dns_qry_name: BAD,
            dns_qry_class: '0x00000001',
            dns_qry_type: i + 1,
            dns_qry_rcode: 0,
          })),
        );
        // Each with its own severities: the client's other name is not scored.
        expect(feedbackCells(file).map((cells) => [cells[3], cells[11], cells[12], cells[1]])).toEqual([
          [BAD, '3', '3', '100'],
          [BAD, '0', '3', '101'],
          [ODD, '3', '0', '102'],
          [MANY, '0', '1', '103'],
          [MANY, '0', '1', '104'],
        ]);
        for (const cells of feedbackCells(file)) {
          expect(cells).toHaveLength(18);
          for (const i of [1, 5, 6, 11, 12, 17]) expect(cells[i]).toMatch(/^-?\d+$/);
        }
        await analyst.score([{ name: BAD, severity: 'none' }]);
        expect(readBySpotMl((await feedbackFile())!)).toEqual([]);
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
        expect(feedbackCells((await feedbackFile())!)).toHaveLength(5);
        expect(await said()).toHaveLength(4);
      });

      it('takes names that break out of nothing', async () => {
        const texts = hostileTexts(80);
        await suspiciousDay(texts.map((name, i) => [ONE, name, i, i / 100] as const));
        await analyst.score(texts.map((name) => ({ name, severity: 'low' })));
        expect(names(await analyst.scored())).toEqual(texts.map(stored));
        const read = readBySpotMl((await feedbackFile())!);
        expect(read).toHaveLength(texts.length);
        const escaped = (text: string) =>
          stored(text).replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
        expect(names(read as unknown as Row[])).toEqual(texts.map(escaped));
        expect((await analyst.suspicious()).rows).toEqual([]);
        await analyst.score(texts.map((name) => ({ name, severity: 'none' })));
        expect(await analyst.scored()).toEqual([]);
      });

      it('refuses what is no verdict before anything is done', async () => {
        for (const bad of [{ severity: 'low' }, { name: BAD, severity: 'awful' }, { name: 7, severity: 'low' }])
          expect(await codeOf(analyst.score([bad as AnalystVerdict]))).toBe('VALUE_INVALID');
        expect(await said()).toEqual([]);
      });
    });

    describe('the storyboard', () => {
      beforeEach(() => rawDay());

      it('keeps a title and a text of a threat with its expanded search, and replaces them', async () => {
        const name = { total: 2, dns_qry_name: MANY, ip_dst: THREE };
        expect(await analyst.expandedSearch({ name: MANY })).toEqual([name]);
        expect(await analyst.expandedSearch({ name: BAD }, 1)).toEqual([
          { total: 1, dns_qry_name: BAD, ip_dst: ONE },
        ]);
        expect((await analyst.expandedSearch({ ip: ONE })).map(({ dns_qry_name }) => dns_qry_name).sort()).toEqual([
          BAD,
          ODD,
        ]);
        expect(await codeOf(analyst.expandedSearch({}))).toBe('VALUE_INVALID');
        expect(await codeOf(analyst.expandedSearch({ name: MANY }, 0))).toBe('VALUE_INVALID');
        await analyst.saveStory({ name: MANY, title: "it's", text: 'first' });
        await analyst.saveStory({ ip: ONE, title: 'one', text: '<img src=x onerror=alert(1)>' });
        await analyst.saveStory({ name: MANY, title: "it's", text: 'line\nand $(line)' });
        const stories = await analyst.stories();
        expect(stories.map(({ search, ...story }) => ({ ...story, search: search.length }))).toEqual([
          { name: MANY, title: "it's", text: 'line\nand $(line)', search: 1 },
          { ip: ONE, title: 'one', text: '<img src=x onerror=alert(1)>', search: 2 },
        ]);
        expect(stories[0]!.search).toEqual([name]);
        expect(await codeOf(analyst.saveStory({ title: '', text: '' }))).toBe('VALUE_INVALID');
        const { dialect } = analyst.warehouse.engine;
        const anchors = `SELECT anchor, COUNT(*) AS n FROM ${dialect.table(dnsThreatDendro)} GROUP BY anchor ORDER BY anchor`;
        expect(await rowsOf(analyst.warehouse.engine, anchors)).toEqual([
          { anchor: ONE, n: 2 },
          { anchor: MANY, n: 1 },
        ]);
        expect(
          (await analyst.audit()).map(({ action, user, host, before }) => ({ action, user, host, before })),
        ).toEqual([
          { action: 'story', ...actor, before: [] },
          { action: 'story', ...actor, before: [] },
          { action: 'story', ...actor, before: [{ name: MANY, title: "it's", text: 'first', search: 1 }] },
        ]);
      });

      it('is reset with the scores and the feedback; the audit stays, and tells what there was', async () => {
        await suspiciousDay();
        await analyst.score([{ name: BAD, severity: 'low' }], { note: 'a test' });
        await analyst.saveStory({ name: BAD, title: 't', text: 'x' });
        const report = {
          tables: { dns_threat_investigation: 2, dns_threat_dendro: 2, dns_storyboard: 1 },
          verdicts: 1,
          stories: 1,
          feedback: `${analyst.warehouse.root}/${feedbackPath(date)}`,
        };
        expect(await analyst.resetPreview()).toEqual(report);
        expect(await analyst.reset()).toEqual(report);
        expect([await analyst.scored(), await analyst.stories(), await feedbackFile()]).toEqual([[], [], null]);
        const records = await analyst.audit();
        expect(records.map(({ action, note, rows }) => ({ action, note, rows }))).toEqual([
          { action: 'score', note: 'a test', rows: 2 },
          { action: 'story', note: undefined, rows: 3 },
          { action: 'reset', note: undefined, rows: 5 },
        ]);
        expect(records[2]).toMatchObject({
          date,
          before: { verdicts: [{ name: BAD, severity: 'low' }], stories: [{ name: BAD, title: 't', text: 'x' }] },
        });
        expect((await analyst.suspicious()).rows).toHaveLength(5);
      });
    });

    describe('the feedback', () => {
      it('merges the low verdicts of the days before, the last verdict of a name', async () => {
        const days = await Promise.all(['20160705', '20160706', '20160707'].map((on) => open(on)));
        for (const { date: on } of days) await suspiciousDay(SUSPICIOUS, on);
        await suspiciousDay();
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
        expect(names(readBySpotMl((await feedbackFile())!) as unknown as Row[])).toEqual([ODD, BAD, BAD]);
        await analyst.score([{ name: BAD, severity: 'medium' }]);
        expect(await analyst.feedback({ fromDays: 3 })).toMatchObject({ lines: 3, fromBefore: 1, forSpotMl: [ODD] });
        expect(await analyst.feedback({ fromDays: 0 })).toMatchObject({ lines: 2, fromBefore: 0, forSpotMl: [] });
        expect(await codeOf(analyst.feedback({ fromDays: -1 }))).toBe('VALUE_INVALID');
      });

      it('is made from the tables, in the place of lines that spot-ml cannot read', async () => {
        const { storage, root } = analyst.warehouse;
        await suspiciousDay();
        await writeText(
          storage,
          `${root}/${feedbackPath(date)}`,
          'a\theader\nJul  8 2016,163,10.0.0.1,bad.example,3\n',
        );
        expect(await codeOf(analyst.feedback())).toBe('WOULD_EMPTY');
        expect(await analyst.feedback({ rebuild: true })).toMatchObject({ lines: 0, replaced: 1 });
        await analyst.score([{ name: BAD, severity: 'low' }]);
        expect(readBySpotMl((await feedbackFile())!)).toHaveLength(2);
      });
    });

    it('carry verdicts and stories to another warehouse, whatever is there', async () => {
      await suspiciousDay();
      await rawDay();
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
      await suspiciousDay([[THREE, BAD, 60, 0.1]]);
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
