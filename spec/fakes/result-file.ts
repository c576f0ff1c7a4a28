/** Lines of a `dns_results.csv`. */
import { dnsResults, type DnsResult } from '../../schemas/dns.js';

export const RESULT_COLUMNS = Object.keys(dnsResults.columns) as (keyof DnsResult)[];

export const RESULT: DnsResult = {
  frame_time: 'Jul  8 2016 04:29:38.123456789 UTC',
  unix_tstamp: 1467952178,
  frame_len: 163,
  ip_dst: '10.0.2.15',
  dns_qry_name: 'www.example.com',
  dns_qry_class: '0x00000001',
  dns_qry_type: 1,
  dns_qry_rcode: 0,
  score: 1.2e-7,
};

/** Fields as they stand, without line end. */
export const resultText = (fields: Partial<Record<keyof DnsResult, unknown>> = {}): string =>
  RESULT_COLUMNS.map((name) => String(name in fields ? fields[name] : RESULT[name])).join('\t');
