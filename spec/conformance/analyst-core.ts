/**
 * The core of what analysts do with a day: tests that need little and leave no verdict and no story behind. Each runs in a
 * warehouse of its own in `analystConformance`, and all in one, which is filled once, in `analystCore`: for servers where
 * a warehouse is dear.
 */
import { AnalystDay } from '../../lib/analyst/analyst-day.js';
import { feedbackPath } from '../../lib/analyst/feedback-file.js';
import type { OpenWarehouse } from '../../lib/oa-warehouse.js';
import type { Row } from '../../schemas/columns.js';
import { dnsThreatDendro } from '../../schemas/dns.js';
import type { TableLayout } from '../../schemas/tables.js';
import { hostileTexts, stored } from '../fakes/hostile.js';
import { rowsOf } from '../fakes/rows-of.js';
import { feedbackCells, readBySpotMl } from '../fakes/spot-ml-feedback.js';
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
  type SamplePart,
} from './analyst-sample.js';
import type { WarehousePlace } from './engine-tables.js';
import { codeOf } from './storage.js';

interface CoreTest {
  /** What analysts do. */
  readonly they: string;
  readonly needs: readonly SamplePart[];
  readonly test: (sample: AnalystSample) => Promise<void>;
}

async function lists({ analyst }: AnalystSample): Promise<void> {
  const { rows, seenBefore } = await analyst.suspicious();
  expect(names(rows)).toEqual([BAD, BAD, ODD, MANY, MANY]);
  expect(rows.map(({ score }) => Math.round(score * 10))).toEqual([1, 2, 3, 4, 5]);
  expect(rows[0]!.highBefore).toBeNull();
  expect(seenBefore).toEqual([]);
  expect(names((await analyst.suspicious({ ip: ONE, limit: 1 })).rows)).toEqual([BAD]);
  expect(names((await analyst.suspicious({ name: ODD })).rows)).toEqual([ODD]);
}

async function givesDetails({ analyst }: AnalystSample): Promise<void> {
  expect((await analyst.detailsOf(ODD)).map(({ hh }) => hh)).toEqual([1, 2]);
  expect((await analyst.detailsOf(ODD, 2)).map(({ hh }) => hh)).toEqual([2]);
  expect(await codeOf(analyst.detailsOf(ODD, 24))).toBe('VALUE_INVALID');
  expect(await analyst.clientDetails(TWO)).toEqual([
    { unix_tstamp: day.start, dns_a: '192.0.2.1', dns_qry_name: ODD, ip_dst: TWO },
  ]);
}

async function sumsIngest({ analyst }: AnalystSample): Promise<void> {
  const totals = async (from: string, to: string) =>
    (await analyst.ingestSummary(from, to)).map(({ total }) => total);
  expect(await totals('20151231', '20160708')).toEqual([2, 3, 4]);
  expect(await totals('20151101', '20151230')).toEqual([1]);
  expect(await totals('20160701', '20160708')).toEqual([4]);
  expect(await totals('20140101', '20170101')).toEqual([1, 2, 3, 4, 5]);
  expect(await analyst.ingestSummary()).toEqual([{ tdate: '2016-07-08 00:01', total: 4 }]);
  expect(await codeOf(analyst.ingestSummary('20160709', '20160708'))).toBe('DATE_INVALID');
}

async function scores(sample: AnalystSample): Promise<void> {
  const { analyst } = sample;
  const from = (await sample.said()).length;
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
  const expected = [`10 ${ONE} ${BAD} 1 0`, `30 ${ONE} ${ODD} 1 0`, ...[1, 2].map(() => `40 ${THREE} ${MANY} 0 3`)];
  expect(plain(await analyst.scored())).toEqual(expected);
  expect(await analyst.threats()).toEqual({ clients: [ONE], names: [] });
  const left = async () => (await analyst.suspicious()).rows.map((row) => `${row.ip_dst} ${row.dns_qry_name}`);
  expect(await left()).toEqual([`${TWO} ${BAD}`]);
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
  await analyst.score([
    { name: BAD, severity: 'none' },
    { name: MANY, severity: 'none' },
  ]);
  expect(await analyst.scored()).toEqual([]);
  expect(await left()).toHaveLength(SUSPICIOUS.length);
  expect(await sample.said(from)).toEqual([
    { action: 'score', rows: 4 },
    { action: 'score', rows: 0 },
    { action: 'score', rows: 3 },
    { action: 'withdraw', rows: 2 },
    { action: 'withdraw', rows: 4 },
  ]);
}

async function makesFeedback(sample: AnalystSample): Promise<void> {
  const { analyst } = sample;
  await analyst.score([
    { ip: ONE, severity: 'low' },
    { name: BAD, severity: 'low' },
    { name: MANY, severity: 'high' },
  ]);
  const file = (await sample.feedbackFile())!;
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
  await analyst.score([
    { ip: ONE, severity: 'none' },
    { name: BAD, severity: 'none' },
    { name: MANY, severity: 'none' },
  ]);
  expect(feedbackCells((await sample.feedbackFile())!)).toEqual([]);
}

