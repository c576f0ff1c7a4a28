/** Ordering and grouping of rows. */
import { severityName, type Severity } from '../analyst/verdicts.js';

type Row = Readonly<Record<string, unknown>>;
/** A column's name, or what is made of a row. */
type Of<R extends Row> = (string & keyof R) | ((row: R) => unknown);

/** Numbers by value, texts by code point, what is missing last. */
function compared(a: unknown, b: unknown): number {
  const [isMissing, otherIsMissing] = [a ?? null, b ?? null].map((value) => value === null);
  if (isMissing || otherIsMissing) return Number(isMissing) - Number(otherIsMissing);
  const [x, y] = typeof a === typeof b ? [a, b] : [String(a), String(b)];
  return (x as number) < (y as number) ? -1 : (x as number) > (y as number) ? 1 : 0;
}

const reader = <R extends Row>(of: Of<R>) => (typeof of === 'function' ? of : (row: R) => row[of]);

/** The same rows in another order; rows that are equal there keep theirs. @param direction @default 'ascending' */
export function ordered<R extends Row>(
  rows: readonly R[],
  by: Of<R>,
  direction: 'ascending' | 'descending' = 'ascending',
): R[] {
  const value = reader(by);
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => sign * compared(value(a), value(b)));
}

/** Connections that have a value in common. */
export interface Group extends Record<string, unknown> {
  readonly value: string;
  readonly connections: number;
  /** Distinct `ip_dst` and `dns_qry_name`. */
  readonly clients: number;
  readonly names: number;
}

/** The largest first. What is missing is the group of the empty text. */
export function grouped<R extends Row>(rows: readonly R[], by: Of<R>): Group[] {
  const value = reader(by);
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const key = String(value(row) ?? '');
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const distinct = (of: readonly R[], column: string) => new Set(of.map((row) => row[column] ?? null)).size;
  const all = [...groups].map(([key, of]) => ({
    value: key,
    connections: of.length,
    clients: distinct(of, 'ip_dst'),
    names: distinct(of, 'dns_qry_name'),
  }));
  return ordered(ordered(all, 'value'), 'connections', 'descending');
}

/** Hours of a day as {@link hourOf} gives them. */
export const HOURS: readonly string[] = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** Two digits of `hh`, which is a text or a number as the table has it. */
export const hourOf = ({ hh }: Row): string => (hh === null || hh === undefined ? '' : String(hh).padStart(2, '0'));

export const SEVERITY_NAMES: readonly Severity[] = ['high', 'medium', 'low', 'none'];

/** The more severe of a connection's verdicts, on its client and on its name. */
export function severityOfRow({ ip_sev, dns_sev }: Row): Severity {
  const given = [ip_sev, dns_sev].map(Number).filter((severity) => severity >= 1 && severity <= 3);
  return given.length === 0 ? 'none' : severityName(Math.min(...given));
}
