/** `scores`: verdicts and storyboard from one warehouse to another. */
import { parseDays } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { thisActor } from '../analyst/audit.js';
import { exportScores, importScores } from '../analyst/transfer.js';
import { readInput, withWarehouse } from './analyst.js';
import { parse } from './arguments.js';
import type { Command } from './main.js';
import { count } from './terminal.js';

export const scores: Command = {
  help: `scores export [-d YYYYMMDD|A..B] | scores import FILE [--note TEXT]
verdicts and storyboard as JSON lines on standard output (of all days without -d), and back from a file or - for standard
input: what is imported of a name, client or story wins, the rest stays`,

  async run(args, console) {
    const options = { date: { type: 'string', short: 'd' }, note: { type: 'string' } } as const;
    const { values, positionals } = parse(args, options, 2);
    const [what, file] = positionals;
    if (what === 'export' && file === undefined && values.note === undefined) {
      const days = values.date === undefined ? undefined : parseDays(values.date);
      const output = await withWarehouse(values, console, async (warehouse) => {
        const lines: string[] = [];
        for await (const line of exportScores(warehouse, days)) lines.push(line);
        return lines.join('');
      });
      return { output };
    }
    if (what !== 'import' || file === undefined || values.date !== undefined)
      throw new OaError('USAGE', 'scores: expected export [-d DATE], or import FILE');
    const lines = await readInput(file);
    const reports = await withWarehouse(values, console, (warehouse, settings) =>
      importScores(warehouse, lines, {
        actor: thisActor(settings),
        note: values.note,
        signal: console.signal,
      }),
    );
    const output = reports.map(
      ({ date, verdicts, rows, stories }) =>
        `${date}: ${count(verdicts)} verdicts, ${count(rows)} rows changed, ${count(stories)} stories`,
    );
    return { output: output.length > 0 ? output.join('\n') : 'nothing to import' };
  },
};
