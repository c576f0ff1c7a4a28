import { defineColumns, named, type Columns, type RowOf } from '../../schemas/columns.js';
import type { LocationLookup } from '../contracts.js';
import { Enrichment } from '../rows.js';

/** What a location may tell beside `geo_loc` and `domain`. */
export const LOCATION_COLUMNS = defineColumns({
  country_code: 'string?',
  country: 'string?',
  region: 'string?',
  city: 'string?',
  latitude: 'double?',
  longitude: 'double?',
  asn: 'bigint?',
  owner: 'string?',
});

export type LocationColumn = keyof typeof LOCATION_COLUMNS;

export interface GeolocationFields<
  Ip extends string,
  GeoLoc extends string,
  Domain extends string,
  Extra extends LocationColumn,
  Prefix extends string,
> {
  /** The column read. @default `ip_dst` */
  readonly ip?: Ip;
  /** @default `geo_loc` */
  readonly geoLoc?: GeoLoc;
  /** @default `domain` */
  readonly domain?: Domain;
  /** Columns added beside these two. @default none */
  readonly columns?: readonly Extra[];
  /** What stands before the names of `columns`: `src_` adds `src_country_code`. @default nothing */
  readonly prefix?: Prefix;
}

/** NoInfer: in a pipeline the compiler would else take them from the rows that come in. */
export type LocationColumns<Extra extends LocationColumn, Prefix extends string> = {
  readonly [C in NoInfer<Extra> as `${NoInfer<Prefix>}${C}`]: (typeof LOCATION_COLUMNS)[C];
};

/**
 * Adds where an address is: `geo_loc` (`state;city owner`, as Spot has it) and `domain`, and of `columns` those that are
 * asked for: `country_code` (ISO 3166-1), `country`, `region` (state), `city`, `latitude`, `longitude` (degrees), `asn`
 * (number of the autonomous system), `owner`. Null when unknown. Spot's `iploc.csv` knows IPv4 and no `asn`.
 * @param locations from `loadGeolocation`, or anything with `find(ip)`; without it all columns are null
 */
export function geolocation<
  const Ip extends string = 'ip_dst',
  const GeoLoc extends string = 'geo_loc',
  const Domain extends string = 'domain',
  const Extra extends LocationColumn = never,
  const Prefix extends string = '',
>(locations?: LocationLookup, fields: GeolocationFields<Ip, GeoLoc, Domain, Extra, Prefix> = {}) {
  const ip = fields.ip ?? ('ip_dst' as Ip);
  const geoLoc = fields.geoLoc ?? ('geo_loc' as GeoLoc);
  const domain = fields.domain ?? ('domain' as Domain);
  const extra = (fields.columns ?? []).map((field) => ({ field, column: `${fields.prefix ?? ''}${field}` }));
  const more: Columns = Object.fromEntries(extra.map(({ field, column }) => [column, LOCATION_COLUMNS[field]]));
  const needs = named(ip, 'string?');
  const adds = {
    ...named(geoLoc, 'string?'),
    ...named(domain, 'string?'),
    ...(more as LocationColumns<Extra, Prefix>),
  };
  return new Enrichment(needs, adds, (row) => {
    const address: string | null = row[ip];
    const found = address === null ? null : (locations?.find(address) ?? null);
    const added: Record<string, unknown> = { [geoLoc]: found?.geo_loc ?? null, [domain]: found?.domain ?? null };
    for (const { field, column } of extra) added[column] = found?.[field] ?? null;
    return added as RowOf<typeof adds>;
  });
}
