/** A small day of suspicious rows, raw rows, details and ingest, on which analysts' work is tested. */
import type { AnalystDay } from '../../lib/analyst/analyst-day.js';
import { feedbackPath } from '../../lib/analyst/feedback-file.js';
import { readText } from '../../lib/storage/text.js';
import type { Row } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import { dns, dnsDendro, dnsEdge, dnsIngestSummary, dnsScores } from '../../schemas/dns.js';
import type { TableDefinition, TableLayout } from '../../schemas/tables.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';

export const date = '20160708';
export const day = parseDay(date);
export const actor = { user: 'ann', host: 'desk-1' };
export const [BAD, ODD, MANY] = ['bad.example', "it's odd; ${env:HOME}\\.example", 'many.example'];
export const [ONE, TWO, THREE] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** Client, name, second of the day, score. */
export type SampleRow = readonly [string, string, number, number];

export const SUSPICIOUS: readonly SampleRow[] = [
  [ONE, BAD, 10, 0.1],
  [TWO, BAD, 20, 0.2],
  [ONE, ODD, 30, 0.3],
  [THREE, MANY, 40, 0.4],
  // Twice in the same second, for two types.
  [THREE, MANY, 40, 0.5],
];

/** Days and their connections, all in one minute. */
const INGEST: readonly (readonly [string, number])[] = [
  ['20151230', 1],
  ['20151231', 2],
  ['20160101', 3],
  [date, 4],
  ['20160709', 5],
];

/** What a test needs to be there. */
export type SamplePart = 'suspicious' | 'raw' | 'details' | 'ingest';

const ofConnection = ([ip_dst, dns_qry_name, second]: SampleRow, i: number): Row => ({
  frame_time: 'Jul  8 2016 00:00:10.1 UTC',
  unix_tstamp: day.start + second,
  ip_dst,
  dns_qry_name,
  dns_qry_class: '0x00000001',
  dns_qry_type: i + 1,
  dns_qry_rcode: 0,
});

const rawRow = (row: SampleRow, i: number): Row => ({
  ...ofConnection(row, i),
  frame_len: 100 + i,
  ip_src: '10.9.9.9',
  dns_a: '192.0.2.1',
});

const edgeRow = (hh: number, dns_qry_name: string): Row => ({
  unix_tstamp: day.start + hh * 3600,
  dns_qry_name,
  hh,
  ip_dst: ONE,
  ip_src: null,
  dns_a: '',
});

const dendroRow = (ip_dst: string): Row => ({
  unix_tstamp: day.start,
  dns_a: '192.0.2.1',
  dns_qry_name: ODD,
  ip_dst,
});

export class AnalystSample {
  readonly analyst: AnalystDay;
  readonly layout: TableLayout;

  constructor(analyst: AnalystDay, layout: TableLayout) {
    this.analyst = analyst;
    this.layout = layout;
  }

  /** In the place of what the day, or another, has in a table. */
  write(table: TableDefinition, rows: readonly Row[], on = this.analyst.date, hour?: number): Promise<unknown> {
    return pipeAll([
      RowSource.of(rows.map((row) => ({ ...row }))),
      writeTable(this.analyst.warehouse, table, { date: on, hour, allowEmpty: true }),
    ]);
  }

  /** Rows of `dns_scores`. Only Spot 1.0's have lengths. */
  suspicious(rows = SUSPICIOUS, on?: string): Promise<unknown> {
    const scoreRow = (row: SampleRow, i: number): Row => ({
      ...ofConnection(row, i),
      ...(this.layout === 'spot-1.0' && { frame_len: 100 + i }),
      score: row[3],
      tld: 'example',
      query_rep: 'list:HIGH:3',
      hh: 0,
      dns_qry_class_name: 'Internet (IN)',
      dns_qry_type_name: 'A',
      dns_qry_rcode_name: 'NoError',
      network_context: null,
    });
    return this.write(dnsScores, rows.map(scoreRow), on);
  }

  async fill(parts: readonly SamplePart[]): Promise<void> {
    if (parts.includes('suspicious')) await this.suspicious();
    if (parts.includes('raw')) await this.write(dns, SUSPICIOUS.map(rawRow), date, 0);
    if (parts.includes('details')) {
      await this.write(dnsEdge, [edgeRow(1, ODD), edgeRow(2, ODD), edgeRow(2, BAD)]);
      await this.write(dnsDendro, [ONE, TWO].map(dendroRow));
    }
    if (parts.includes('ingest'))
      for (const [on, total] of INGEST)
        await this.write(dnsIngestSummary, [{ tdate: `${parseDay(on).iso} 00:01`, total }], on);
  }

  /** The day's feedback for spot-ml. */
  feedbackFile(): Promise<string | null> {
    const { warehouse, date: on } = this.analyst;
    return readText(warehouse.storage, `${warehouse.root}/${feedbackPath(on)}`);
  }

  /** What was done to the day, and to how many rows. @param from records that were there before */
  async said(from = 0): Promise<{ action: string; rows: number }[]> {
    return (await this.analyst.audit()).slice(from).map(({ action, rows }) => ({ action, rows }));
  }
}

export const names = (rows: readonly Row[]) => rows.map(({ dns_qry_name }) => dns_qry_name);

/** Rows of `dns_threat_investigation`: second of the day, client, name, severities of both. */
export const plain = (rows: readonly Row[]): string[] =>
  rows.map(({ unix_tstamp, ip_dst, dns_qry_name, ip_sev, dns_sev }) =>
    [Number(unix_tstamp) - day.start, ip_dst, dns_qry_name, ip_sev, dns_sev].join(' '),
  );
