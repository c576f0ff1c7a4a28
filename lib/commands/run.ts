/** `run`: the twelve steps for one day, or for several in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDays, type Day } from '../../schemas/days.js';
import { asOaError, ERRORS, OaError } from '../../schemas/errors.js';
import { planDnsOa, runDnsOa } from '../dns-oa.js';
import { operationText, type Operation } from '../operations.js';
import type { OaOptions, Progress, RunReport } from '../run-oa.js';
import { duration, parse, settingsOf, wholeNumber } from './arguments.js';
import type { Command, Console } from './main.js';
import { count, jsonText, logFetch, printable, table } from './terminal.js';

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  limit: { type: 'string', short: 'l' },
  type: { type: 'string', short: 't' },
  results: { type: 'string' },
  wait: { type: 'string' },
  'allow-empty': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'fresh-notebooks': { type: 'boolean' },
  reset: { type: 'boolean' },
  json: { type: 'boolean' },
  offline: { type: 'boolean' },
  tables: { type: 'string' },
} as const;

export const run: Command = {
  help: `run -d YYYYMMDD|yesterday|A..B [-l N|all] [-t dns] [--results FILE] [--wait 2h] [--dry-run] [--json]
    [--reset] [--allow-empty] [--fresh-notebooks] [--offline]
the twelve steps for a day: results, enrichment, dns_scores, details, dendrogram, summary`,

  async run(args, console) {
    const { values } = parse(args, OPTIONS);
    if (values.type !== undefined && values.type !== 'dns')
      throw new OaError('USAGE', `-t ${values.type}: expected dns`);
    if (values.date === undefined) throw new OaError('USAGE', 'run: expected -d YYYYMMDD');
    if (values.tables !== undefined && values.tables !== 'documented' && values.tables !== 'spot-1.0') {
      throw new OaError('USAGE', `--tables ${values.tables}: expected documented or spot-1.0`);
    }
    if (values.tables !== undefined && !values['dry-run']) {
      throw new OaError('USAGE', '--tables goes with --dry-run; init --tables makes tables');
    }
    const days = parseDays(values.date);
    const wait = values.wait === undefined ? 0 : duration(values.wait, '--wait');
    const options: Omit<OaOptions, 'date'> = {
      limit:
        values.limit === 'all'
          ? Infinity
          : values.limit === undefined
            ? undefined
            : wholeNumber(values.limit, '-l', 1),
      settings: await settingsOf(values),
      home: values.home,
      results: values.results,
      allowEmpty: values['allow-empty'],
      freshNotebooks: values['fresh-notebooks'],
      reset: values.reset,
      signal: console.signal,
    };
    if (values['dry-run']) return { output: await dryRun(days, options, values.json === true) };
    return runDays(days, options, { wait, json: values.json === true, console });
  },
};

async function dryRun(days: readonly Day[], options: Omit<OaOptions, 'date'>, json: boolean): Promise<string> {
  const operations: Operation[] = [];
  for (const day of days) {
    // What the run of an earlier day has made is there already.
    const made = new Set(operations.map(createdPath));
    const plan = await planDnsOa({ ...options, date: day.text });
    operations.push(...plan.filter((operation) => !made.has(createdPath(operation) ?? '')));
  }
  return json ? jsonText({ operations }) : operations.map((operation) => operationText(operation)).join('\n');
}

const createdPath = (operation: Operation): string | undefined =>
  operation.kind === 'file' && operation.do === 'create' ? operation.path : undefined;

interface Manner {
  /** Seconds to wait for results that are not there yet. */
  readonly wait: number;
  readonly json: boolean;
  readonly console: Console;
}

/** A failed day does not keep the later ones from running, but the command has failed then. */
async function runDays(days: readonly Day[], options: Omit<OaOptions, 'date'>, manner: Manner) {
  const reports: RunReport[] = [];
  const failures: OaError[] = [];
  for (const day of days) {
    try {
      reports.push(await runDay({ ...options, date: day.text }, manner));
    } catch (error) {
      const failure = asOaError(error);
      failures.push(failure);
      if (manner.console.signal.aborted) break;
      if (days.length > 1) manner.console.log(`${day.text}: ${failure.code}: ${printable(failure.message)}`);
    }
  }
  // Days without results are worth another try later; a day that failed otherwise is what has to be told.
  const worst = failures.find(({ code }) => ERRORS[code].exit !== 3) ?? failures[0];
  if (worst) {
    if (days.length === 1) throw worst;
    throw new OaError(worst.code, `${failures.length} of ${days.length} days failed: ${worst.message}`, {
      cause: worst,
    });
  }
  if (manner.json) return { output: reports.map(jsonText).join('\n') };
  return { output: reports.map(reportText).join('\n\n') };
}

/** @internal also used by `demo` */
export async function runDay(options: OaOptions, { wait, console }: Manner): Promise<RunReport> {
  const until = Date.now() + wait * 1000;
  const pause = Math.min(30_000, wait * 100);
  for (;;) {
    try {
      return await runDnsOa({
        ...options,
        onWarning: ({ code, message }) => console.log(`warning: ${code}: ${printable(message)}`),
        onProgress: progressOf(console),
        onFetch: logFetch(console),
      });
    } catch (error) {
      const { code, message } = asOaError(error);
      if (ERRORS[code].exit !== 3 || Date.now() >= until) throw error;
      console.log(`waiting: ${code}: ${printable(message)}`);
      await sleep(pause, undefined, { signal: console.signal }).catch(() => console.signal.throwIfAborted());
    }
  }
}

/** On a terminal the last line counts the rows; elsewhere each step is a line. */
function progressOf(console: Console): (progress: Progress) => void {
  return ({ step, name, rows }) => {
    if (rows === undefined) console.log(`step ${String(step).padStart(2)}  ${name}`);
    else if (console.interactive) console.rewrite(`         ${count(rows)} rows`);
  };
}

export function reportText(report: RunReport): string {
  const { read, rejected, written } = report.rows;
  const steps = report.steps.map(({ step, name, seconds }) => ({ step, name, seconds: seconds.toFixed(3) }));
  const tables = Object.entries(report.tables).map(([name, rows]) => ({ table: name, rows: count(rows) }));
  return [
    `DNS OA of ${report.date} on ${report.engine}: ${count(read)} rows read, ${count(rejected)} rejected, ${count(written)} written`,
    table(steps),
    table(tables),
    ...reputationText(report),
  ].join('\n\n');
}

/** Nothing without services. */
function reputationText({ reputation }: RunReport): string[] {
  if (reputation === undefined || reputation.services.length === 0) return [];
  const rows = reputation.services.map((one) => ({
    reputation: one.service,
    host: one.host ?? 'this machine',
    ...{ names: count(one.keys), cached: count(one.cached), sent: count(one.sent), withheld: count(one.withheld) },
    unavailable: count(one.unavailable),
    state: one.offline ? 'offline' : one.deadlinePassed ? 'deadline passed' : `breaker ${one.breaker}`,
  }));
  return [table(rows)];
}
