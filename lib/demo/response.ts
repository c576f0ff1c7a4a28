/** One DNS response of the sample day, as a row of the raw table. */
import type { Day } from '../../schemas/days.js';
import type { DnsRow } from '../../schemas/dns.js';
import { serverFor } from './network.js';
import type { Random } from './random.js';

/** Codes of the IANA registry "Domain Name System (DNS) Parameters". */
export const TYPE = { A: 1, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, HTTPS: 65 } as const;
export const RCODE = { NoError: 0, ServFail: 2, NXDomain: 3, Refused: 5 } as const;

export const SECOND = 1_000_000_000;
export const HOUR = 3600 * SECOND;

/** A raw row in which only the answer may be missing, as in the scored ones. */
export type CompleteRow = { [C in keyof DnsRow]: C extends 'dns_a' ? DnsRow[C] : NonNullable<DnsRow[C]> };

export interface Response<R extends DnsRow = CompleteRow> {
  /** Nanoseconds since the day's start, UTC. */
  readonly at: number;
  readonly row: R;
}

export interface Answer {
  readonly client: string;
  readonly name: string;
  readonly type: number;
  readonly rcode?: number;
  /** `dns.a`: the addresses of A records, joined by `|`; an empty text or null where there is none. */
  readonly addresses?: string | null;
  /** Bytes of the frame beside headers, question and A records. */
  readonly extra?: number;
}

export const byTime = (a: Response<DnsRow>, b: Response<DnsRow>) => a.at - b.at;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

const dateText = ({ y, m, d }: Day) => `${MONTHS[m - 1]} ${String(d).padStart(2)} ${y} `;

/** `Jul  8 2016 04:29:38.123456789 UTC`, tshark's `frame.time` where the zone is UTC. */
export function frameTime(day: Day, at: number): string {
  const seconds = Math.floor(at / SECOND);
  // Joined, not added up: a large hour is many texts, and a sum would keep each of its pieces.
  return [
    dateText(day),
    TWO_DIGITS[Math.floor(seconds / 3600)],
    ':',
    TWO_DIGITS[Math.floor(seconds / 60) % 60],
    ':',
    TWO_DIGITS[seconds % 60],
    '.',
    String(at % SECOND).padStart(9, '0'),
    ' UTC',
  ].join('');
}

/** Ethernet, IPv4 and UDP headers, the DNS header, type and class of the question. */
const HEADERS = 14 + 20 + 8 + 12 + 4;
const ADDRESS_RECORD = 16;
const AUTHORITY_RECORD = 75;

function frameLength({ client, name, rcode = RCODE.NoError, addresses, extra = 0 }: Answer): number {
  const records = addresses ? addresses.split('|').length * ADDRESS_RECORD : 0;
  const authority = rcode === RCODE.NXDomain ? AUTHORITY_RECORD : 0;
  return HEADERS + (client.includes(':') ? 20 : 0) + name.length + 2 + records + authority + extra;
}

/** @param at nanoseconds since the day's start, UTC */
export function response(day: Day, at: number, answer: Answer, random: Random): Response {
  return {
    at,
    row: {
      frame_time: frameTime(day, at),
      unix_tstamp: day.start + Math.floor(at / SECOND),
      frame_len: frameLength(answer),
      ip_dst: answer.client,
      ip_src: serverFor(answer.client, random),
      dns_qry_name: answer.name,
      dns_qry_class: '0x00000001',
      dns_qry_type: answer.type,
      dns_qry_rcode: answer.rcode ?? RCODE.NoError,
      dns_a: answer.addresses ?? null,
    },
  };
}