async function takesHostileNames(sample: AnalystSample): Promise<void> {
  const { analyst } = sample;
  const texts = hostileTexts(80);
  const other = new AnalystSample(new AnalystDay(analyst.warehouse, '20160709', { actor }), sample.layout);
  await other.suspicious(texts.map((name, i) => [ONE, name, i, i / 100] as const));
  await other.analyst.score(texts.map((name) => ({ name, severity: 'low' })));
  expect(names(await other.analyst.scored())).toEqual(texts.map(stored));
  const read = readBySpotMl((await other.feedbackFile())!);
  expect(read).toHaveLength(texts.length);
  const escaped = (text: string) =>
    stored(text).replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  expect(names(read as unknown as Row[])).toEqual(texts.map(escaped));
  expect((await other.analyst.suspicious()).rows).toEqual([]);
  expect(await other.analyst.score(texts.map((name) => ({ name, severity: 'none' })))).toMatchObject({
    matched: 0,
    rows: texts.length,
  });
  expect(feedbackCells((await other.feedbackFile())!)).toEqual([]);
}

async function tellsStories(sample: AnalystSample): Promise<void> {
  const { analyst } = sample;
  const from = (await analyst.audit()).length;
  const name = { total: 2, dns_qry_name: MANY, ip_dst: THREE };
  expect(await analyst.expandedSearch({ name: MANY })).toEqual([name]);
  expect(await analyst.expandedSearch({ name: BAD }, 1)).toEqual([{ total: 1, dns_qry_name: BAD, ip_dst: ONE }]);
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
  await analyst.score([{ name: BAD, severity: 'low' }], { note: 'a test' });
  const report = {
    tables: { dns_threat_investigation: 2, dns_threat_dendro: 3, dns_storyboard: 2 },
    verdicts: 1,
    stories: 2,
    feedback: `${analyst.warehouse.root}/${feedbackPath(date)}`,
  };
  expect(await analyst.resetPreview()).toEqual(report);
  expect(await analyst.reset()).toEqual(report);
  expect([await analyst.scored(), await analyst.stories(), await sample.feedbackFile()]).toEqual([[], [], null]);
  const records = (await analyst.audit()).slice(from);
  expect(records.map(({ action, note, rows }) => ({ action, note, rows }))).toEqual([
    { action: 'story', note: undefined, rows: 2 },
    { action: 'story', note: undefined, rows: 3 },
    { action: 'story', note: undefined, rows: 4 },
    { action: 'score', note: 'a test', rows: 2 },
    { action: 'reset', note: undefined, rows: 7 },
  ]);
  const [first, second, third, , last] = records;
  for (const record of records) expect(record).toMatchObject({ ...actor, date });
  expect([first!.before, second!.before]).toEqual([[], []]);
  expect(third!.before).toEqual([{ name: MANY, title: "it's", text: 'first', search: 1 }]);
  expect(last!.before).toMatchObject({
    verdicts: [{ name: BAD, severity: 'low' }],
    stories: [
      { name: MANY, text: 'line\nand $(line)' },
      { ip: ONE, title: 'one' },
    ],
  });
}

export const ANALYST_CORE: readonly CoreTest[] = [
  { they: 'list suspicious rows: ordered by score, filtered and limited', needs: ['suspicious'], test: lists },
  { they: 'see the details of a name and of a client', needs: ['details'], test: givesDetails },
  { they: 'sum the ingest up between two days, over months and years', needs: ['ingest'], test: sumsIngest },
  {
    they: 'score every row that matches either, each key with its own severity, see it no more, and withdraw it',
    needs: ['suspicious', 'raw'],
    test: scores,
  },
  { they: 'make the feedback that spot-ml reads', needs: ['suspicious', 'raw'], test: makesFeedback },
  { they: 'score names that break out of nothing', needs: [], test: takesHostileNames },
  {
    they: 'tell stories of threats with their expanded search, replace them and reset all; the audit tells what there was',
    needs: ['suspicious', 'raw'],
    test: tellsStories,
  },
];

/** @param place of one warehouse, in which all tests run, one after another */
export function analystCore(what: string, place: () => Promise<WarehousePlace>, layout: TableLayout): void {
  describe(`analysts on ${what}, ${layout}`, () => {
    let warehouse: OpenWarehouse | undefined;
    let sample: AnalystSample;
    beforeAll(async () => {
      warehouse = await (await place()).open({ layout });
      sample = new AnalystSample(new AnalystDay(warehouse, date, { actor }), layout);
      await sample.fill(ANALYST_CORE.flatMap(({ needs }) => needs));
    });
    afterAll(() => warehouse?.close());

    it.each(ANALYST_CORE)('$they', ({ test }) => test(sample));
  });
}
