import { named, type RowOf } from '../../schemas/columns.js';
import type { LocationLookup } from '../contracts.js';
import { Enrichment } from '../rows.js';

/**
 * Adds `geo_loc` (`state;city owner`) and `domain` of an address, as Spot's `iploc.csv` has them; null when unknown.
 * @param locations from `loadGeolocation`, or anything with `find(ip)`; without it both columns are null
 * @param fields names: `ip` read, `geoLoc` and `domain` written. @default `ip_dst`, `geo_loc`, `domain`
 */
export function geolocation<
  const Ip extends string = 'ip_dst',
  const GeoLoc extends string = 'geo_loc',
  const Domain extends string = 'domain',
>(locations?: LocationLookup, fields: { ip?: Ip; geoLoc?: GeoLoc; domain?: Domain } = {}) {
  const ip = fields.ip ?? ('ip_dst' as Ip);
  const geoLoc = fields.geoLoc ?? ('geo_loc' as GeoLoc);
  const domain = fields.domain ?? ('domain' as Domain);
  const needs = named(ip, 'string?');
  const adds = { ...named(geoLoc, 'string?'), ...named(domain, 'string?') };
  return new Enrichment(needs, adds, (row) => {
    const address: string | null = row[ip];
    const found = address === null ? null : (locations?.find(address) ?? null);
    return { [geoLoc]: found?.geo_loc ?? null, [domain]: found?.domain ?? null } as RowOf<typeof adds>;
  });
}
