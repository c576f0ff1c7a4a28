/** The DNS OA: the twelve steps of the design document, in order. */
import { ANALYST_TABLES, DNS_TABLES, dns, dnsResults, dnsScores, dnsThreatInvestigation } from '../schemas/dns.js';
import type { DnsConf } from '../schemas/dns-conf.js';
import { featuresAmong } from '../schemas/dns-features.js';
import type { TableDefinition } from '../schemas/tables.js';
import type { Storage } from '../streams/contracts.js';
import { writeTable } from '../streams/sinks/write-table.js';
import { readResults } from '../streams/sources/read-results.js';
import { copyTo } from '../streams/transforms/copy-to.js';
import { dnsFeatures } from '../streams/transforms/dns-features.js';
import { hour } from '../streams/transforms/hour.js';
import { ianaNames } from '../streams/transforms/iana-names.js';
import { limit } from '../streams/transforms/limit.js';
import { networkContext } from '../streams/transforms/network-context.js';
import { severity } from '../streams/transforms/severity.js';
import { tld } from '../streams/transforms/tld.js';
import { hoursQuery, scoresQuery } from './engine/dns-queries.js';
import { dialectOf } from './engine/settings-dialect.js';
import { HoursSeen, hoursOfRawRows, warnOfMissingHours } from './details-ahead.js';
import { DETAILS, writeDetails } from './dns-details.js';
import { loadDnsLookups, type DnsLookups } from './dns-lookups.js';
import { notebookSettings, settingsPath } from './analyst/notebook-settings.js';
import { auditFolder, thisActor } from './analyst/audit.js';
import { feedbackPath } from './analyst/feedback-file.js';
import { resetLocked } from './analyst/reset.js';
import { analystRowsQuery } from './engine/analyst-queries.js';
import {
  copyNotebooks,
  keptText,
  notebookCopies,
  notebooksToCopy,
  typescriptFolder,
  type NotebooksToCopy,
} from './notebooks.js';
import { loadDnsConf } from './open-warehouse.js';
import { statement, type Operation } from './operations.js';
import {
  describeOperations,
  emptyingOperations,
  fetchOperations,
  placeOf,
  placingOperations,
  stagingOperations,
} from './partitions/operations.js';
import { planOa } from './plan-oa.js';
import { runOa, type OaContext, type OaOptions, type OaPipeline, type OaStep, type RunReport } from './run-oa.js';
import { filesKept, RunReputation } from './reputation/run-reputation.js';
import { checkSettings } from './settings.js';
import { shownRoot } from './storage/storage-settings.js';
import { writeText } from './storage/text.js';

/**
 * Runs the twelve steps for one day.
 * @throws {OaError} with the code of whatever failed
 */
export async function runDnsOa(options: OaOptions): Promise<RunReport> {
  const reputation = new RunReputation(options.reputation);
  try {
    const report = await runOa(await dnsPipeline(options, reputation), options);
    const asked = reputation.report();
    return asked ? { ...report, reputation: asked } : report;
  } finally {
    await reputation.close();
  }
}

/** Every statement and file operation of a run, in order; none is carried out. */
export async function planDnsOa(options: OaOptions): Promise<Operation[]> {
  const pipeline = await dnsPipeline(options, new RunReputation(options.reputation));
  const { dnsConf, iana, networkContext, reputation } = checkSettings(options.settings ?? {});
  const lookups = [dnsConf, ...Object.values(iana), ...networkContext.files, ...networkContext.ranges];
  return [...reads(lookups), ...(await planOa(pipeline, options)), ...filesKept(reputation)];
}

/** The DNS pipeline with the settings' lookups; a broken lookup file fails here, before anything is touched. */
async function dnsPipeline(options: OaOptions, reputation: RunReputation): Promise<OaPipeline> {
  const settings = checkSettings(options.settings ?? {});
  const [conf, lookups] = await Promise.all([loadDnsConf(settings), loadDnsLookups(settings)]);
  return {
    name: 'dns',
    tables: Object.values(DNS_TABLES),
    replaces: [dnsScores, ...DETAILS.map(({ table }) => table)],
    readsBack: [dnsScores],
    steps: dnsSteps(conf, lookups, reputation),
    // Last of all, so that a run that fails costs no analyst's work.
    afterwards: options.reset
      ? {
          plan: resetPlan,
          run: ({ warehouse, day }) =>
            resetLocked(warehouse, day, { actor: thisActor(settings), note: 'run --reset' }),
        }
      : undefined,
  };
}

const resultsPath = ({ settings, day, options }: OaContext) =>
  options.results ?? `${shownRoot(settings.storage)}/${dnsResults.resultsPath(day)}`;
const copyPath = ({ dataFolder }: OaContext) => `${dataFolder}/dns_results.csv`;
const rejectedPath = ({ dataFolder }: OaContext) => `${dataFolder}/rejected.tsv`;
const reads = (files: readonly (string | undefined)[]): Operation[] =>
  files.flatMap((path) => (path === undefined ? [] : [{ kind: 'file', do: 'read', path }]));

