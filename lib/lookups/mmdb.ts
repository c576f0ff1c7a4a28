/**
 * Locations from a MaxMind DB file (format version 2.0, https://maxmind.github.io/MaxMind-DB/): GeoLite2 and GeoIP2 City,
 * Country, ASN, ISP, Domain and Enterprise, and those of others that name their fields as these do.
 */
import { readFile } from 'node:fs/promises';
import { Reader, type Response } from 'maxmind';
import { asOaError, OaError } from '../../schemas/errors.js';
import type { Location, LocationLookup } from '../../streams/contracts.js';
import { readIpv4 } from './ip-values.js';
import { isMapped, readIpv6, WORDS } from './ipv6-words.js';
import { locationOf } from './location.js';
import { unreadable } from './lookup-file.js';
import { checkMmdb } from './mmdb-check.js';

/** Decoded values that are kept, by their place in the file: many addresses share one. */
const KEPT = 100_000;

/** The value at a path of maps and arrays, of their own properties only: a file may hold any key. */
function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function textAt(record: unknown, ...paths: readonly string[][]): string | null {
  for (const path of paths) {
    const value = valueAt(record, path);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function numberAt(record: unknown, most: number, ...paths: readonly string[][]): number | null {
  for (const path of paths) {
    const value = valueAt(record, path);
    if (typeof value === 'number' && Math.abs(value) <= most) return value;
  }
  return null;
}

/** Enterprise holds under `traits` what the other databases hold at the top. */
const trait = (name: string): string[][] => [[name], ['traits', name]];

const locationOfRecord = (record: unknown): Location =>
  locationOf({
    country_code: textAt(record, ['country', 'iso_code']),
    country: textAt(record, ['country', 'names', 'en']),
    region: textAt(record, ['subdivisions', '0', 'names', 'en']),
    city: textAt(record, ['city', 'names', 'en']),
    latitude: numberAt(record, 90, ['location', 'latitude']),
    longitude: numberAt(record, 180, ['location', 'longitude']),
    asn: numberAt(record, 0xffff_ffff, ...trait('autonomous_system_number')),
    owner: textAt(record, ...trait('organization'), ...trait('isp'), ...trait('autonomous_system_organization')),
    domain: textAt(record, ...trait('domain')),
  });

export class Mmdb implements LocationLookup {
  /** `GeoLite2-City of 2024-05-14`, for a report. */
  readonly description: string;
  readonly #file: string;
  readonly #reader: Reader<Response>;
  readonly #address = new Uint32Array(WORDS);
  /** The reader gives one object for one record as long as it keeps it. */
  readonly #locations = new WeakMap<object, Location>();

  /** @internal `loadMmdb` makes it */
  constructor(file: string, reader: Reader<Response>) {
    const { databaseType, buildEpoch } = reader.metadata;
    this.description = `${databaseType} of ${buildEpoch.toISOString().slice(0, 10)}`;
    this.#file = file;
    this.#reader = reader;
  }

  /**
   * Null for an address that the database does not know and a text that is no address.
   * @throws {OaError} `LOOKUP_FILE_INVALID` when the file is broken where the answer lies
   */
  find(ip: string): Location | null {
    const text = this.#textOf(ip);
    if (text === null) return null;
    let record: unknown;
    try {
      record = this.#reader.get(text);
    } catch (error) {
      throw new OaError('LOOKUP_FILE_INVALID', `${this.#file}: broken where it tells of ${text}`, { cause: error });
    }
    if (typeof record !== 'object' || record === null) return null;
    let location = this.#locations.get(record);
    if (location === undefined) this.#locations.set(record, (location = locationOfRecord(record)));
    return location;
  }

  /** The address as the reader may be asked for it: it checks none, and has no IPv6 in a database of IPv4. */
  #textOf(ip: string): string | null {
    if (readIpv4(ip) !== -1) return ip;
    const words = this.#address;
    if (!readIpv6(ip, words)) return null;
    const last = words[WORDS - 1]!;
    if (isMapped(words)) return [24, 16, 8, 0].map((bits) => (last >>> bits) & 255).join('.');
    return this.#reader.metadata.ipVersion === 6 ? ip : null;
  }
}

/** @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` for a file that is none, or is not whole */
export async function loadMmdb(file: string): Promise<Mmdb> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(error, file);
  });
  try {
    checkMmdb(bytes);
    const kept = new Map<string | number, unknown>();
    const cache = {
      get: (key: string | number) => kept.get(key),
      set: (key: string | number, value: unknown) => {
        if (kept.size >= KEPT) kept.clear();
        kept.set(key, value);
      },
    };
    return new Mmdb(file, new Reader<Response>(bytes, { cache }));
  } catch (error) {
    const { message } = asOaError(error);
    throw new OaError('LOOKUP_FILE_INVALID', `${file}: ${message}; expected a whole MaxMind DB`, { cause: error });
  }
}
