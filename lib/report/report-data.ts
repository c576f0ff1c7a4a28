/** What the report page shows, as it stands in the page. Types only: the page's own code is compiled with them, too. */

export interface ReportData {
  /** `YYYYMMDD` */
  readonly date: string;
  /** `YYYY-MM-DD` */
  readonly iso: string;
  /** `duckdb`, `impala`, `hive` */
  readonly engine: string;
  /** Of the program. */
  readonly version: string;
  /** When the page was made, ISO 8601. */
  readonly made: string;
  /** Rows in the day's partition of each table, by its name. */
  readonly totals: Readonly<Record<string, number>>;
  /** The days, up to and with this one, in which `firstDay` was looked for. */
  readonly seenDays: number;
  /** Those of them that have rows in the raw table: without an earlier one every name is new. */
  readonly trafficDays: number;
  /** The most suspicious first. Where `totals.dns_scores` is more, the others were left out. */
  readonly rows: readonly SuspiciousRow[];
  readonly names: readonly NameSeen[];
  readonly details: readonly NameDetails[];
  readonly clients: readonly ClientAnswers[];
  /** Minute of the day, 0 to 1439, and its responses; minutes without any are left out. */
  readonly minutes: readonly (readonly [minute: number, total: number])[];
}

/** A row of `dns_scores`; what the table lacks is null. */
export interface SuspiciousRow {
  readonly score: number | null;
  readonly frame_time: string | null;
  /** Seconds since 1970. */
  readonly unix_tstamp: number;
  readonly frame_len: number | null;
  readonly ip_dst: string;
  readonly dns_qry_name: string;
  readonly dns_qry_class_name: string | null;
  readonly dns_qry_type_name: string | null;
  readonly dns_qry_rcode_name: string | null;
  readonly tld: string | null;
  readonly query_rep: string | null;
  readonly network_context: string | null;
  /** What an analyst said of the name: 1 high, 2 medium, 3 low, 0 nothing. */
  readonly dns_sev: number;
  /** The same of the client. */
  readonly ip_sev: number;
}

export interface NameSeen {
  readonly name: string;
  /** Clients that asked for it on the day. */
  readonly clients: number;
  /** `YYYY-MM-DD` */
  readonly firstDay: string;
  /** Those that asked most often, and how often. */
  readonly askers: readonly (readonly [client: string, total: number])[];
}

/** Raw rows of a name in one hour. */
export interface NameDetails {
  readonly name: string;
  /** Unix time of the hour's first second, UTC. */
  readonly hour: number;
  /** Rows that there are; the page holds the first ones. */
  readonly total: number;
  readonly rows: readonly DetailRow[];
}

export interface DetailRow {
  readonly unix_tstamp: number;
  readonly ip_dst: string | null;
  readonly ip_src: string | null;
  readonly dns_qry_type_name: string | null;
  readonly dns_qry_rcode_name: string | null;
  readonly dns_a: string | null;
  readonly frame_len: number | null;
}

/** Names that a client asked for, with the answers. */
export interface ClientAnswers {
  readonly client: string;
  /** Pairs of name and answer that there are; the page holds the first ones. */
  readonly total: number;
  readonly answers: readonly (readonly [name: string | null, answer: string | null, total: number])[];
}
