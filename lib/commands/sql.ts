/** `sql`: a query on the configured engine. */
import { writeToString } from 'fast-csv';
import type { Row } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { openWarehouse } from '../open-warehouse.js';
import { parse, settingsOf } from './arguments.js';
import type { Command } from './main.js';
import { jsonText, logFetch, plainText, table } from './terminal.js';

export const sql: Command = {
  help: `sql "SELECT ..." [-d YYYYMMDD] [--json|--csv] | sql --views
runs a query; -d reads that day's partitions only; --views prints CREATE VIEW statements that open the warehouse in any DuckDB`,

  async run(args, console) {
    const options = {
      date: { type: 'string', short: 'd' },
      json: { type: 'boolean' },
      csv: { type: 'boolean' },
      views: { type: 'boolean' },
    } as const;
    const { values, positionals } = parse(args, options, 1);
    const [query] = positionals;
    if (values.json && values.csv) throw new OaError('USAGE', 'sql: --json and --csv exclude each other');
    if ((query === undefined) === !values.views)
      throw new OaError('USAGE', 'sql: expected one statement in quotes, or --views');
    const day = values.date === undefined ? undefined : parseDay(values.date);
    const warehouse = await openWarehouse(await settingsOf(values), {
      onFetch: logFetch(console),
      signal: console.signal,
    });
    try {
      if (query === undefined) return { output: await warehouse.views() };
      const rows: Row[] = [];
      for await (const page of warehouse.engine.pages(query, { day, signal: console.signal })) rows.push(...page);
      if (values.json) return { output: jsonText(rows) };
      if (values.csv)
        return {
          output: await csvOf(rows, rows[0] ? Object.keys(rows[0]) : await warehouse.engine.columnsOf(query)),
        };
      return { output: rows.length > 0 ? table(rows) : 'no rows' };
    } finally {
      await warehouse.close();
    }
  },
};

const csvOf = (rows: readonly Row[], headers: string[]): Promise<string> =>
  writeToString(
    rows.map((row) => headers.map((name) => plainText(row[name]))),
    { headers, alwaysWriteHeaders: true, includeEndRowDelimiter: true },
  );
