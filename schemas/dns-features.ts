/** Features of a query name: optional columns of a table, `qry_entropy` and so on. */
import { defineColumns, type Columns } from './columns.js';

/** Names and kinds; what each means is said in `streams/calculations/dns-features.ts`. */
export const DNS_FEATURES = defineColumns({
  entropy: 'double?',
  subdomain_entropy: 'double?',
  labels: 'int?',
  longest_label: 'int?',
  digit_share: 'double?',
  length: 'int?',
  unicode: 'string?',
});

export type DnsFeature = keyof typeof DNS_FEATURES;

export const DNS_FEATURE_NAMES = Object.keys(DNS_FEATURES) as DnsFeature[];

/** What the columns of the DNS tables begin with. */
export const FEATURE_PREFIX = 'qry';

/** The columns as `dns_score_fields` of dns_conf.json may name them: `qry_entropy`. */
export const FEATURE_COLUMNS: Columns = Object.fromEntries(
  DNS_FEATURE_NAMES.map((feature) => [`${FEATURE_PREFIX}_${feature}`, DNS_FEATURES[feature]]),
);

/** The features whose columns are among those of a table. */
export const featuresAmong = (columns: Columns): DnsFeature[] =>
  DNS_FEATURE_NAMES.filter((feature) => Object.hasOwn(columns, `${FEATURE_PREFIX}_${feature}`));
