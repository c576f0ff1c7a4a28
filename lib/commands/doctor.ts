/** `doctor`: checks every configured component and says what to do about each that fails. */
import { parseDay } from '../../schemas/days.js';
import { dnsScores } from '../../schemas/dns.js';
import { confDifferences } from '../../schemas/dns-conf.js';
import { asOaError } from '../../schemas/errors.js';
import { readResults } from '../../streams/sources/read-results.js';
import { loadDnsLookups } from '../dns-lookups.js';
import { isCluster, type EngineSettings } from '../engine/engine-settings.js';
import { loadGeolocation } from '../lookups/geolocation.js';
import { conflictsText, loadNetworkContext } from '../lookups/network-context.js';
import { notebookCopies } from '../notebooks.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { loadDnsConf, openWarehouse } from '../open-warehouse.js';
import { tryServices } from '../reputation/try-services.js';
import { checkTable } from '../partitions/align.js';
import type { FullSettings } from '../settings.js';
import { parse, settingsOf } from './arguments.js';
import { clusterChecks } from './doctor-engine.js';
import { feedbackCheck } from './doctor-feedback.js';
import { spotConfChecks, storageChecks } from './doctor-storage.js';
import type { Command } from './main.js';
import { jsonText, printable } from './terminal.js';

/** `ok`, `note` (works, but the user may want to know) or `fail`. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'fail';
  readonly message: string;
}

/** @internal */
export interface Check {
  readonly name: string;
  /** What to do when it fails. */
  readonly remedy: string;
  /** What of the warehouse does not work when this fails; what needs the warehouse is then not worth looking at. */
  readonly basis?: 'storage' | 'engine';
  /** @returns what was found; a message that begins with `note: ` is a note */
  run(): Promise<string>;
}

/** What needs the warehouse, when its storage does not work. */
class NotLookedAt extends Error {}

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  json: { type: 'boolean' },
  offline: { type: 'boolean' },
} as const;

export const doctor: Command = {
  help: `doctor [-d YYYYMMDD] [--offline] [--json]
checks every configured component and says what to do about each that fails`,

  async run(args) {
    const { values } = parse(args, OPTIONS);
    if (values.date !== undefined) parseDay(values.date);
    const findings = await examine(await settingsOf(values), values.date);
    const failed = findings.filter(({ state }) => state === 'fail').length;
    const text = findings.map(
      ({ check, state, message }) => `${state.padEnd(4)}  ${check.padEnd(15)}  ${printable(message)}`,
    );
    const output = values.json
      ? jsonText(findings)
      : [...text, '', failed ? `${failed} of ${findings.length} checks failed` : 'all checks passed'].join('\n');
    return { output, status: failed > 0 ? 1 : 0 };
  },
};