/** Steps 1 to 12; 3 to 11 are one stream. */
function dnsSteps(conf: DnsConf, lookups: DnsLookups, reputation: RunReputation): OaStep[] {
  const hoursSeen = new HoursSeen();
  let rawHours = new Set<number>();
  const staging = (context: OaContext, table: TableDefinition) => stagingOperations(table, placeOf(context));
  const fetches = (context: OaContext, tables: readonly TableDefinition[]) =>
    fetchOperations(tables, placeOf(context));
  const describes = (context: OaContext, ...tables: readonly TableDefinition[]) =>
    describeOperations(tables, placeOf(context));
  const dialect = ({ settings }: OaContext) => dialectOf(settings.engine);

  return [
    {
      name: 'folders',
      plan: ({ home, day, dataFolder, notebookFolder }) => [
        ...[dataFolder, notebookFolder].map((path): Operation => ({ kind: 'file', do: 'makeDirectories', path })),
        { kind: 'file', do: 'create', path: settingsPath(home, day) },
      ],
      run: async ({ warehouse: { local }, home, day, dataFolder, notebookFolder, settings }) => {
        for (const path of [dataFolder, notebookFolder]) {
          await local.makeDirectories(path);
          await removeUnfinished(local, path);
        }
        await removeUnfinished(local, typescriptFolder(notebookFolder));
        await writeText(local, settingsPath(home, day), notebookSettings(home, day, settings));
      },
    },
    {
      name: 'notebooks',
      plan: async (context) =>
        (await notebooks(context)).copies.map(({ from, to }) => ({ kind: 'file', do: 'copy', from, path: to })),
      run: async (context) => {
        const { copies, kept } = await notebooks(context);
        await copyNotebooks(context.warehouse.local, copies);
        for (const one of kept) context.warn('NOTEBOOKS_KEPT', keptText(one));
      },
    },
    {
      name: 'results',
      plan: (context) => [
        ...describes(context, dns, dnsScores, ...DETAILS.map(({ table }) => table)),
        ...fetches(context, [dns]),
        statement(hoursQuery(dialect(context), context.day, [dns])),
      ],
      stream: async (context) => {
        rawHours = await hoursOfRawRows(context);
        return [
          readResults(context.warehouse, {
            date: context.day.text,
            file: context.options.results,
            columns: conf.results,
            maxShare: context.settings.rejected.maxShare,
            rejectedFile: rejectedPath(context),
          }),
        ];
      },
    },
    {
      name: 'limit',
      stream: (context) => [
        limit(context.limit),
        hoursSeen,
        copyTo(context.warehouse, copyPath(context), { columns: conf.results }),
      ],
    },
    {
      name: 'tld',
      stream: ({ settings }) => {
        const features = new Set([...featuresAmong(conf.scores), ...settings.features]);
        return [tld(settings.tld), ...(features.size > 0 ? [dnsFeatures({ features: [...features] })] : [])];
      },
    },
    reputation.step(conf.reputation),
    {
      name: 'severity',
      plan: (context) =>
        context.options.reset
          ? []
          : [
              ...describes(context, dnsThreatInvestigation),
              ...fetches(context, [dnsThreatInvestigation]),
              statement(scoresQuery(dialect(context), context.day)),
            ],
      stream: async ({ warehouse, day, options }) => [
        severity(options.reset ? undefined : await warehouse.scores(day.text)),
      ],
    },
    { name: 'hour', stream: () => [hour()] },
    { name: 'iana', stream: () => [ianaNames(lookups.iana)] },
    {
      name: 'network-context',
      stream: ({ warn }) => {
        for (const { code, message } of lookups.warnings) warn(code, message);
        return [networkContext(lookups.contexts)];
      },
    },
    {
      name: 'scores',
      // Only now, when every step has what it needs, the stream of steps 3 to 11 begins to flow.
      plan: (context) => [
        { kind: 'file', do: 'delete', path: rejectedPath(context) },
        ...reads([resultsPath(context)]),
        { kind: 'file', do: 'create', path: copyPath(context) },
        ...staging(context, dnsScores),
        // A server reads it in the next step.
        ...(placeOf(context).loads ? placingOperations(dnsScores, placeOf(context)) : []),
      ],
      stream: ({ warehouse, day, report }) => {
        const sink = writeTable(warehouse, 'dns_scores', { date: day.text });
        sink.once('finish', () => (report.tables[dnsScores.name] = sink.rows));
        return [sink];
      },
    },
    {
      name: 'details',
      plan: (context) =>
        DETAILS.flatMap(({ table, sql }) => [
          statement(sql(dialect(context), context.day, context.settings.details.limit, context.settings.details)),
          ...staging(context, table),
        ]),
      run: async (context) => {
        warnOfMissingHours(context, rawHours, hoursSeen.hours);
        for (const part of DETAILS) await writeDetails(context, part, lookups);
      },
    },
  ];
}

/** A run that was killed leaves files under hidden names; under the lock of the day nobody else is writing one. */
async function removeUnfinished(local: Storage, folder: string): Promise<void> {
  for (const { name, path } of await local.list(folder))
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) await local.delete(path);
}

const notebooks = async ({ notebookFolder, settings, options }: OaContext): Promise<NotebooksToCopy> =>
  notebooksToCopy(await notebookCopies(notebookFolder, settings.notebooks.templates), {
    fresh: options.freshNotebooks,
  });

/** What goes is read and written down before. */
const resetPlan = (context: OaContext): Operation[] => [
  ...ANALYST_TABLES.flatMap((table) => [
    ...describeOperations([table], placeOf(context)),
    ...fetchOperations([table], placeOf(context)),
    statement(analystRowsQuery(dialectOf(context.settings.engine), table, context.day)),
  ]),
  {
    kind: 'file',
    do: 'create',
    path: `${shownRoot(context.settings.storage)}/${auditFolder(context.day)}/${context.runId}.json`,
  },
  // The columns are asked for once.
  ...ANALYST_TABLES.flatMap((table) =>
    emptyingOperations(table, placeOf(context)).slice(describeOperations([table], placeOf(context)).length),
  ),
  { kind: 'file', do: 'delete', path: `${shownRoot(context.settings.storage)}/${feedbackPath(context.day.text)}` },
];
