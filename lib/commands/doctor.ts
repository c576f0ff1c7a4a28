/** `doctor`: checks every configured component and says what to do about each that fails. */
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseDay } from '../../schemas/days.js';
import { dnsScores } from '../../schemas/dns.js';
import { confDifferences } from '../../schemas/dns-conf.js';
import { asOaError, OaError } from '../../schemas/errors.js';
import { readResults } from '../../streams/sources/read-results.js';
import { loadDnsLookups } from '../dns-lookups.js';
import { loadGeolocation } from '../lookups/geolocation.js';
import { conflictsText, loadNetworkContext } from '../lookups/network-context.js';
import { notebookCopies } from '../notebooks.js';
import { loadDnsConf, openWarehouse, type OpenWarehouse } from '../open-warehouse.js';
import { tryServices } from '../reputation/try-services.js';
import { checkTable } from '../partitions/align.js';
import type { FullSettings } from '../settings.js';
import { localStorage } from '../storage/local.js';
import { parse, settingsOf } from './arguments.js';
import type { Command } from './main.js';
import { jsonText, printable } from './terminal.js';

/** `ok`, `note` (works, but the user may want to know) or `fail`. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'fail';
  readonly message: string;
}

interface Check {
  readonly name: string;
  /** What to do when it fails. */
  readonly remedy: string;
  /** @returns what was found; a message that begins with `note: ` is a note */
  run(): Promise<string>;
}

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
  let opened: Promise<OpenWarehouse> | undefined;
  const warehouse = () => (opened ??= openWarehouse(settings, { layout: null }));
  const findings: Finding[] = [];
  try {
    for (const { name, remedy, run } of checks(settings, date, warehouse))
      findings.push(await finding(name, remedy, run));
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
  return findings;
}

async function finding(check: string, remedy: string, run: () => Promise<string>): Promise<Finding> {
  try {
    const found = await run();
    return found.startsWith('note: ')
      ? { check, state: 'note', message: found.slice(6) }
      : { check, state: 'ok', message: found };
  } catch (thrown) {
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
    {
      name: 'storage',
      remedy: 'Set storage.root (or --data) to a folder that this user can read and write.',
      run: () => folder(settings.storage.root),
    },
    {
      name: 'engine',
      remedy:
        'Correct what the settings say of engine, or install the package again with its optional dependencies: npm ci.',
      run: async () => {
        const { engine } = await warehouse();
        for await (const [row] of engine.pages('SELECT version() AS version'))
          return `${engine.name} ${String(row?.version)}`;
        return engine.name;
      },
    },
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
  ];
}

/** The folder, or the place where it will be made. */
async function folder(path: string): Promise<string> {
  const found = await localStorage().stat(path);
  if (found === null) {
    if (dirname(path) !== path) await folder(dirname(path));
    return `note: ${path} does not exist yet; the first run makes it`;
  }
  if (!found.isFolder) throw new OaError('STORAGE_FAILED', `${path}: a file stands where a folder is expected`);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw asOaError(error, 'STORAGE_FAILED', path);
  });
  return path;
}

async function tables(open: () => Promise<OpenWarehouse>): Promise<string> {
  const warehouse = await open();
  for (const table of warehouse.tables) checkTable(table, await warehouse.engine.describe(table));
  const missing = await warehouse.missingTables();
  const all = warehouse.tables.length;
  return missing.length > 0
    ? `note: ${all - missing.length} of ${all}; not made yet: ${missing.map(({ name }) => name).join(', ')}`
    : `${all} tables`;
}
