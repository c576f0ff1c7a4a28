/**
 * Runs a pipeline's steps for one day, under the lock of that day. Steps that are streams, one after the other, become
 * one stream; the others run by themselves. Flow and Proxy bring their own steps; DNS's are in `dns-oa.ts`.
 */
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
// Notebooks run in Deno, where the global ones give a number.
import { clearInterval, setInterval } from 'node:timers';
import { parseDay, type Day } from '../schemas/days.js';
import { asOaError, OaError } from '../schemas/errors.js';
import type { TableDefinition } from '../schemas/tables.js';
import type { ReputationService } from '../streams/contracts.js';
import { pipeAll } from '../streams/pipe.js';
import { RowSink, RowSource, type RowTransform } from '../streams/rows.js';
import { ReadResults } from '../streams/sources/read-results.js';
import type { Operation } from './operations.js';
import type { Fetch } from './partitions/fetched.js';
import { lockFile } from './partitions/paths.js';
import type { OpenWarehouse } from './oa-warehouse.js';
import { openWarehouse } from './open-warehouse.js';
import type { ReputationReport } from './reputation/run-reputation.js';
import { checkSettings, type FullSettings, type Settings } from './settings.js';
import { lock } from './storage/lock.js';
import { stagingName } from './storage/storage-settings.js';

export interface OaOptions {
  /** `YYYYMMDD` */
  readonly date: string;
  /** Rows of the results, the most suspicious first; `Infinity` for all. @default 500 */
  readonly limit?: number;
  readonly settings?: Settings | FullSettings;
  /** Where `data/<pipeline>/<date>/` and `ipynb/<pipeline>/<date>/` are made. @default the current folder */
  readonly home?: string;
  /** Read this file instead of the day's results: a path or a URL. */
  readonly results?: string;
  /** Let empty details replace filled ones. @default false */
  readonly allowEmpty?: boolean;
  /** Also empty the analysts' tables and feedback of the day. @default false */
  readonly reset?: boolean;
  /** Replace notebooks that an analyst has edited. @default false */
  readonly freshNotebooks?: boolean;
  /** Reputation services of your own, after those of the settings. */
  readonly reputation?: readonly ReputationService[];
  readonly signal?: AbortSignal;
  readonly onWarning?: (warning: Warning) => void;
  /** Told when a step begins and while rows flow. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told before files are fetched for the engine from a storage on other machines. */
  readonly onFetch?: (fetch: Fetch) => void;
}

export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface Progress {
  readonly step: number;
  readonly name: string;
  /** Rows written so far, while rows flow. */
  readonly rows?: number;
}

export interface RunReport {
  runId: string;
  date: string;
  engine: string;
  /** `read`: rows that passed the limit; `rejected`: lines rejected before the last of them. */
  rows: { read: number; rejected: number; written: number };
  /** Rows of each table's new partition. */
  tables: Record<string, number>;
  statements: number;
  bytesRead: number;
  warnings: Warning[];
  /** What became of the reputation services, where one of them is on another machine. */
  reputation?: ReputationReport;
  /** `seconds` is a step's own work: streams overlap. */
  steps: { step: number; name: string; seconds: number }[];
}

/** What a step works with. Paths of the home are absolute. */
export interface OaContext {
  readonly day: Day;
  readonly runId: string;
  readonly settings: FullSettings;
  readonly options: OaOptions;
  readonly limit: number;
  readonly home: string;
  /** `<home>/data/<pipeline>/<date>` */
  readonly dataFolder: string;
  /** `<home>/ipynb/<pipeline>/<date>` */
  readonly notebookFolder: string;
  readonly signal: AbortSignal;
}

export interface OpenContext extends OaContext {
  readonly warehouse: OpenWarehouse;
  readonly report: RunReport;
  warn(code: string, message: string): void;
}

type RowStream = RowSource | RowTransform | RowSink;

export interface OaStep {
  readonly name: string;
  /** What the step would do, for `--dry-run`. @default nothing: it only computes */
  readonly plan?: (context: OaContext) => Operation[] | Promise<Operation[]>;
  /** The streams of the step; neighbouring steps of this kind are connected. */
  readonly stream?: (context: OpenContext) => object[] | Promise<object[]>;
  readonly run?: (context: OpenContext) => Promise<void>;
}

export interface OaPipeline {
  /** `dns`, `flow`, `proxy`: the folder of its own in `data/` and `ipynb/`. */
  readonly name: string;
  readonly tables: readonly TableDefinition[];
  readonly steps: readonly OaStep[];
  /** Tables whose partition of the day a run replaces, all together when every step is done; for the dry run. */
  readonly replaces?: readonly TableDefinition[];
  /** Those of them that a later step of the same run reads back through the engine. */
  readonly readsBack?: readonly TableDefinition[];
  /** What follows then. */
  readonly afterwards?: Pick<OaStep, 'plan' | 'run'>;
}

export function oaContext(pipeline: Pick<OaPipeline, 'name'>, options: OaOptions, signal: AbortSignal): OaContext {
  const day = parseDay(options.date);
  const limit = options.limit ?? 500;
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1)) {
    throw new OaError('USAGE', `limit ${limit}: expected 1 or more, or all`);
  }
  const home = resolve(options.home ?? '.');
  return {
    day,
    runId: `${day.text}-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`,
    settings: checkSettings(options.settings ?? {}),
    options,
    limit,
    home,
    dataFolder: `${home}/data/${pipeline.name}/${day.text}`,
    notebookFolder: `${home}/ipynb/${pipeline.name}/${day.text}`,
    signal,
  };
}

