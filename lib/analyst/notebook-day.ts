/** The day of a notebook as its first templates used it: plain rows. `AnalystDay` does more. */
import type { Row } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { dnsScores } from '../../schemas/dns.js';
import { CONNECTION, rowsQuery } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { AnalystDay, openAnalystDay } from './analyst-day.js';
import { columnNames } from './day-rows.js';
import { scoreColumn } from './scores.js';
import type { Found } from './storyboard.js';

export class NotebookDay {
  readonly day: Day;
  readonly warehouse: OpenWarehouse;
  /** The same day with everything that an analyst does. */
  readonly analyst: AnalystDay;

  constructor(day: Day, warehouse: OpenWarehouse, analyst = new AnalystDay(warehouse, day.text)) {
    this.day = day;
    this.warehouse = warehouse;
    this.analyst = analyst;
  }

  /** `YYYYMMDD` */
  get date(): string {
    return this.day.text;
  }

  /** The first rows of a query on the day's partitions. */
  rows(sql: string, options: { limit?: number } = {}): Promise<Row[]> {
    return this.analyst.rows(sql, options);
  }

  /** Rows of `dns_scores`, scored or not, the most suspicious (lowest score) first. */
  async suspicious(options: { limit?: number } = {}): Promise<Row[]> {
    const { engine } = this.warehouse;
    const order = [await scoreColumn(engine), ...CONNECTION];
    const columns = await columnNames(this.warehouse, dnsScores);
    return this.rows(rowsQuery(engine.dialect, dnsScores, this.day, { columns, order }), options);
  }

  /** The 20 clients that asked most often for a name, in all responses of the day. */
  expandedSearch(name: string): Promise<Found[]> {
    return this.analyst.expandedSearch({ name });
  }

  /** The details of a suspicious name. */
  detailsOf(name: string): Promise<Row[]> {
    return this.analyst.detailsOf(name);
  }

  /** Removes every score, storyboard entry and expanded search of the day. */
  async resetScores(): Promise<void> {
    await this.analyst.reset();
  }
}

/** @see openAnalystDay */
export async function openNotebookDay(folder = '.'): Promise<NotebookDay> {
  const analyst = await openAnalystDay(folder);
  return new NotebookDay(analyst.day, analyst.warehouse, analyst);
}
