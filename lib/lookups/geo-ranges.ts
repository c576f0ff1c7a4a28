/**
 * Geolocation of IPv4 addresses from Spot's `iploc.csv`: every field quoted, no header, sorted, ten columns: start and
 * end of the range (as integers), country code, country, state, city, latitude, longitude, owner, domain.
 */
import type { Location, LocationLookup } from '../../streams/contracts.js';
import { LAST_ADDRESS, parseIp, placeOfAddress } from './ip-values.js';
import { locationOf } from './location.js';
import { badLine, eachRow, quoted } from './lookup-file.js';

const COLUMNS = 10;

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

export class GeoRanges implements LocationLookup {
  /** `iploc.csv, 3 ranges`, for a report. */
  readonly description: string;
  readonly #table: GeoTable;

  /** @internal `loadGeoRanges` makes it */
  constructor(file: string, table: GeoTable) {
    this.description = `${file}, ${table.starts.length} ranges`;
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

const text = (field: string | undefined): string | null => field || null;

/** What is no degree is not known: Spot never read these columns. */
function degrees(field: string | undefined, most: number): number | null {
  const value = field ? Number(field) : NaN;
  return Math.abs(value) <= most ? value : null;
}

function locationOfFields([, , code, country, state, city, latitude, longitude, owner, domain]: readonly string[]) {
  const location = locationOf({
    domain: domain!,
    country_code: text(code),
    country: text(country),
    region: text(state),
    city: text(city),
    latitude: degrees(latitude, 90),
    longitude: degrees(longitude, 180),
    owner: text(owner),
  });
  return { ...location, geo_loc: `${state};${city} ${owner}` };
}

/**
 * Reads the file as a stream; equal locations are kept once. A file that is not sorted is refused rather than sorted: that
 * it is not is the sign of two files put together or of one that was cut, and of ranges that overlap none is the right one.
 * @returns a look-up whose `geo_loc` is `state;city owner`
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line, also where a range lies
 *   before the one on the line before (the file is not sorted), or over it
 */
export async function loadGeoRanges(file: string): Promise<GeoRanges> {
  const [starts, ends, places] = [new Numbers(), new Numbers(), new Numbers()];
  const locations: Location[] = [];
  const known = new Map<string, number>();
  let [lastStart, lastEnd] = [-1, -1];
  await eachRow(file, ({ line, fields }) => {
    if (fields.length !== COLUMNS) throw badLine(file, line, `${fields.length} columns; expected ${COLUMNS}`);
    const start = addressOf(file, line, fields[0]!);
    const end = addressOf(file, line, fields[1]!);
    const range = `range ${start} to ${end}`;
    if (end < start) throw badLine(file, line, `${range}; expected the end not before the start`);
    if (start < lastStart)
      throw badLine(file, line, `${range}; expected a file sorted by start, and here one after ${lastEnd}`);
    if (start <= lastEnd)
      throw badLine(file, line, `${range} overlaps the one before it; expected a start after ${lastEnd}`);
    [lastStart, lastEnd] = [start, end];
    const key = fields.slice(2).join('\n');
    let place = known.get(key);
    if (place === undefined) {
      place = locations.push(locationOfFields(fields)) - 1;
      known.set(key, place);
    }
    starts.push(start);
    ends.push(end);
    places.push(place);
  });
  return new GeoRanges(file, { starts: starts.values(), ends: ends.values(), places: places.values(), locations });
}
