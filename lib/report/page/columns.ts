/** The columns of the table of suspicious rows. */
import { reputationBadge, severityBadge, verdictChoice } from './badges.js';
import { count, dataText, element, type Part } from './elements.js';
import type { SortKey, TableRow } from './rows.js';
import type { Verdicts } from './verdicts.js';

export interface TableColumn {
  /** Its class as well. */
  readonly key: SortKey | 'verdict';
  readonly title: string;
  /** What it is, where the title is too short to say. */
  readonly help?: string;
  cell(row: TableRow, context: { verdicts: Verdicts; date: string }): Part;
}

export const TABLE_COLUMNS: readonly TableColumn[] = [
  {
    key: 'score',
    title: 'Score',
    help: 'Of spot-ml: the lower, the more suspicious',
    cell: ({ row }) => scoreText(row.score),
  },
  { key: 'name', title: 'Query name', cell: ({ row }) => dataText(row.dns_qry_name) },
  { key: 'client', title: 'Client', cell: ({ row }) => dataText(row.ip_dst) },
  { key: 'time', title: 'Time', help: 'UTC', cell: ({ row }) => timeOf(row.unix_tstamp) },
  {
    key: 'type',
    title: 'Type, answer',
    cell: ({ row }) =>
      dataText([row.dns_qry_type_name, row.dns_qry_rcode_name].filter((part) => part !== null).join(' · ')),
  },
  {
    key: 'reputation',
    title: 'Reputation',
    help: 'The worst that a service says of the name',
    cell: ({ worst }) => (worst ? reputationBadge(worst) : ''),
  },
  {
    key: 'context',
    title: 'Network',
    help: 'Network context of the client',
    cell: ({ row }) => dataText(row.network_context),
  },
  {
    key: 'clients',
    title: 'Clients',
    help: 'How many clients asked for the name on the day',
    cell: ({ seen }) => (seen ? count(seen.clients) : ''),
  },
  {
    key: 'first',
    title: 'First seen',
    help: 'The first day on which the name was asked for, of those looked at',
    cell: ({ seen }, { date }) => (seen?.firstDay === date ? element('em', {}, 'this day') : (seen?.firstDay ?? '')),
  },
  { key: 'severity', title: 'Severity', help: 'What an analyst has said before', cell: (row) => severityBadge(row) },
  {
    key: 'verdict',
    title: 'Verdict',
    help: 'Yours, of the name; keys h, m, l, and n for none',
    cell: ({ row }, { verdicts }) => verdictChoice(verdicts, 'name', row.dns_qry_name),
  },
];

export const scoreText = (score: number | null): string =>
  score === null ? '' : score !== 0 && Math.abs(score) < 0.001 ? score.toExponential(2) : score.toPrecision(3);

/** `HH:MM:SS`, UTC. */
export const timeOf = (seconds: number): string => isoTime(seconds)?.slice(11, 19) ?? String(seconds);

/** `YYYY-MM-DD HH:MM:SS UTC` */
export const momentOf = (seconds: number): string =>
  isoTime(seconds)?.replace(/T(.*)\..*$/, ' $1 UTC') ?? String(seconds);

function isoTime(seconds: number): string | undefined {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
