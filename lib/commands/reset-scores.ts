/** `reset-scores`: takes away what analysts said of a day, after saying what that is. */
import { OaError } from '../../schemas/errors.js';
import type { ResetReport } from '../analyst/reset.js';
import { oneDay, withDay } from './analyst.js';
import { parse } from './arguments.js';
import type { Command } from './main.js';
import { count, printable } from './terminal.js';

export const resetScores: Command = {
  help: `reset-scores -d YYYYMMDD [--yes] [--note TEXT]
empties dns_threat_investigation, dns_threat_dendro and dns_storyboard of a day and removes its ml_feedback.csv; says what
it will remove and asks, or takes --yes`,

  async run(args, console) {
    const options = {
      date: { type: 'string', short: 'd' },
      yes: { type: 'boolean' },
      note: { type: 'string' },
    } as const;
    const { values } = parse(args, options);
    const date = oneDay('reset-scores', values.date);
    const { ask } = console;
    if (!values.yes && ask === undefined)
      throw new OaError('USAGE', 'reset-scores: there is no terminal to ask on; --yes goes on without');
    return withDay(values, { date, console }, async (day) => {
      for (const line of removedText(date, await day.resetPreview())) console.log(line);
      const answer = values.yes ? 'yes' : await ask!('Remove all this? [y/N] ');
      if (!/^y(es)?$/i.test(answer.trim())) return { output: 'nothing was removed' };
      const { tables } = await day.reset({ note: values.note });
      const rows = Object.values(tables).reduce((sum, of) => sum + of, 0);
      return { output: `${date} is reset: ${count(rows)} rows removed; scores export would have kept them` };
    });
  },
};

function removedText(date: string, { tables, verdicts, stories, feedback }: ResetReport): string[] {
  return [
    `of ${date} will be removed: ${count(verdicts)} verdicts, ${count(stories)} stories`,
    ...Object.entries(tables).map(([name, rows]) => `  ${name}: ${count(rows)} rows`),
    feedback === null ? '  no feedback file is there' : `  ${printable(feedback)}`,
  ];
}
