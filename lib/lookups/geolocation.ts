/** Where addresses are, from the files that the settings name. */
import type { Location, LocationLookup } from '../../streams/contracts.js';
import { loadGeoRanges } from './geo-ranges.js';
import { mergedLocation } from './location.js';
import { watchFiles, type WatchedFiles, type WatchOptions } from './watched-files.js';

export interface GeolocationFiles {
  /** Path of Spot's `iploc.csv`: IPv4. */
  readonly iploc?: string;
  /** Paths of MaxMind DB files, IPv4 and IPv6: GeoLite2-City and GeoLite2-ASN, say. */
  readonly mmdb?: string | readonly string[];
}

interface Source extends LocationLookup {
  readonly description: string;
}

/** Asks all sources; each field comes from the first that knows it. */
export class Geolocation implements LocationLookup {
  readonly #sources: readonly Source[];

  /** @internal `loadGeolocation` makes it */
  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** What each file is, for a report. */
  get descriptions(): readonly string[] {
    return this.#sources.map(({ description }) => description);
  }

  /** @throws {OaError} `LOOKUP_FILE_INVALID` when a MaxMind DB is broken where the answer lies */
  find(ip: string): Location | null {
    let only: Location | null = null;
    let more: Location[] | undefined;
    for (const source of this.#sources) {
      const found = source.find(ip);
      if (found === null) continue;
      if (only === null) only = found;
      else (more ??= [only]).push(found);
    }
    return more === undefined ? only : mergedLocation(more);
  }
}

/** The package that reads them is loaded when there is one to read. */
const mmdbSource = async (file: string): Promise<Source> => (await import('./mmdb.js')).loadMmdb(file);

const mmdbFiles = ({ mmdb = [] }: GeolocationFiles): readonly string[] => (typeof mmdb === 'string' ? [mmdb] : mmdb);

/**
 * Reads all files into one look-up, for `geolocation()`; without files it finds nothing. Where several know an address,
 * what `iploc` says comes first, then the MaxMind DBs in their order.
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with the file, and the line of `iploc`
 */
export async function loadGeolocation(files: GeolocationFiles): Promise<Geolocation> {
  const iploc = files.iploc === undefined ? [] : [loadGeoRanges(files.iploc)];
  return new Geolocation(await Promise.all<Source>([...iploc, ...mmdbFiles(files).map(mmdbSource)]));
}

/** The geolocation for a process that lives long: give it to `geolocation()`, and close it at the end. */
export class WatchedGeolocation implements LocationLookup {
  readonly #files: WatchedFiles<Geolocation>;

  /** @internal `watchGeolocation` makes it */
  constructor(files: WatchedFiles<Geolocation>) {
    this.#files = files;
  }

  find(ip: string): Location | null {
    return this.#files.current.find(ip);
  }

  /** Looks at the files now. @returns whether they had changed and were readable; never rejects */
  check(): Promise<boolean> {
    return this.#files.check();
  }

  close(): void {
    this.#files.close();
  }
}

/** As `loadGeolocation`, and reads the files again when they change, as `watchNetworkContext` does. */
export async function watchGeolocation(
  files: GeolocationFiles,
  options: WatchOptions = {},
): Promise<WatchedGeolocation> {
  const paths = [...(files.iploc === undefined ? [] : [files.iploc]), ...mmdbFiles(files)];
  return new WatchedGeolocation(await watchFiles(paths, () => loadGeolocation(files), options));
}
