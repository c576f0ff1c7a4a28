/** The DNS OA: the twelve steps of the design document, in order. */
import { mkdir, writeFile } from 'node:fs/promises';
import { ANALYST_TABLES, DNS_TABLES, dnsResults, dnsScores } from '../schemas/dns.js';
import type { DnsConf } from '../schemas/dns-conf.js';
import { asOaError } from '../schemas/errors.js';
import type { TableDefinition } from '../schemas/tables.js';
import type { ReputationService } from '../streams/contracts.js';
import { writeTable } from '../streams/sinks/write-table.js';
import { readResults } from '../streams/sources/read-results.js';
import { copyTo } from '../streams/transforms/copy-to.js';
import { hour } from '../streams/transforms/hour.js';
import { ianaNames } from '../streams/transforms/iana-names.js';
import { limit } from '../streams/transforms/limit.js';
import { networkContext } from '../streams/transforms/network-context.js';
import { reputation } from '../streams/transforms/reputation.js';
import { severity } from '../streams/transforms/severity.js';
import { tld } from '../streams/transforms/tld.js';
import { hoursQuery, scoresQuery } from './engine/dns-queries.js';
import { duckdbDialect } from './engine/dialects.js';
import { DETAILS, HoursSeen, hoursOfRawRows, warnOfMissingHours, writeDetails } from './dns-details.js';
import { loadDnsLookups, type DnsLookups } from './dns-lookups.js';
import { feedbackPath, resetScores } from './analyst/reset.js';
import { copyNotebooks, notebookCopies } from './notebooks.js';
import { loadDnsConf } from './open-warehouse.js';
import { statement, type Operation } from './operations.js';
import { replacementOperations } from './partitions/operations.js';
import {
  oaContext,
  planOa,
  runOa,
  type OaContext,
  type OaOptions,
  type OaPipeline,
  type OaStep,
  type RunReport,
} from './run-oa.js';
import { loadReputation } from './reputation/load-reputation.js';

/**
 * Runs the twelve steps for one day.
 * @throws {OaError} with the code of whatever failed
 */
export async function runDnsOa(options: OaOptions): Promise<RunReport> {
  return runOa(await dnsPipeline(options), options);
}

/** Every statement and file operation of a run, in order; none is carried out and nothing is opened. */
export async function planDnsOa(options: OaOptions): Promise<Operation[]> {
  return planOa(await dnsPipeline(options), options);
}

/** The DNS pipeline with the settings' lookups; a broken lookup file fails here, before anything is touched. */
async function dnsPipeline(options: OaOptions): Promise<OaPipeline> {
  const { settings } = oaContext({ name: 'dns' }, options, new AbortController().signal);
  const [conf, lookups] = await Promise.all([loadDnsConf(settings), loadDnsLookups(settings)]);
  return { name: 'dns', tables: Object.values(DNS_TABLES), steps: dnsSteps(conf, lookups) };
}

const resultsPath = ({ settings, day, options }: OaContext) =>
  options.results ?? `${settings.storage.root}/${dnsResults.resultsPath(day)}`;
const copyPath = ({ dataFolder }: OaContext) => `${dataFolder}/dns_results.csv`;

const nothing = () => [];

