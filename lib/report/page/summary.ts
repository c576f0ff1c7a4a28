/** What the day comes to, in numbers. */
import type { ReportData } from '../report-data.js';
import { badge, fact } from './badges.js';
import { count, counted, element, type Part } from './elements.js';
import { LEVELS, severityLevel, type Level } from './reputation.js';
import type { TableRow } from './rows.js';

export function summary(data: ReportData, rows: readonly TableRow[]): HTMLElement {
  const total = (table: string) => data.totals[table] ?? 0;
  const distinct = (values: readonly string[]) => count(new Set(values).size);
  const suspicious = total('dns_scores');
  const fresh = rows.filter(({ seen }) => seen?.firstDay === data.iso);
  return element(
    'dl',
    { class: 'summary' },
    fact(
      'Suspicious rows',
      suspicious > rows.length ? `${count(suspicious)}, first ${count(rows.length)} here` : count(rows.length),
    ),
    fact('Names', distinct(rows.map(({ row }) => row.dns_qry_name))),
    fact('Clients', distinct(rows.map(({ row }) => row.ip_dst))),
    // Without an earlier day there is nothing that a name could be new beside.
    ...(data.trafficDays > 1 ? [fact('New names', distinct(fresh.map(({ row }) => row.dns_qry_name)))] : []),
    fact('DNS responses', count(total('dns'))),
    fact('Detail rows', count(total('dns_edge'))),
    fact('Dendrogram rows', count(total('dns_dendro'))),
    fact('Reputation', levels(rows.map(({ worst }) => worst?.level))),
    fact('Severity', levels(rows.map(({ severity }) => severityLevel(severity)))),
  );
}

/** How many rows there are of each level. */
function levels(found: readonly (Level | undefined)[]): HTMLElement {
  const parts = LEVELS.flatMap((level): Part[] => {
    const times = found.filter((one) => one === level).length;
    return times === 0 ? [] : [badge(level, `${count(times)} ${level}`)];
  });
  return element('span', { class: 'badges' }, ...(parts.length > 0 ? parts : ['none']));
}

export const madeText = ({ engine, made, version, seenDays, trafficDays }: ReportData): string =>
  `Read from ${engine} on ${made.slice(0, 16).replace('T', ' ')} UTC by spot-dns-oa ${version}; names were looked for in ${counted(trafficDays, 'day')} with traffic of the last ${count(seenDays)}.`;
