/** What is known of an address's place, from one source or put together from several. */
import type { Location } from '../../streams/contracts.js';

/** Everything but `geo_loc`, which is made of it. */
export type Place = { readonly [F in Exclude<keyof Location, 'geo_loc'>]-?: NonNullable<Location[F]> | null };

const NOWHERE: Place = {
  domain: null,
  country_code: null,
  country: null,
  region: null,
  city: null,
  latitude: null,
  longitude: null,
  asn: null,
  owner: null,
};

const FIELDS = Object.keys(NOWHERE) as (keyof Place)[];

/** `state;city owner`, as Spot writes it; null when none of them is known. */
function geoLoc({ region, city, owner }: Place): string | null {
  if (region === null && city === null && owner === null) return null;
  return `${region ?? ''};${city ?? ''} ${owner ?? ''}`;
}

/** A location with its `geo_loc`; fields that are left out are not known. */
export function locationOf(known: Partial<Place>): Location {
  const place = { ...NOWHERE, ...known };
  return { geo_loc: geoLoc(place), ...place };
}

/** Each field from the first location that knows it; an empty text says nothing. */
export function mergedLocation(locations: readonly Location[]): Location {
  const known = FIELDS.map((field) => {
    const values = locations.map((location) => location[field] ?? null);
    return [field, values.find((value) => value !== null && value !== '') ?? null];
  });
  return locationOf(Object.fromEntries(known) as Partial<Place>);
}
