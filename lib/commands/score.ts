/** `score`: verdicts on clients and query names of a day. */
import { OaError } from '../../schemas/errors.js';
import type { ScoreReport } from '../analyst/score.js';
import { parseVerdicts } from '../analyst/verdict-file.js';
import { SEVERITIES, type AnalystVerdict, type Severity } from '../analyst/verdicts.js';
import { named, oneDay, readInput, usedText, withDay } from './analyst.js';
import { parse } from './arguments.js';
import type { Command } from './main.js';
import { count } from './terminal.js';

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  ip: { type: 'string' },
  name: { type: 'string' },
  severity: { type: 'string' },
  file: { type: 'string' },
  note: { type: 'string' },
} as const;

interface Given {
  readonly ip?: string;
  readonly name?: string;
  readonly severity?: string;
  readonly file?: string;
}

export const score: Command = {
  help: `score -d YYYYMMDD (--ip IP|--name NAME) --severity high|medium|low|none [--note TEXT] | score -d YYYYMMDD --file FILE
scores connections, any number at once by a CSV file with the columns ip,name,severity (- for standard input); none
withdraws; of the verdicts spot-ml uses those that are low and on names`,

  async run(args, console) {
    const { values } = parse(args, OPTIONS);
    const date = oneDay('score', values.date);
    const verdicts = await verdictsOf(values);
    const report = await withDay(values, { date, console }, (day) => day.score(verdicts, { note: values.note }));
    return { output: text(date, report) };
  },
};

/** @throws {OaError} `USAGE`, `VALUE_INVALID`, `FILE_NOT_FOUND` */
async function verdictsOf({ ip, name, severity, file }: Given): Promise<AnalystVerdict[]> {
  if (file !== undefined) {
    if (ip !== undefined || name !== undefined || severity !== undefined)
      throw new OaError('USAGE', 'score: --file goes without --ip, --name and --severity');
    return parseVerdicts(await readInput(file));
  }
  if (ip === undefined && name === undefined) throw new OaError('USAGE', 'score: expected --ip, --name or --file');
  if (severity === undefined || !Object.hasOwn(SEVERITIES, severity)) {
    const severities = Object.keys(SEVERITIES).join(', ');
    throw new OaError('USAGE', `score: --severity ${severity ?? ''}: expected one of ${severities}`);
  }
  return [{ ip, name, severity: severity as Severity }];
}

function text(date: string, { matched, rows, unmatched, forSpotMl, notForSpotMl }: ScoreReport): string {
  const keys = unmatched.map(({ ip, name }) => ip ?? name ?? '');
  return [
    `rows of ${date} that match: ${count(matched)}; rows changed: ${count(rows)}`,
    ...(keys.length > 0 ? [`no row of ${date} matches, nothing stored: ${named(keys)}`] : []),
    usedText(forSpotMl),
    `other verdicts (high, medium, or on clients), which it will not use: ${count(notForSpotMl)}`,
  ].join('\n');
}
