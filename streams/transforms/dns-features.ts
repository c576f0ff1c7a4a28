import { named, type Columns, type RowOf } from '../../schemas/columns.js';
import { DNS_FEATURE_NAMES, DNS_FEATURES, FEATURE_PREFIX, type DnsFeature } from '../../schemas/dns-features.js';
import { OaError } from '../../schemas/errors.js';
import {
  decodedName,
  digitShare,
  labelCount,
  labelEntropy,
  longestLabel,
  nameLength,
  subdomainEntropy,
} from '../calculations/dns-features.js';
import type { SuffixOptions } from '../calculations/public-suffix.js';
import { Enrichment } from '../rows.js';

export interface DnsFeatureOptions<Name extends string, Feature extends DnsFeature, As extends string> {
  /** The column read. @default `dns_qry_name` */
  readonly name?: Name;
  /** The features added, one column each. @default all */
  readonly features?: readonly Feature[];
  /** What the columns' names begin with. @default `qry`: `qry_entropy`, `qry_labels` … */
  readonly as?: As;
  /** Whether `github.io` and the like count as suffixes of the two entropies. @default false */
  readonly privateSuffixes?: boolean;
}

/** The columns added. NoInfer: in a pipeline the compiler would else take them from the rows that come in. */
export type FeatureColumns<Feature extends DnsFeature, As extends string> = {
  readonly [F in NoInfer<Feature> as `${NoInfer<As>}_${F}`]: (typeof DNS_FEATURES)[F];
};

const CALCULATIONS: Readonly<Record<DnsFeature, (name: string, options: SuffixOptions) => number | string | null>> = {
  entropy: labelEntropy,
  subdomain_entropy: subdomainEntropy,
  labels: labelCount,
  longest_label: longestLabel,
  digit_share: digitShare,
  length: nameLength,
  unicode: decodedName,
};

/**
 * Adds features of a query name; each has its formula and source in `streams/calculations/dns-features.ts`.
 *
 * | feature | column | |
 * |---|---|---|
 * | `entropy` | `qry_entropy` | bits per octet of the registrable domain's label |
 * | `subdomain_entropy` | `qry_subdomain_entropy` | bits per octet of what stands before the registrable domain |
 * | `labels` | `qry_labels` | number of labels |
 * | `longest_label` | `qry_longest_label` | octets of the longest |
 * | `digit_share` | `qry_digit_share` | digits among the octets, 0 to 1 |
 * | `length` | `qry_length` | octets of the name on the wire |
 * | `unicode` | `qry_unicode` | the name with `xn--` labels decoded |
 *
 * All are null where the name is.
 * @throws {OaError} `IDENTIFIER_INVALID` for a feature that is none
 */
export function dnsFeatures<
  const Name extends string = 'dns_qry_name',
  const Feature extends DnsFeature = DnsFeature,
  const As extends string = typeof FEATURE_PREFIX,
>(options: DnsFeatureOptions<Name, Feature, As> = {}) {
  const name = options.name ?? ('dns_qry_name' as Name);
  const as: string = options.as ?? FEATURE_PREFIX;
  const { privateSuffixes } = options;
  const features: readonly DnsFeature[] = options.features ?? DNS_FEATURE_NAMES;
  for (const feature of features) {
    if (Object.hasOwn(DNS_FEATURES, feature)) continue;
    const known = DNS_FEATURE_NAMES.join(', ');
    throw new OaError('IDENTIFIER_INVALID', `feature ${JSON.stringify(feature)}; expected one of ${known}`);
  }
  const columns = features.map((feature) => ({ column: `${as}_${feature}`, kind: DNS_FEATURES[feature], feature }));
  const needs = named(name, 'string?');
  const adds = Object.fromEntries(columns.map(({ column, kind }) => [column, kind])) as Columns;
  return new Enrichment(needs, adds as FeatureColumns<Feature, As>, (row) => {
    const text: string | null = row[name];
    const fields: Record<string, number | string | null> = {};
    for (const { column, feature } of columns)
      fields[column] = text === null ? null : CALCULATIONS[feature](text, { privateSuffixes });
    return fields as RowOf<FeatureColumns<Feature, As>>;
  });
}
