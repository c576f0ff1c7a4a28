/** `feedback`: the day's file for spot-ml, made from the tables. */
import { oneDay, usedText, withDay } from './analyst.js';
import { parse, wholeNumber } from './arguments.js';
import type { Command } from './main.js';
import { count, printable } from './terminal.js';

export const feedback: Command = {
  help: `feedback -d YYYYMMDD [--from-days N] [--rebuild]
writes ml_feedback.csv from the tables, with the low verdicts of the N days before, for spot-ml reads only the file of the
day that it scores: run it first; --rebuild also replaces a file with lines by one without`,

  async run(args, console) {
    const options = {
      date: { type: 'string', short: 'd' },
      'from-days': { type: 'string' },
      rebuild: { type: 'boolean' },
    } as const;
    const { values } = parse(args, options);
    const date = oneDay('feedback', values.date);
    const days = values['from-days'];
    const fromDays = days === undefined ? undefined : wholeNumber(days, '--from-days', 0);
    const report = await withDay(values, { date, console }, (day) =>
      day.feedback({ fromDays, rebuild: values.rebuild }),
    );
    const { path, lines, fromBefore, forSpotMl, replaced } = report;
    return {
      output: [
        printable(path),
        `lines: ${count(lines)}, from days before: ${count(fromBefore)}`,
        ...(replaced > 0 ? [`lines gone that spot-ml could not have read: ${count(replaced)}`] : []),
        usedText(forSpotMl),
      ].join('\n'),
    };
  },
};
