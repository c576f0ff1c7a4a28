/** `audit`: who did what to a day. */
import { oneDay, withDay } from './analyst.js';
import { parse } from './arguments.js';
import type { Command } from './main.js';
import { jsonText, table } from './terminal.js';

export const audit: Command = {
  help: `audit -d YYYYMMDD [--json]
lists every score, withdrawal, reset, storyboard entry and import of a day: when, by whom, what, before and after`,

  async run(args, console) {
    const { values } = parse(args, { date: { type: 'string', short: 'd' }, json: { type: 'boolean' } });
    const date = oneDay('audit', values.date);
    const records = await withDay(values, { date, console }, (day) => day.audit());
    if (values.json) return { output: jsonText(records) };
    if (records.length === 0) return { output: `nothing was done to ${date}` };
    const rows = records.map(({ time, user, account, host, action, rows: touched, what, before, after, note }) => ({
      time,
      user: account === undefined ? user : `${user} as ${account}`,
      ...{ host, action, rows: touched, what, before, after, note },
    }));
    return { output: table(rows) };
  },
};
