import type { ReportData } from '../../../lib/report/report-data.js';

/** A day whose rows have these names, each in every place that a name can be in. */
export function reportOf(names: readonly string[], more: Partial<ReportData> = {}): ReportData {
  const start = Date.UTC(2016, 6, 8) / 1000;
  return {
    ...{ date: '20160708', iso: '2016-07-08', engine: 'duckdb', version: '0.0.0', made: '2016-07-09T06:00:00.000Z' },
    totals: { dns: 10, dns_scores: names.length },
    ...{ seenDays: 30, trafficDays: 2 },
    rows: names.map((name, i) => ({
      ...{ score: i / 1000, frame_time: name, unix_tstamp: start + i, frame_len: i },
      ...{ ip_dst: name, dns_qry_name: name, dns_qry_class_name: name, dns_qry_type_name: name },
      ...{ dns_qry_rcode_name: name, tld: name, query_rep: `${name}:${name}:3`, network_context: name },
      ...{ dns_sev: 0, ip_sev: 0 },
    })),
    names: names.map((name) => ({ name, clients: 1, firstDay: '2016-07-08', askers: [[name, 1]] as const })),
    details: names.map((name) => ({
      ...{ name, hour: start, total: 1 },
      rows: [
        {
          ...{ unix_tstamp: start, ip_dst: name, ip_src: name, dns_qry_type_name: name },
          ...{ dns_qry_rcode_name: name, dns_a: name, frame_len: null },
        },
      ],
    })),
    clients: names.map((client) => ({ client, total: 1, answers: [[client, client, 1]] as const })),
    minutes: [[0, 1]],
    ...more,
  };
}
