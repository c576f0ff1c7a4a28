/**
 * The DNS pipeline: its results file and its tables.
 *
 * Source: the design document "DNS sub-module" of Apache Spot (documented layout) and the tables of a Spot 1.0
 * deployment (`spot10`). The document's headings of dns_edge and dns_dendro are swapped against their columns, and its
 * `ns_qry_name` is a misprint; `docs/design-document.md` tells the whole story.
 */
import { defineColumns, type RowOf } from './columns.js';
import { defineSource, defineTable, HOUR_PARTITION } from './tables.js';

/** `dns_results.csv` as spot-ml writes it: tabs, no header, lowest score (most suspicious) first. */
export const dnsResults = defineSource({
  name: 'dns',
  resultsPath: (day) => `dns/scored_results/${day.text}/scores/dns_results.csv`,
  columns: {
    frame_time: 'string',
    unix_tstamp: 'bigint',
    frame_len: 'bigint?',
    ip_dst: 'string',
    dns_qry_name: 'string',
    dns_qry_class: 'string',
    dns_qry_type: 'int?',
    dns_qry_rcode: 'int?',
    score: 'double',
  },
});

/** The raw table: one row per DNS response, so `ip_dst` is the client and `ip_src` the DNS server. */
export const dns = defineTable({
  name: 'dns',
  folder: 'dns/hive',
  partition: HOUR_PARTITION,
  isRaw: true,
  columns: {
    frame_time: 'string?',
    unix_tstamp: 'bigint?',
    frame_len: 'int?',
    ip_dst: 'string?',
    ip_src: 'string?',
    dns_qry_name: 'string?',
    dns_qry_class: 'string?',
    dns_qry_type: 'int?',
    dns_qry_rcode: 'int?',
    dns_a: 'string?',
  },
});

const ianaNames = defineColumns({
  dns_qry_class_name: 'string?',
  dns_qry_type_name: 'string?',
  dns_qry_rcode_name: 'string?',
});

/** The suspicious rows, enriched. */
export const dnsScores = defineTable({
  name: 'dns_scores',
  folder: 'dns/hive/oa/suspicious',
  columns: {
    frame_time: 'string',
    unix_tstamp: 'bigint',
    ip_dst: 'string',
    dns_qry_name: 'string',
    dns_qry_class: 'string?',
    dns_qry_type: 'int?',
    dns_qry_rcode: 'int?',
    score: 'double',
    tld: 'string?',
    query_rep: 'string?',
    hh: 'string?',
    ...ianaNames,
    network_context: 'string?',
  },
  required: ['frame_time', 'unix_tstamp', 'ip_dst', 'dns_qry_name', 'score'],
  aliases: { ml_score: 'score' },
  optional: ['frame_len', 'dns_sev', 'ip_sev'],
  spot10: {
    frame_time: 'string',
    unix_tstamp: 'bigint',
    frame_len: 'bigint?',
    ip_dst: 'string',
    dns_qry_name: 'string',
    dns_qry_class: 'string?',
    dns_qry_type: 'int?',
    dns_qry_rcode: 'int?',
    ml_score: 'float',
    tld: 'string?',
    query_rep: 'string?',
    hh: 'int?',
    ...ianaNames,
    network_context: 'string?',
  },
});

/** Details: the raw rows of each suspicious query name in its UTC hour. */
export const dnsEdge = defineTable({
  name: 'dns_edge',
  folder: 'dns/hive/oa/edge',
  columns: {
    unix_tstamp: 'bigint',
    frame_len: 'bigint?',
    ip_dst: 'string?',
    ip_src: 'string?',
    dns_qry_name: 'string',
    dns_qry_class: 'string?',
    dns_qry_type: 'int?',
    dns_qry_rcode: 'int?',
    dns_a: 'string?',
    hh: 'int',
    ...ianaNames,
    network_context: 'string?',
  },
  required: ['unix_tstamp', 'dns_qry_name', 'hh'],
});

/** Dendrogram: the distinct raw rows of each suspicious client. */
export const dnsDendro = defineTable({
  name: 'dns_dendro',
  folder: 'dns/hive/oa/dendro',
  columns: { unix_tstamp: 'bigint?', dns_a: 'string?', dns_qry_name: 'string?', ip_dst: 'string' },
  required: ['unix_tstamp', 'dns_a', 'dns_qry_name', 'ip_dst'],
});

/** Connections ingested per minute of the day. */
export const dnsIngestSummary = defineTable({
  name: 'dns_ingest_summary',
  folder: 'dns/hive/oa/summary',
  columns: { tdate: 'string', total: 'bigint' },
  required: ['tdate', 'total'],
});

/** What analysts said of a day's connections: severity 1 high, 2 medium, 3 low, 0 none. */
export const dnsThreatInvestigation = defineTable({
  name: 'dns_threat_investigation',
  folder: 'dns/hive/oa/threat_investigation',
  columns: { unix_tstamp: 'bigint?', ip_dst: 'string?', dns_qry_name: 'string?', ip_sev: 'int?', dns_sev: 'int?' },
});

/** Expanded search of a threat (`anchor`: the IP or query name). */
export const dnsThreatDendro = defineTable({
  name: 'dns_threat_dendro',
  folder: 'dns/hive/oa/threat_dendro',
  columns: { anchor: 'string?', total: 'bigint?', dns_qry_name: 'string?', ip_dst: 'string?' },
});

/** Title and text that an analyst wrote of a threat. */
export const dnsStoryboard = defineTable({
  name: 'dns_storyboard',
  folder: 'dns/hive/oa/storyboard',
  columns: { ip_threat: 'string?', dns_threat: 'string?', title: 'string?', text: 'string?' },
});

export const DNS_TABLES = {
  dns,
  dns_scores: dnsScores,
  dns_edge: dnsEdge,
  dns_dendro: dnsDendro,
  dns_ingest_summary: dnsIngestSummary,
  dns_threat_investigation: dnsThreatInvestigation,
  dns_threat_dendro: dnsThreatDendro,
  dns_storyboard: dnsStoryboard,
} as const;

export type DnsTableName = keyof typeof DNS_TABLES;

/** Tables that hold analysts' work: a run leaves them alone unless `--reset` says otherwise. */
export const ANALYST_TABLES = [dnsThreatInvestigation, dnsThreatDendro, dnsStoryboard] as const;

/** A row of `dns_results.csv`. */
export type DnsResult = RowOf<typeof dnsResults.columns>;
/** A row of the raw table. */
export type DnsRow = RowOf<typeof dns.columns>;