/** Steps 1 to 12; 3 to 11 are one stream. */
function dnsSteps(conf: DnsConf, lookups: DnsLookups): OaStep[] {
  const hoursSeen = new HoursSeen();
  let rawHours = new Set<number>();
  let services: ReputationService[] = [];
  const replacement = (context: OaContext, table: TableDefinition) =>
    replacementOperations(context.settings.storage.root, table, context);

  return [
    {
      name: 'folders',
      plan: ({ dataFolder, notebookFolder }) =>
        [dataFolder, notebookFolder].map((path) => ({ kind: 'file', do: 'makeDirectories', path })),
      run: async (context) => {
        await Promise.all([context.dataFolder, context.notebookFolder].map(makeFolder));
        // What the notebooks open: the very warehouse of this run.
        const { storage, engine } = context.settings;
        await writeFile(`${context.dataFolder}/settings.json`, `${JSON.stringify({ storage, engine }, null, 2)}\n`);
      },
    },
    {
      name: 'notebooks',
      plan: async ({ notebookFolder, settings }) =>
        (await notebookCopies(notebookFolder, settings.notebooks.templates)).map(({ from, to }) => ({
          kind: 'file',
          do: 'copy',
          from,
          path: to,
        })),
      run: async ({ notebookFolder, settings, options, warn }) => {
        const copies = await notebookCopies(notebookFolder, settings.notebooks.templates);
        const kept = await copyNotebooks(copies, { fresh: options.freshNotebooks });
        if (kept.length > 0)
          warn('NOTEBOOKS_KEPT', `${kept.join(', ')}: edited, kept; --fresh-notebooks replaces them`);
      },
    },
    {
      name: 'results',
      plan: (context) => [
        statement(hoursQuery(duckdbDialect, context.day)),
        { kind: 'file', do: 'read', path: resultsPath(context) },
      ],
      stream: async (context) => {
        rawHours = await hoursOfRawRows(context);
        return [
          readResults(context.warehouse, {
            date: context.day.text,
            file: context.options.results,
            columns: conf.results,
            maxShare: context.settings.rejected.maxShare,
            rejectedFile: `${context.dataFolder}/rejected.tsv`,
          }),
        ];
      },
    },
    {
      name: 'limit',
      plan: (context) => [{ kind: 'file', do: 'create', path: copyPath(context) }],
      stream: (context) => [
        limit(context.limit),
        copyTo(context.warehouse, copyPath(context), { columns: conf.results }),
        hoursSeen,
      ],
    },
    { name: 'tld', plan: nothing, stream: ({ settings }) => [tld(settings.tld)] },
    {
      name: 'reputation',
      plan: ({ settings }) => settings.reputation.map(({ file }) => ({ kind: 'file', do: 'read', path: file })),
      stream: async ({ settings, warn }) => {
        const onFailure = (error: Error) => warn('REPUTATION_UNAVAILABLE', error.message);
        services = await loadReputation(settings.reputation, { onFailure });
        return Object.entries(conf.reputation).map(([as, key]) => reputation(services, { key, as }));
      },
    },
    {
      name: 'severity',
      plan: ({ day, options }) => (options.reset ? [] : [statement(scoresQuery(duckdbDialect, day))]),
      stream: async ({ warehouse, day, options }) => [
        severity(options.reset ? undefined : await warehouse.scores(day.text)),
      ],
    },
    { name: 'hour', plan: nothing, stream: () => [hour()] },
    { name: 'iana', plan: nothing, stream: () => [ianaNames(lookups.iana)] },
    { name: 'network-context', plan: nothing, stream: () => [networkContext(lookups.contexts)] },
    {
      name: 'scores',
      plan: (context) => replacement(context, dnsScores),
      stream: ({ warehouse, day, report }) => {
        const sink = writeTable(warehouse, 'dns_scores', { date: day.text });
        sink.once('finish', () => (report.tables[dnsScores.name] = sink.rows));
        return [sink];
      },
    },
    {
      name: 'details',
      plan: (context) => [
        ...DETAILS.flatMap(({ table, sql }) => [
          statement(sql(duckdbDialect, context.day, context.settings.details.limit)),
          ...replacement(context, table),
        ]),
        ...(context.options.reset ? resetPlan(context) : []),
      ],
      run: async (context) => {
        warnOfMissingHours(context, rawHours, hoursSeen.hours);
        for (const part of DETAILS) await writeDetails(context, part, lookups);
        // Last of all, so that a run that fails costs no analyst's work.
        if (context.options.reset) await resetScores(context.warehouse, context.day.text);
      },
    },
  ];
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw asOaError(error, 'STORAGE_FAILED', `folder ${path}`);
  });
}

const resetPlan = (context: OaContext): Operation[] => [
  ...ANALYST_TABLES.map(({ folder }): Operation => ({
    kind: 'file',
    do: 'delete',
    path: `${context.settings.storage.root}/${folder}/y=${context.day.y}/m=${context.day.m}/d=${context.day.d}`,
  })),
  { kind: 'file', do: 'delete', path: `${context.settings.storage.root}/${feedbackPath(context.day.text)}` },
];
