/** `demo`: makes a sample day and runs the DNS OA on it. */
import { basename, dirname, relative } from 'node:path';
import { parseDay, type Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { Row } from '../../schemas/columns.js';
import { dns, dnsResults, type DnsRow } from '../../schemas/dns.js';
import { pipe } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { resultLine } from '../../streams/calculations/result-line.js';
import { scoreColumn } from '../analyst/scores.js';
import { sampleDay } from '../demo/sample-day.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { isCluster } from '../engine/engine-settings.js';
import { openWarehouse } from '../open-warehouse.js';
import { isClone, packageFile } from '../package-root.js';
import { checkSettings, withoutSecrets, type FullSettings } from '../settings.js';
import { writeText } from '../storage/text.js';
import { parse, settingsOf, wholeNumber } from './arguments.js';
import type { Command } from './main.js';
import { reportText, runDay } from './run.js';
import { count, table } from './terminal.js';

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  rows: { type: 'string' },
  seed: { type: 'string' },
  offline: { type: 'boolean' },
} as const;

export const demo: Command = {
  help: `demo [-d YYYYMMDD] [--rows N] [--seed N] [--offline]
makes a sample day (raw table and dns_results.csv) in the warehouse and runs it`,

  async run(args, console) {
    const { values } = parse(args, OPTIONS);
    const day = parseDay(values.date ?? '20160708');
    const rows = wholeNumber(values.rows ?? '60000', '--rows', 1000);
    const seed = wholeNumber(values.seed ?? '1', '--seed', 0);
    const given = await settingsOf(values);
    if (given.storage.type !== 'local' || isCluster(given.engine)) {
      const on = given.storage.type === 'local' ? given.engine.type : given.storage.type;
      throw new OaError('USAGE', `demo makes a day in a local folder only, not on ${on}`);
    }
    const root = given.storage.root;
    console.log(`making ${count(rows)} DNS responses of ${day.iso} in ${root} (seed ${seed})`);
    const files = await makeDay(given, day, { rows, seed, signal: console.signal });
    const settings = checkSettings({
      ...given,
      networkContext: {
        ...given.networkContext,
        files: [...given.networkContext.files, files['networkcontext.csv']!],
      },
      reputation: {
        ...given.reputation,
        services: [
          ...given.reputation.services,
          { service: 'domain-list', name: 'sample', file: files['domains.txt']! },
        ],
      },
    });
    const settingsFile = `${root}/demo/settings.json`;
    const report = await runDay(
      { date: day.text, settings, home: values.home, signal: console.signal },
      { wait: 0, json: false, console },
    );

    const warehouse = await openWarehouse(given);
    try {
      await writeText(warehouse.storage, settingsFile, demoSettings(settings));
      return {
        output: `${reportText(report)}\n\n${await mostSuspicious(warehouse, day)}\n\n${nextCommands(day, values, settingsFile)}`,
      };
    } finally {
      await warehouse.close();
    }
  },
};

async function makeDay(
  settings: FullSettings,
  day: Day,
  { signal, ...options }: { rows: number; seed: number; signal: AbortSignal },
) {
  const sample = sampleDay(day, options);
  const warehouse = await openWarehouse(settings);
  try {
    for (const { hour, rows } of sample.hours()) {
      const source = RowSource.of<typeof dns.columns, DnsRow>(rows, { columns: dns.columns });
      await pipe(source, writeTable(warehouse, 'dns', { date: day.text, hour, allowEmpty: true }), { signal });
    }
    const names = Object.keys(dnsResults.columns);
    const lines = sample.results().map((row) => resultLine(row, names));
    await writeText(warehouse.storage, `${warehouse.root}/${dnsResults.resultsPath(day)}`, lines.join(''));
    const files: Record<string, string> = {};
    for (const [name, text] of Object.entries(sample.files())) {
      files[name] = `${warehouse.root}/demo/${name}`;
      await writeText(warehouse.storage, files[name], text);
    }
    return files;
  } finally {
    await warehouse.close();
  }
}

/** So that a later `run --config` enriches the same way; the demo's own files by relative paths, so that it can be moved. */
function demoSettings(settings: FullSettings): string {
  const { storage, networkContext, reputation } = settings;
  const near = (path: string) => (dirname(path) === `${storage.root}/demo` ? basename(path) : path);
  const movable = {
    ...settings,
    storage: { ...storage, root: '..' },
    networkContext: { ...networkContext, files: networkContext.files.map(near) },
    reputation: {
      ...reputation,
      services: reputation.services.map((one) => ('file' in one ? { ...one, file: near(one.file) } : one)),
    },
  };
  return `${JSON.stringify(withoutSecrets(movable), null, 2)}\n`;
}

async function mostSuspicious({ engine }: OpenWarehouse, day: Day): Promise<string> {
  const score = await scoreColumn(engine);
  const sql = `SELECT ${score}, ip_dst, dns_qry_name, dns_qry_type_name, query_rep, network_context
FROM dns_scores WHERE y = ${day.y} AND m = ${day.m} AND d = ${day.d} ORDER BY ${score}, unix_tstamp LIMIT 5`;
  const rows: Row[] = [];
  for await (const page of engine.pages(sql, { day })) rows.push(...page);
  return `The five most suspicious rows:\n\n${table(rows)}`;
}

/** As they are typed in a clone, or where the package is installed. */
function nextCommands(day: Day, values: { data?: string; home?: string }, settingsFile: string): string {
  const program = isClone ? `node ${relative('.', packageFile('dist/lib/cli.js'))}` : 'npx spot-dns-oa';
  const quoted = (text: string) => (/^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  const data = values.data === undefined ? '' : ` --data ${quoted(values.data)}`;
  const home = values.home === undefined ? '' : ` --home ${quoted(values.home)}`;
  return [
    'Next:',
    `  ${program} sql "SELECT tld, count(*) AS n FROM dns_scores GROUP BY tld ORDER BY n DESC LIMIT 10"${data}`,
    `  ${program} run -d ${day.text} -l 1000 --config ${quoted(relative('.', settingsFile))}${home}`,
    `  ${program} doctor -d ${day.text} --config ${quoted(relative('.', settingsFile))}`,
    `  ${program} report -d ${day.text}${data}${home}`,
    `  ${program} notebooks -d ${day.text}${home}`,
  ].join('\n');
}
