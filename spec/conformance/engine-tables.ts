/**
 * What the tables of every warehouse have to do, whichever engine runs its statements and wherever its files are. A new
 * one calls this in five lines.
 */
import type { OpenWarehouse } from '../../lib/oa-warehouse.js';
import { columnList, type Column, type Columns, type Row } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import { dns, dnsIngestSummary, dnsScores, dnsThreatInvestigation } from '../../schemas/dns.js';
import type { TableDefinition, TableLayout } from '../../schemas/tables.js';
import { layoutColumns } from '../../schemas/tables.js';
import type { PartitionOptions } from '../../streams/contracts.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { insertRows } from '../../streams/sinks/insert-rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { inPartition } from '../../lib/engine/dialects.js';
import { hostileTexts, stored } from '../fakes/hostile.js';
import { rowsOf } from '../fakes/rows-of.js';
import { codeOf } from './storage.js';

/** Where a warehouse's files and tables are: empty at first, and still there for whoever opens it again. */
export interface WarehousePlace {
  open(options: { layout: TableLayout }): Promise<OpenWarehouse>;
}

const date = '20160708';
const day = parseDay(date);

/**
 * @param place a new one for each test
 * @param layouts of the tables, each tested by itself
 */
export function engineTablesConformance(
  what: string,
  place: () => Promise<WarehousePlace>,
  layouts: readonly TableLayout[] = ['documented', 'spot-1.0'],
): void {
  describe.each(layouts)(`tables of ${what}, %s`, (layout) => {
    let at: WarehousePlace;
    let warehouse: OpenWarehouse;
    const opened: OpenWarehouse[] = [];
    const open = async () => {
      const one = await at.open({ layout });
      opened.push(one);
      return one;
    };
    beforeEach(async () => {
      at = await place();
      warehouse = await open();
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    /** Rows of the day's partition, or of another's, in order of their time or minute. */
    const read = async (table: TableDefinition, on = day, by = warehouse): Promise<Row[]> => {
      const { dialect } = by.engine;
      const columns = Object.keys(layoutColumns(table, layout)).map((name) => dialect.column(name));
      const order = dialect.column(table === dnsIngestSummary ? 'tdate' : 'unix_tstamp');
      const sql = `SELECT ${columns.join(', ')} FROM ${dialect.table(table)} WHERE ${inPartition(dialect, table, on)} ORDER BY ${order}`;
      return rowsOf(by.engine, sql, { day: on });
    };
    const write = (table: TableDefinition, rows: readonly Row[], options: Partial<PartitionOptions> = {}) => {
      const copies = rows.map((row) => ({ ...row }));
      const sink = options.mode === 'append' ? insertRows : writeTable;
      return pipeAll([RowSource.of(copies, { batchRows: 50 }), sink(warehouse, table, { date, ...options })]);
    };
    const minutes = (text: string, count: number): Row[] =>
      Array.from({ length: count }, (_, i) => ({ tdate: `${text} ${String(i).padStart(4, '0')}`, total: i }));
    /** As a row of a table of this layout is read. */
    const scoreRow = (i: number, name: string): Row => {
      const score =
        layout === 'documented' ? { score: i / 1000 } : { ml_score: Math.fround(i / 1000), frame_len: 60 + i };
      return {
        frame_time: 'Jul  8 2016 04:29:38.1 UTC',
        unix_tstamp: day.start + i,
        ip_dst: '10.0.2.15',
        dns_qry_name: name,
        dns_qry_class: '0x00000001',
        dns_qry_type: i % 3 === 0 ? null : i,
        dns_qry_rcode: 0,
        ...score,
        tld: '',
        query_rep: null,
        hh: layout === 'documented' ? '04' : 4,
        dns_qry_class_name: 'Internet (IN)',
        dns_qry_type_name: 'A',
        dns_qry_rcode_name: null,
        network_context: name,
      };
    };
    /** As the steps of the OA give it: one name for the score, a number for the hour. */
    const given = ({ ml_score, score = ml_score, hh, ...others }: Row): Row => ({ ...others, score, hh: Number(hh) });

    it('hold what is written, null as null and numbers exact', async () => {
      const rows = Array.from({ length: 120 }, (_, i) => scoreRow(i, `name-${i}.example`));
      rows[7]!.unix_tstamp = Number.MAX_SAFE_INTEGER;
      const { written } = await write(dnsScores, rows.map(given));
      expect(written).toBe(120);
      const expected = rows.sort((a, b) => (a.unix_tstamp as number) - (b.unix_tstamp as number));
      expect(await read(dnsScores)).toEqual(expected);
    });

    it('are described with the columns of their layout, in order, without those of the partition', async () => {
      const plain = (columns: readonly Column[]) => columns.map(({ name, kind }) => `${name} ${kind}`);
      for (const table of [dns, dnsScores, dnsIngestSummary]) {
        const columns: Columns = layoutColumns(table, layout);
        expect(plain((await warehouse.engine.describe(table))!)).toEqual(plain(columnList(columns)));
      }
    });

    it('are replaced by day: the other days stay, and a second run changes nothing', async () => {
      await write(dnsIngestSummary, minutes('other', 3), { date: '20160709' });
      await write(dnsIngestSummary, minutes('old', 500));
      for (let run = 1; run <= 2; run++) {
        await write(dnsIngestSummary, minutes('new', 200));
        expect(await read(dnsIngestSummary)).toEqual(minutes('new', 200));
      }
      expect(await read(dnsIngestSummary, parseDay('20160709'))).toEqual(minutes('other', 3));
    });

    it('get more rows by insertRows, each time it is done', async () => {
      await write(dnsIngestSummary, minutes('first', 2));
      await write(dnsIngestSummary, minutes('more', 60), { mode: 'append' });
      await write(dnsIngestSummary, minutes('more', 1), { mode: 'append' });
      const [again] = minutes('more', 1);
      expect(await read(dnsIngestSummary)).toEqual([...minutes('first', 2), again, ...minutes('more', 60)]);
      await write(dnsIngestSummary, minutes('whole', 4));
      expect(await read(dnsIngestSummary)).toEqual(minutes('whole', 4));
    });

    it('get the first rows of a day by insertRows, and none by none', async () => {
      await write(dnsIngestSummary, [], { mode: 'append' });
      expect(await read(dnsIngestSummary)).toEqual([]);
      await write(dnsIngestSummary, minutes('first', 2), { mode: 'append' });
      expect(await read(dnsIngestSummary)).toEqual(minutes('first', 2));
    });

    it('are not emptied by no rows, unless that is allowed', async () => {
      await write(dnsIngestSummary, []);
      await write(dnsIngestSummary, minutes('kept', 3));
      expect(await codeOf(write(dnsIngestSummary, []))).toBe('WOULD_EMPTY');
      expect(await read(dnsIngestSummary)).toEqual(minutes('kept', 3));
      await write(dnsIngestSummary, [], { allowEmpty: true });
      expect(await read(dnsIngestSummary)).toEqual([]);
      await write(dnsIngestSummary, minutes('again', 3));
      expect(await read(dnsIngestSummary)).toEqual(minutes('again', 3));
    });

    it('are emptied by emptyPartition, also when nothing is there, and no other day', async () => {
      await write(dnsIngestSummary, minutes('other', 3), { date: '20160709' });
      await warehouse.emptyPartition(dnsIngestSummary, date);
      await write(dnsIngestSummary, minutes('gone', 3));
      await write(dnsIngestSummary, minutes('gone too', 3), { mode: 'append' });
      await warehouse.emptyPartition(dnsIngestSummary, date);
      expect(await read(dnsIngestSummary)).toEqual([]);
      expect(await read(dnsIngestSummary, parseDay('20160709'))).toEqual(minutes('other', 3));
    });

    it('stay as they are while rows are written, and when the rows fail', async () => {
      await write(dnsIngestSummary, minutes('old', 3));
      const writer = await warehouse.openPartition(dnsIngestSummary, { date });
      await writer.write(minutes('new', 100));
      expect(await read(dnsIngestSummary)).toEqual(minutes('old', 3));
      await writer.abort();
      const broken = [...minutes('new', 100), { tdate: 'x', total: 'no number' }];
      expect(await codeOf(write(dnsIngestSummary, broken))).toBe('VALUE_INVALID');
      expect(await read(dnsIngestSummary)).toEqual(minutes('old', 3));
    });

    it('are the same for whoever opens the warehouse next, and he makes none anew', async () => {
      await write(dnsIngestSummary, minutes('old', 3));
      const other = await open();
      expect(await other.init('documented')).toEqual([]);
      expect(await other.missingTables()).toEqual([]);
      expect(await read(dnsIngestSummary, day, other)).toEqual(minutes('old', 3));
      await write(dnsIngestSummary, minutes('new', 3));
      expect(await read(dnsIngestSummary, day, other)).toEqual(minutes('new', 3));
    });

    it('of raw rows have hours', async () => {
      const raw = (i: number): Row => ({
        frame_time: null,
        unix_tstamp: day.start + i,
        frame_len: null,
        ip_dst: '10.0.2.15',
        ip_src: '10.0.2.2',
        dns_qry_name: `n${i}.example`,
        dns_qry_class: '1',
        dns_qry_type: 1,
        dns_qry_rcode: null,
        dns_a: '',
      });
      await write(dns, [raw(0), raw(1)], { hour: 0 });
      await write(dns, [raw(4)], { hour: 4 });
      await write(dns, [raw(2)], { hour: 0 });
      expect(await read(dns)).toEqual([raw(2), raw(4)]);
      expect(await codeOf(write(dns, [raw(0)]))).toBe('VALUE_INVALID');
    });

    it('tell what analysts have scored', async () => {
      expect(await warehouse.scores(date)).toEqual({ names: new Map(), clients: new Map() });
      const [name, client] = ["it's; ${env:HOME}\\", '10.0.2.15'];
      await write(dnsThreatInvestigation, [
        { unix_tstamp: 1, ip_dst: client, dns_qry_name: name, ip_sev: 0, dns_sev: 3 },
        { unix_tstamp: 2, ip_dst: client, dns_qry_name: name, ip_sev: 2, dns_sev: 1 },
      ]);
      expect(await warehouse.scores(date)).toEqual({ names: new Map([[name, 1]]), clients: new Map([[client, 2]]) });
    });

    describe('with hostile texts', () => {
      const texts = hostileTexts();
      const rows = () => texts.map((text, i) => scoreRow(i, text));
      const expected = () => texts.map((text, i) => scoreRow(i, stored(text)));

      it.each(['replace', 'append'] as const)('give each back as it was: %s', async (mode) => {
        await write(dnsScores, rows().map(given), { mode });
        expect(await read(dnsScores)).toEqual(expected());
      });

      it('find each by its value, and nothing else', async () => {
        await write(dnsScores, rows().map(given));
        const { dialect } = warehouse.engine;
        const counted = (text: string, i: number) =>
          `SELECT ${i} AS i, MIN(${dialect.column('unix_tstamp')}) - ${day.start} AS first_at, COUNT(*) AS n FROM ${dialect.table(dnsScores)} WHERE ${inPartition(dialect, dnsScores, day)} AND ${dialect.column('dns_qry_name')} = ${dialect.literal(text, 'string')}`;
        const found: Row[] = [];
        for (let from = 0; from < texts.length; from += 40) {
          const some = texts.slice(from, from + 40).map((text, i) => counted(text, from + i));
          found.push(...(await rowsOf(warehouse.engine, some.join('\nUNION ALL\n'), { day })));
        }
        found.sort((a, b) => Number(a.i) - Number(b.i));
        expect(found).toEqual(texts.map((_, i) => ({ i, first_at: i, n: 1 })));
      });
    });
  });
}
