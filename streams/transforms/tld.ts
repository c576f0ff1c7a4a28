import { named, type RowOf } from '../../schemas/columns.js';
import { publicSuffix, registrableDomain } from '../calculations/public-suffix.js';
import { Enrichment } from '../rows.js';

export interface TldOptions<Name extends string, As extends string> {
  /** `public-suffix` (`co.uk`), or `registrable-domain` (`google.co.uk`), which Spot 1.0 stored. @default public-suffix */
  readonly of?: 'public-suffix' | 'registrable-domain';
  /** Whether `blogspot.com` and the like count as suffixes. @default false; for `registrable-domain` true, as in Spot */
  readonly privateSuffixes?: boolean;
  /** The column read. @default `dns_qry_name` */
  readonly name?: Name;
  /** The column added. @default `tld` */
  readonly as?: As;
}

/**
 * Adds `tld` by the Public Suffix List (publicsuffix.org), from the labels of the name as it stands. An address or an
 * empty name gives an empty string; a single label, or a name that no rule matches, its last label.
 */
export function tld<const Name extends string = 'dns_qry_name', const As extends string = 'tld'>(
  options: TldOptions<Name, As> = {},
) {
  const name = options.name ?? ('dns_qry_name' as Name);
  const as = options.as ?? ('tld' as As);
  const { privateSuffixes } = options;
  const read = options.of === 'registrable-domain' ? registrableDomain : publicSuffix;
  const needs = named(name, 'string?');
  const adds = named(as, 'string');
  return new Enrichment(needs, adds, (row) => {
    const text: string | null = row[name];
    return { [as]: text === null ? '' : read(text, { privateSuffixes }) } as RowOf<typeof adds>;
  });
}
