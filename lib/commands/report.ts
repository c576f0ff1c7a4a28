/** `report`: one self-contained HTML page for a day. */
import { join, resolve } from 'node:path';
import { parseDays } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { openWarehouse } from '../open-warehouse.js';
import { reportData } from '../report/collect.js';
import { renderReport } from '../report/render.js';
import { localStorage } from '../storage/local.js';
import { writeText } from '../storage/text.js';
import { parse, settingsOf, wholeNumber } from './arguments.js';
import type { Command } from './main.js';
import { logFetch, printable } from './terminal.js';

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  output: { type: 'string', short: 'o' },
  rows: { type: 'string' },
  'seen-days': { type: 'string' },
} as const;

export const report: Command = {
  help: `report -d YYYYMMDD|yesterday [-o FILE] [--rows N] [--seen-days N]
one HTML page for a day that needs no network: suspicious rows (the first 10000), details, charts, verdicts to download for
score --file; names are looked for in the raw table of the last 30 days; printed is where it lies, data/dns/<date>/report.html`,

  async run(args, console) {
    const { values } = parse(args, OPTIONS);
    const [day, ...more] = values.date === undefined ? [] : parseDays(values.date);
    if (day === undefined || more.length > 0) throw new OaError('USAGE', 'report: expected -d YYYYMMDD, one day');
    const optional = (text: string | undefined, name: string) =>
      text === undefined ? undefined : wholeNumber(text, name, 1);
    const options = {
      rows: optional(values.rows, '--rows'),
      seenDays: optional(values['seen-days'], '--seen-days'),
      signal: console.signal,
    };
    if ((options.seenDays ?? 1) > 366) throw new OaError('USAGE', '--seen-days: expected 366 or less');
    if ((options.rows ?? 1) > 100_000) throw new OaError('USAGE', '--rows: expected 100000 or less');
    const path = resolve(values.output ?? join(values.home ?? '.', 'data/dns', day.text, 'report.html'));
    const warehouse = await openWarehouse(await settingsOf(values), {
      onFetch: logFetch(console),
      signal: console.signal,
    });
    try {
      await writeText(localStorage(), path, renderReport(await reportData(warehouse, day.text, options)));
      return { output: printable(path) };
    } finally {
      await warehouse.close();
    }
  },
};
