/** The rows of the table with all that they are sorted and filtered by. */
import type { NameSeen, ReportData, SuspiciousRow } from '../report-data.js';
import { LEVELS, reputationOf, severer, worstOf, type Level, type ServiceSays } from './reputation.js';

export interface TableRow {
  readonly row: SuspiciousRow;
  readonly seen: NameSeen | undefined;
  readonly reputation: readonly ServiceSays[];
  readonly worst: ServiceSays | undefined;
  /** What analysts said of its name or client: 1 high, 2 medium, 3 low, 0 nothing. */
  readonly severity: number;
  /** Lower case, all that a text is looked for in. */
  readonly text: string;
}

export function tableRows({ rows, names }: Pick<ReportData, 'rows' | 'names'>): TableRow[] {
  const seen = new Map(names.map((one) => [one.name, one]));
  return rows.map((row) => {
    const reputation = reputationOf(row.query_rep);
    const searched = [
      row.dns_qry_name,
      row.ip_dst,
      row.dns_qry_type_name,
      row.dns_qry_rcode_name,
      row.query_rep,
      row.network_context,
    ];
    return {
      row,
      seen: seen.get(row.dns_qry_name),
      reputation,
      worst: worstOf(reputation),
      severity: severer(row.dns_sev, row.ip_sev),
      text: searched
        .map((value) => value ?? '')
        .join('\n')
        .toLowerCase(),
    };
  });
}

export type SortKey =
  'score' | 'name' | 'client' | 'time' | 'type' | 'reputation' | 'context' | 'clients' | 'first' | 'severity';

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What a row is sorted by; null comes last whatever the direction. */
const VALUES: Readonly<Record<SortKey, (row: TableRow) => string | number | null>> = {
  score: ({ row }) => row.score,
  name: ({ row }) => row.dns_qry_name.toLowerCase(),
  client: ({ row }) => addressKey(row.ip_dst),
  time: ({ row }) => row.unix_tstamp,
  type: ({ row }) => row.dns_qry_type_name,
  reputation: ({ worst }) => (worst ? LEVELS.indexOf(worst.level) : null),
  context: ({ row }) => row.network_context || null,
  clients: ({ seen }) => seen?.clients ?? null,
  first: ({ seen }) => seen?.firstDay ?? null,
  severity: ({ severity }) => severity || null,
};

/** So that 10.0.0.9 comes before 10.0.0.10. */
const addressKey = (ip: string) => ip.replace(/\d+/g, (digits) => digits.padStart(5, '0'));

/** A new list in that order; rows of the same value stay in the order of the data, by score. */
export function sortRows(rows: readonly TableRow[], { key, descending }: Order): TableRow[] {
  const keyed = rows.map((row) => ({ row, value: VALUES[key](row) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return (a.value === null ? 1 : 0) - (b.value === null ? 1 : 0);
    return a.value < b.value ? -sign : a.value > b.value ? sign : 0;
  });
  return keyed.map(({ row }) => row);
}

export interface Filter {
  /** All of its words have to be in the row. */
  readonly text: string;
  readonly reputation: Level | '';
  readonly severity: 'scored' | 'unscored' | '';
  /** Only names that were seen on no earlier day. */
  readonly firstDay: string | null;
}

export const NO_FILTER: Filter = { text: '', reputation: '', severity: '', firstDay: null };

export function filterRows(rows: readonly TableRow[], filter: Filter): TableRow[] {
  const words = filter.text
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '');
  return rows.filter(
    (row) =>
      words.every((word) => row.text.includes(word)) &&
      (filter.reputation === '' || row.worst?.level === filter.reputation) &&
      (filter.severity === '' || row.severity > 0 === (filter.severity === 'scored')) &&
      (filter.firstDay === null || row.seen?.firstDay === filter.firstDay),
  );
}
