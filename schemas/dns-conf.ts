/**
 * `dns_conf.json`: which column of `dns_results.csv` is which, which columns a new `dns_scores` has, and which column is
 * asked about at the reputation services. Indexes count from 0; those of `add_reputation` refer to `dns_results_fields`.
 */
import { isIdentifier, type Column, type ColumnKind, type Columns } from './columns.js';
import { dnsResults, dnsScores } from './dns.js';
import { FEATURE_COLUMNS } from './dns-features.js';
import { OaError } from './errors.js';

export interface DnsConf {
  /** Columns of the results file, in order. */
  readonly results: Columns;
  /** Columns of a new `dns_scores`, in order. */
  readonly scores: Columns;
  /** Reputation column → the column of the results that is checked. */
  readonly reputation: Readonly<Record<string, string>>;
}

const RESULT_KINDS: Columns = dnsResults.columns;
const SCORE_KINDS: Columns = {
  ...dnsScores.spot10,
  ...dnsScores.columns,
  dns_sev: 'int?',
  ip_sev: 'int?',
  ...FEATURE_COLUMNS,
};

/** What a results file cannot do without. */
const RESULTS_REQUIRED = ['frame_time', 'unix_tstamp', 'ip_dst', 'dns_qry_name', 'score'];

/**
 * @param json the parsed file
 * @param file its name, for messages
 * @throws {OaError} `DNS_CONF_INVALID`: unknown column, index used twice, gap, a needed column missing
 */
export function parseDnsConf(json: unknown, file = 'dns_conf.json'): DnsConf {
  const fail = (message: string): never => {
    throw new OaError('DNS_CONF_INVALID', `${file}: ${message}`);
  };
  const section = (name: string): Record<string, number> => {
    const value = (json as Record<string, unknown> | null)?.[name];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fail(`${name}: expected an object of names and indexes, got ${JSON.stringify(value)}`);
    }
    for (const [column, index] of Object.entries(value)) {
      if (!Number.isInteger(index) || (index as number) < 0)
        fail(`${name}.${column}: expected an index from 0, got ${JSON.stringify(index)}`);
    }
    return value as Record<string, number>;
  };
  const ordered = (name: string, kinds: Columns): Columns => {
    const names: string[] = [];
    for (const [column, index] of Object.entries(section(name))) {
      if (!Object.hasOwn(kinds, column))
        fail(`${name}: unknown column ${column}; known are ${Object.keys(kinds).join(', ')}`);
      if (names[index] !== undefined) fail(`${name}: index ${index} is used by ${names[index]} and by ${column}`);
      names[index] = column;
    }
    for (let i = 0; i < names.length; i++) if (names[i] === undefined) fail(`${name}: index ${i} is missing`);
    return Object.fromEntries(names.map((column) => [column, kinds[column] as ColumnKind]));
  };

  const results = ordered('dns_results_fields', RESULT_KINDS);
  for (const column of RESULTS_REQUIRED)
    if (!Object.hasOwn(results, column)) fail(`dns_results_fields: ${column} is missing`);
  const scores = ordered('dns_score_fields', SCORE_KINDS);
  for (const column of dnsScores.required) {
    const has = Object.keys(scores).some((name) => name === column || dnsScores.aliases[name] === column);
    if (!has) fail(`dns_score_fields: ${column} is missing`);
  }
  const names = Object.keys(results);
  const reputation: Record<string, string> = {};
  for (const [column, index] of Object.entries(section('add_reputation'))) {
    if (!isIdentifier(column)) fail(`add_reputation: ${JSON.stringify(column)} is no name of a column`);
    if (Object.hasOwn(results, column)) fail(`add_reputation.${column}: the results have a column of this name`);
    const checked = names[index];
    if (checked === undefined)
      fail(`add_reputation.${column}: index ${index}; dns_results_fields ends at ${names.length - 1}`);
    else if (results[checked] !== 'string')
      fail(`add_reputation.${column}: ${checked} holds numbers; expected a column of names or addresses`);
    else reputation[column] = checked;
  }
  return { results, scores, reputation };
}

/** What an existing table has and the configuration does not, and the other way round; empty when they agree. */
export function confDifferences(conf: DnsConf, table: readonly Column[]): string[] {
  const inTable = table.map(({ name }) => name);
  const inConf = Object.keys(conf.scores);
  const missing = inConf.filter((name) => !inTable.includes(name)).map((name) => `${name} is in dns_conf.json only`);
  const more = inTable.filter((name) => !inConf.includes(name)).map((name) => `${name} is in the table only`);
  const sameNames = missing.length + more.length === 0;
  return sameNames && inTable.join() !== inConf.join() ? ['the order of the columns differs'] : [...missing, ...more];
}