export async function examine(settings: FullSettings, date?: string): Promise<Finding[]> {
  const patient = withoutPatience(settings);
  let opened: Promise<OpenWarehouse> | undefined;
  let failed: Check['basis'];
  const warehouse = async () => {
    if (failed !== undefined) throw new NotLookedAt(`the ${failed} does not work`);
    return (opened ??= openWarehouse(patient, { layout: null }));
  };
  const findings: Finding[] = [];
  try {
    for (const check of checks(patient, date, warehouse)) {
      const found = await finding(check);
      findings.push(found);
      if (check.basis && found.state === 'fail') failed ??= check.basis;
    }
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
  return findings;
}

/** Somebody waits for the answer, and what fails is to be seen. */
function withoutPatience(settings: FullSettings): FullSettings {
  const { storage } = settings;
  if (storage.type === 'local') return settings;
  return { ...settings, storage: { ...storage, retry: { ...storage.retry, attempts: 2, base: 200 } } };
}

async function finding({ name: check, remedy, run }: Check): Promise<Finding> {
  try {
    const found = await run();
    return found.startsWith('note: ')
      ? { check, state: 'note', message: found.slice(6) }
      : { check, state: 'ok', message: found };
  } catch (thrown) {
    if (thrown instanceof NotLookedAt) return { check, state: 'note', message: `not looked at: ${thrown.message}` };
    const error = asOaError(thrown);
    return { check, state: 'fail', message: `${error.code}: ${error.message}. ${remedy}` };
  }
}

function checks(settings: FullSettings, date: string | undefined, warehouse: () => Promise<OpenWarehouse>): Check[] {
  return [
    {
      name: 'node',
      remedy: 'Install Node.js 20 or newer.',
      run: () => Promise.resolve(`Node.js ${process.versions.node}`),
    },
    ...spotConfChecks(settings),
    ...storageChecks(settings.storage),
    ...engineChecks(settings.engine, warehouse),
    {
      name: 'tables',
      remedy: 'Create missing tables with init; alter those that lack a column.',
      run: () => tables(warehouse),
    },
    {
      name: 'dns-conf',
      remedy: 'Correct the file that dnsConf names.',
      run: async () => {
        const conf = await loadDnsConf(settings);
        const existing = await (await warehouse()).engine.describe(dnsScores);
        const differences = existing === null ? [] : confDifferences(conf, existing);
        const text = `${Object.keys(conf.results).length} columns of results, ${Object.keys(conf.scores).length} of dns_scores`;
        return differences.length > 0 ? `note: the existing dns_scores wins: ${differences.join('; ')}` : text;
      },
    },
    {
      name: 'iana',
      remedy: 'Correct the files that iana names, or leave them out: the built-in tables are current.',
      run: async () => {
        const lookups = await loadDnsLookups({ iana: settings.iana, networkContext: { files: [], ranges: [] } });
        const sizes = Object.entries(lookups.iana).map(
          ([name, table]) => `${name} ${(table as ReadonlyMap<number, string>).size}`,
        );
        const [duplicates] = lookups.warnings;
        return duplicates === undefined ? sizes.join(', ') : `note: ${sizes.join(', ')}; ${duplicates.message}`;
      },
    },
    {
      name: 'network-context',
      remedy: 'Correct the line, or take the file out of networkContext.',
      run: async () => {
        const { files, ranges } = settings.networkContext;
        if (files.length + ranges.length === 0) return 'note: no files; the column network_context is empty';
        const found = await loadNetworkContext(settings.networkContext);
        return found.conflicts.length > 0
          ? `note: ${found.size} ranges; ${conflictsText(found.conflicts)}`
          : `${found.size} ranges`;
      },
    },
    {
      name: 'geolocation',
      remedy: 'Correct the files that geolocation names, or fetch them again.',
      run: async () => {
        const { descriptions } = await loadGeolocation(settings.geolocation);
        return descriptions.length > 0 ? descriptions.join('; ') : 'note: no file; DNS does not need one';
      },
    },
    {
      name: 'reputation',
      remedy: 'Correct the list or the service, or take it out of reputation.',
      run: async () => {
        const found = await tryServices(settings.reputation);
        return found.length > 0 ? found.join('; ') : 'note: no service; the column query_rep is empty';
      },
    },
    {
      name: 'notebooks',
      remedy: 'Set notebooks.templates to a folder with *_master.ipynb files, or leave it out.',
      run: async () => `${(await notebookCopies('', settings.notebooks.templates)).length} templates`,
    },
    {
      name: 'results',
      remedy: 'Run spot-ml for the day first; if its columns differ, tell them by dnsConf.',
      run: async () => {
        if (date === undefined) return 'note: not looked for; -d YYYYMMDD looks for those of a day';
        const { results } = await loadDnsConf(settings);
        const source = readResults(await warehouse(), { date, columns: results });
        for await (const batch of source)
          return `the first ${(batch as unknown[]).length} rows of ${date} are readable`;
        return `note: none on ${date}`;
      },
    },
    feedbackCheck(date, warehouse),
  ];
}

function engineChecks(engine: EngineSettings, open: () => Promise<OpenWarehouse>): Check[] {
  if (isCluster(engine)) return clusterChecks(engine, open);
  return [
    {
      name: 'engine',
      remedy:
        'Correct what the settings say of engine, or install the package again with its optional dependencies: npm ci.',
      run: async () => {
        const { engine } = await open();
        for await (const [row] of engine.pages('SELECT version() AS version'))
          return `${engine.name} ${String(row?.version)}`;
        return engine.name;
      },
    },
  ];
}

async function tables(open: () => Promise<OpenWarehouse>): Promise<string> {
  const warehouse = await open();
  for (const table of warehouse.tables) {
    const columns = await warehouse.engine.describe(table);
    if (columns !== null) checkTable(table, columns);
  }
  const missing = await warehouse.missingTables();
  const all = warehouse.tables.length;
  return missing.length > 0
    ? `note: ${all - missing.length} of ${all}; not made yet: ${missing.map(({ name }) => name).join(', ')}`
    : `${all} tables`;
}