/** @param root @default that of the settings */
export function lockPath(pipeline: Pick<OaPipeline, 'name'>, { day, settings }: OaContext, root?: string): string {
  const { storage } = settings;
  return `${root ?? storage.root}/${lockFile(pipeline.name, day, stagingName(storage))}`;
}

/**
 * @throws {OaError} with the code of whatever failed; the tables are then as they were
 */
export async function runOa(pipeline: OaPipeline, options: OaOptions): Promise<RunReport> {
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  const base = oaContext(pipeline, options, signal);
  const report: RunReport = {
    runId: base.runId,
    date: base.day.text,
    engine: base.settings.engine.type,
    rows: { read: 0, rejected: 0, written: 0 },
    tables: {},
    statements: 0,
    bytesRead: 0,
    warnings: [],
    steps: [],
  };
  const warn = (code: string, message: string) => {
    report.warnings.push({ code, message });
    options.onWarning?.({ code, message });
  };
  const onWarning = (warning: Warning) => warn(warning.code, warning.message);
  const warehouse = await openWarehouse(base.settings, {
    tables: pipeline.tables,
    runId: base.runId,
    onWarning,
    onFetch: options.onFetch,
    signal,
  });
  try {
    const path = lockPath(pipeline, base);
    const held = await lock(warehouse.storage, path, { signal, onLost: (error) => ending.abort(error) });
    try {
      await removeDeadRuns(warehouse, path, base);
      const context = { ...base, warehouse, report, warn };
      // A run that fails or is ended on the way leaves every table as it was, but for those that a cluster had to load.
      warehouse.hold(pipeline.readsBack);
      await runSteps(pipeline.steps, context);
      signal.throwIfAborted();
      await held.check();
      await warehouse.place();
      await pipeline.afterwards?.run?.(context);
    } finally {
      await warehouse.discard();
      await held.release();
    }
    report.statements = warehouse.engine.statements;
    return report;
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason as Error;
    if (options.signal?.aborted)
      throw new OaError('ABORTED', 'the run was ended; the tables are as they were', { cause: error });
    throw asOaError(error);
  } finally {
    await warehouse.close();
  }
}

/** Under the lock of a day every other run of that day is dead, whatever can be said of its process. */
async function removeDeadRuns(warehouse: OpenWarehouse, lockFile: string, { day, runId }: OaContext): Promise<void> {
  const isDead = (name: string) => name.startsWith(`${day.text}-`) && name !== runId;
  const staging = dirname(lockFile);
  if (!(await warehouse.storage.list(staging)).some(({ name }) => isDead(name))) return;
  // What such a run had decided is finished first: its journal needs the files that lie there.
  await warehouse.tidy();
  for (const { name, path } of await warehouse.storage.list(staging)) {
    if (isDead(name)) await warehouse.storage.delete(path);
  }
}

async function runSteps(steps: readonly OaStep[], context: OpenContext): Promise<void> {
  for (let i = 0; i < steps.length;) {
    context.signal.throwIfAborted();
    const rest = steps.slice(i);
    const ahead = rest.findIndex(({ stream }) => stream === undefined);
    const streams = rest.slice(0, ahead < 0 ? rest.length : ahead);
    if (streams.length > 0) await runStreams(streams, i, context);
    else await runOne(rest[0]!, i, context);
    i += streams.length || 1;
  }
}

async function runOne(step: OaStep, index: number, context: OpenContext): Promise<void> {
  const start = performance.now();
  context.options.onProgress?.({ step: index + 1, name: step.name });
  await step.run?.(context);
  finished(context, index, step.name, (performance.now() - start) / 1000);
}

async function runStreams(steps: readonly OaStep[], first: number, context: OpenContext): Promise<void> {
  const made: { opening: number; streams: RowStream[] }[] = [];
  for (const [i, step] of steps.entries()) {
    const start = performance.now();
    context.options.onProgress?.({ step: first + i + 1, name: step.name });
    const streams = (await step.stream!(context)) as RowStream[];
    made.push({ opening: (performance.now() - start) / 1000, streams });
  }
  const all = made.flatMap(({ streams }) => streams);
  const [source, sink] = [all[0], all.at(-1)];
  if (!(source instanceof RowSource) || !(sink instanceof RowSink)) {
    throw new OaError('STEP_ORDER', 'the streams of a pipeline begin with a source and end with a sink');
  }
  const last = steps.at(-1)!.name;
  const progress = setInterval(
    () => context.options.onProgress?.({ step: first + steps.length, name: last, rows: sink.rows }),
    500,
  );
  progress.unref();
  try {
    // Rejects only when every stream has closed: nothing is still at work when the lock of the day is given back.
    await pipeAll(all, { signal: context.signal });
  } finally {
    clearInterval(progress);
  }
  const { report } = context;
  report.rows.read = source.rows;
  for (const stream of all) if ('passed' in stream) report.rows.read = stream.passed as number;
  if (source instanceof ReadResults) {
    report.rows.rejected = source.rejected;
    report.bytesRead = source.bytes;
  }
  report.rows.written = sink.rows;
  for (const [i, { opening, streams }] of made.entries()) {
    const seconds = streams.reduce((sum, stream) => sum + stream.seconds, opening);
    finished(context, first + i, steps[i]!.name, seconds);
  }
}

function finished({ report }: OpenContext, index: number, name: string, seconds: number): void {
  report.steps.push({ step: index + 1, name, seconds: Math.round(seconds * 1e6) / 1e6 });
}
