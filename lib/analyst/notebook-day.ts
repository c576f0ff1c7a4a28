/** What a notebook works with: the tables of the day whose folder it lies in, on the settings of the run that made it. */
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Row } from '../../schemas/columns.js';
import { parseDay, type Day } from '../../schemas/days.js';
import { dns, dnsEdge, dnsScores } from '../../schemas/dns.js';
import type { TableDefinition } from '../../schemas/tables.js';
import { inPartition } from '../engine/dialects.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { openWarehouse } from '../open-warehouse.js';
import { loadSettings, withoutSecrets, type FullSettings } from '../settings.js';
import { resetScores } from './reset.js';
import { scoreColumn } from './scores.js';

const MOST_ROWS = 1000;
const EXPANDED_ROWS = 20;

export class NotebookDay {
  readonly day: Day;
  readonly warehouse: OpenWarehouse;

  constructor(day: Day, warehouse: OpenWarehouse) {
    this.day = day;
    this.warehouse = warehouse;
  }

  /** `YYYYMMDD` */
  get date(): string {
    return this.day.text;
  }

  /** The first rows of a query on the day's partitions. */
  async rows(sql: string, { limit = MOST_ROWS }: { limit?: number } = {}): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.warehouse.engine.pages(sql, { day: this.day })) {
      rows.push(...page.slice(0, limit - rows.length));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  /** Rows of `dns_scores`, the most suspicious (lowest score) first. */
  async suspicious(options: { limit?: number } = {}): Promise<Row[]> {
    const score = await scoreColumn(this.warehouse.engine);
    return this.rows(`${this.#all(dnsScores)} ORDER BY ${score}, unix_tstamp, ip_dst, dns_qry_name`, options);
  }

  /** The 20 clients that asked most often for a name, in all responses of the day. */
  expandedSearch(name: string): Promise<Row[]> {
    const { dialect } = this.warehouse.engine;
    return this.rows(
      `SELECT dns_qry_name, ip_dst, COUNT(*) AS total FROM ${dialect.table(dns)}
WHERE ${inPartition(dialect, dns, this.day)} AND dns_qry_name = ${this.#text(name)} GROUP BY dns_qry_name, ip_dst ORDER BY total DESC, ip_dst`,
      { limit: EXPANDED_ROWS },
    );
  }

  /** The details of a suspicious name. */
  detailsOf(name: string): Promise<Row[]> {
    return this.rows(`${this.#all(dnsEdge)} AND dns_qry_name = ${this.#text(name)} ORDER BY unix_tstamp, ip_dst`);
  }

  /** Removes every score, storyboard entry and expanded search of the day. */
  resetScores(): Promise<void> {
    return resetScores(this.warehouse, this.date);
  }

  /** The rows of the day. */
  #all(table: TableDefinition): string {
    const { dialect } = this.warehouse.engine;
    return `SELECT * FROM ${dialect.table(table)} WHERE ${inPartition(dialect, table, this.day)}`;
  }

  #text(value: string): string {
    return this.warehouse.engine.dialect.literal(value, 'string');
  }
}

/** Where a run leaves the settings for the day's notebooks. */
export const settingsPath = (home: string, day: Day): string => join(home, 'data/dns', day.text, 'settings.json');

/** The very warehouse of a run; by a relative path where it lies in the home, so that both can be moved together. */
export function notebookSettings(home: string, day: Day, settings: FullSettings): string {
  const { storage, engine } = withoutSecrets(settings);
  if (storage.type !== 'local') return `${JSON.stringify({ storage, engine }, null, 2)}\n`;
  const isInside = !relative(home, storage.root).startsWith('..');
  const root = isInside ? relative(dirname(settingsPath(home, day)), storage.root) : storage.root;
  return `${JSON.stringify({ storage: { ...storage, root }, engine }, null, 2)}\n`;
}

/**
 * @param folder `<home>/ipynb/dns/<date>`. @default the current folder, where a notebook runs
 * @throws {OaError} `DATE_INVALID` when the folder is not named after a day, `SETTINGS_INVALID`
 */
export async function openNotebookDay(folder = '.'): Promise<NotebookDay> {
  const here = resolve(folder);
  const day = parseDay(basename(here));
  const settings = await loadSettings(settingsPath(join(here, '../../..'), day));
  return new NotebookDay(day, await openWarehouse(settings));
}
