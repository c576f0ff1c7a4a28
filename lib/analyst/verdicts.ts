/**
 * What analysts said of names and clients, and what that makes of the day's connections. Pure: a verdict belongs to a key
 * (a query name, a client), and the rows of `dns_threat_investigation` follow from the verdicts.
 */
import type { Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';

/** As Spot stores them; `none` withdraws. */
export const SEVERITIES = { none: 0, high: 1, medium: 2, low: 3 } as const;
export type Severity = keyof typeof SEVERITIES;

/** On a client (`ip`), a query name, or both: each gets the severity. */
export interface AnalystVerdict {
  readonly ip?: string;
  readonly name?: string;
  /** Or the number that Spot stores: 1 high, 2 medium, 3 low, 0 none. */
  readonly severity: Severity | 0 | 1 | 2 | 3;
}

/** Severities by key, 0 to 3. */
export interface Verdicts {
  readonly names: ReadonlyMap<string, number>;
  readonly clients: ReadonlyMap<string, number>;
}

/** A row of `dns_threat_investigation`. */
export interface ScoredConnection extends Row {
  unix_tstamp: number;
  ip_dst: string | null;
  dns_qry_name: string | null;
  ip_sev: number;
  dns_sev: number;
}

export const severityName = (severity: number): Severity =>
  (Object.keys(SEVERITIES) as Severity[]).find((name) => SEVERITIES[name] === severity) ?? 'none';

/** @throws {OaError} `VALUE_INVALID` */
export function severityOf(value: unknown): number {
  if (typeof value === 'string' && Object.hasOwn(SEVERITIES, value)) return SEVERITIES[value as Severity];
  if (typeof value === 'number' && Object.values<number>(SEVERITIES).includes(value)) return value;
  throw new OaError(
    'VALUE_INVALID',
    `severity ${JSON.stringify(value)}: expected ${Object.keys(SEVERITIES).join(', ')}`,
  );
}

/** As a table holds a text: UTF-8 has no half of a surrogate pair. */
export const storedText = (text: string): string => Buffer.from(text).toString();

/** Severities that are given, `none` as 0; of several on one key the last wins. @throws {OaError} `VALUE_INVALID` */
export function givenVerdicts(verdicts: readonly AnalystVerdict[]): Verdicts {
  const [names, clients] = [new Map<string, number>(), new Map<string, number>()];
  const set = (map: Map<string, number>, key: unknown, severity: number) => {
    if (typeof key !== 'string')
      throw new OaError('VALUE_INVALID', `a verdict on ${JSON.stringify(key)}: expected a client or a query name`);
    map.set(storedText(key), severity);
  };
  for (const { ip, name, severity } of verdicts) {
    const value = severityOf(severity);
    if (ip === undefined && name === undefined)
      throw new OaError('VALUE_INVALID', 'a verdict on nothing: expected a client or a query name');
    if (ip !== undefined) set(clients, ip, value);
    if (name !== undefined) set(names, name, value);
  }
  return { names, clients };
}

/** Verdicts that stored rows express; of several of one key the most severe wins. */
export function verdictsOf(rows: readonly Row[]): Verdicts {
  const [names, clients] = [new Map<string, number>(), new Map<string, number>()];
  const note = (map: Map<string, number>, key: unknown, severity: unknown) => {
    const value = Number(severity ?? 0);
    if (typeof key === 'string' && value >= 1 && value <= 3) map.set(key, Math.min(map.get(key) ?? 3, value));
  };
  for (const row of rows) {
    note(names, row.dns_qry_name, row.dns_sev);
    note(clients, row.ip_dst, row.ip_sev);
  }
  return { names, clients };
}

/** The verdicts after new ones were given; what is withdrawn is gone. */
export function mergedVerdicts(before: Verdicts, given: Verdicts): Verdicts {
  const merged = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
    new Map([...a, ...b].filter(([key]) => (b.get(key) ?? a.get(key)) !== 0));
  return { names: merged(before.names, given.names), clients: merged(before.clients, given.clients) };
}

/** Tells connections apart, whatever their names hold. */
export const connectionKey = ({ unix_tstamp, ip_dst, dns_qry_name }: Row): string =>
  JSON.stringify([String(unix_tstamp), ip_dst ?? null, dns_qry_name ?? null]);

export interface Scored<R extends Row = Row> {
  /** A row of `dns_scores`, or of what was scored before where `dns_scores` has it no longer. */
  readonly row: R;
  readonly ip_sev: number;
  readonly dns_sev: number;
}

/**
 * Every row of `dns_scores` that matches a verdict, then the connections scored before that are no longer among its rows:
 * `ip_sev` where the client matches, `dns_sev` where the name does, else 0.
 */
export function scoredRows(suspicious: readonly Row[], before: readonly Row[], verdicts: Verdicts): Scored[] {
  const severities = (row: Row): Scored => ({
    row,
    ip_sev: verdicts.clients.get(row.ip_dst as string) ?? 0,
    dns_sev: verdicts.names.get(row.dns_qry_name as string) ?? 0,
  });
  const known = new Set(suspicious.map(connectionKey));
  const gone = before.filter((row) => {
    const key = connectionKey(row);
    return !known.has(key) && known.add(key);
  });
  return [...suspicious, ...gone].map(severities).filter(({ ip_sev, dns_sev }) => ip_sev > 0 || dns_sev > 0);
}

/** The row of `dns_threat_investigation`. */
export const investigationRow = ({ row, ip_sev, dns_sev }: Scored): ScoredConnection => ({
  unix_tstamp: row.unix_tstamp as number,
  ip_dst: row.ip_dst as string | null,
  dns_qry_name: row.dns_qry_name as string | null,
  ip_sev,
  dns_sev,
});

/** Each key as an audit tells it. */
export function verdictList(
  keys: Verdicts,
  severities: Verdicts,
): { ip?: string; name?: string; severity: Severity }[] {
  const told = (map: ReadonlyMap<string, number>, key: string) => severityName(map.get(key) ?? 0);
  return [
    ...[...keys.clients.keys()].map((ip) => ({ ip, severity: told(severities.clients, ip) })),
    ...[...keys.names.keys()].map((name) => ({ name, severity: told(severities.names, name) })),
  ];
}
