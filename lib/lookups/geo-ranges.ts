/**
 * Geolocation of IPv4 addresses from Spot's `iploc.csv`: every field quoted, no header, sorted, ten columns: start and
 * end of the range (as integers), country code, country, state, city, latitude, longitude, owner, domain.
 */
import type { Location, LocationLookup } from '../../streams/contracts.js';
import { LAST_ADDRESS, parseIp, placeOfAddress } from './ip-values.js';
import { badLine, eachRow, quoted } from './lookup-file.js';

const COLUMNS = 10;
const [STATE, CITY, OWNER, DOMAIN] = [4, 5, 8, 9] as const;

/** An array of unsigned 32-bit numbers that grows. */
class Numbers {
  length = 0;
  #numbers = new Uint32Array(1024);

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.length++] = value;
  }

  values(): Uint32Array {
    return this.#numbers.slice(0, this.length);
  }
}

/** Sorted ranges that do not overlap, each with a place in `locations`. */
interface GeoTable {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly places: Uint32Array;
  readonly locations: readonly Location[];
}

const NO_LOCATIONS: GeoTable = {
  starts: new Uint32Array(),
  ends: new Uint32Array(),
  places: new Uint32Array(),
  locations: [],
};

export class GeoRanges implements LocationLookup {
  readonly #table: GeoTable;

  /** @internal `loadGeolocation` makes it */
  constructor(table: GeoTable) {
    this.#table = table;
  }

  /** Number of ranges. */
  get size(): number {
    return this.#table.starts.length;
  }

  /** Null for an address in no range, an IPv6 address and a text that is no address. */
  find(ip: string): Location | null {
    const address = parseIp(ip);
    if (typeof address !== 'number') return null;
    const { starts, ends, places, locations } = this.#table;
    const place = placeOfAddress(starts, address);
    if (place === -1 || ends[place]! < address) return null;
    return locations[places[place]!] ?? null;
  }
}

function addressOf(file: string, line: number, text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : LAST_ADDRESS + 1;
  if (value <= LAST_ADDRESS) return value;
  throw badLine(file, line, `address ${quoted(text)}; expected an integer from 0 to ${LAST_ADDRESS}`);
}

/**
 * Reads the file as a stream; equal locations are kept once.
 * @returns a look-up whose `geo_loc` is `state;city owner`; without a file one that finds nothing
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line, also where a range lies
 *   before or over the one on the line before
 */
export async function loadGeolocation(settings: { readonly iploc?: string }): Promise<GeoRanges> {
  const file = settings.iploc;
  if (file === undefined) return new GeoRanges(NO_LOCATIONS);
  const [starts, ends, places] = [new Numbers(), new Numbers(), new Numbers()];
  const locations: Location[] = [];
  const known = new Map<string, number>();
  let lastEnd = -1;
  await eachRow(file, ({ line, fields }) => {
    if (fields.length !== COLUMNS) throw badLine(file, line, `${fields.length} columns; expected ${COLUMNS}`);
    const start = addressOf(file, line, fields[0]!);
    const end = addressOf(file, line, fields[1]!);
    if (end < start) throw badLine(file, line, `range ${start} to ${end}; expected the end not before the start`);
    if (start <= lastEnd) throw badLine(file, line, `range ${start} to ${end}; expected a start after ${lastEnd}`);
    lastEnd = end;
    const geo_loc = `${fields[STATE]};${fields[CITY]} ${fields[OWNER]}`;
    const domain = fields[DOMAIN]!;
    const key = `${geo_loc}\n${domain}`;
    let place = known.get(key);
    if (place === undefined) {
      place = locations.push({ geo_loc, domain }) - 1;
      known.set(key, place);
    }
    starts.push(start);
    ends.push(end);
    places.push(place);
  });
  return new GeoRanges({ starts: starts.values(), ends: ends.values(), places: places.values(), locations });
}
