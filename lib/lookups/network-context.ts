/** Reads the network context: what the user's own files say of addresses. */
import type { ContextLookup } from '../../streams/contracts.js';
import { IpRanges, type RangeConflict, type RangeEntry } from './ip-ranges.js';
import { parseRange, rangeBetween, type IpRange } from './ip-values.js';
import { badLine, eachRow, quoted } from './lookup-file.js';
import { watchFiles, type WatchedFiles, type WatchOptions } from './watched-files.js';

export interface NetworkContextFiles {
  /** Paths of files `ip,description`; `ip` is one address, a network (`10.0.0.0/8`) or `first-last`. */
  readonly files?: readonly string[];
  /** Paths of files `start_ip,end_ip,name`. */
  readonly ranges?: readonly string[];
}

interface Layout {
  readonly header: string;
  readonly columns: number;
  readonly expected: string;
  rangeOf(fields: readonly string[]): IpRange | null;
}

const CONTEXT: Layout = {
  header: 'ip,description',
  columns: 2,
  expected: 'an IP address, a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9), first not after last',
  rangeOf: ([ip = '']) => parseRange(ip),
};

const RANGES: Layout = {
  header: 'start_ip,end_ip,name',
  columns: 3,
  expected: 'two IP addresses of one family, the first not after the second',
  rangeOf: ([first = '', last = '']) => rangeBetween(first, last),
};

async function readEntries(file: string, layout: Layout, entries: RangeEntry[]): Promise<void> {
  let first = true;
  await eachRow(file, ({ line, fields }) => {
    const isHeader = first && fields.join(',').toLowerCase() === layout.header;
    first = false;
    if (isHeader) return;
    // Spot read the documented two columns only where a third stood behind them, so an empty one is often there.
    const surplus = fields.slice(layout.columns).some((field) => field !== '');
    if (fields.length < layout.columns || surplus) {
      throw badLine(
        file,
        line,
        `${fields.length} columns; expected ${layout.columns} (${layout.header}), and quotes around a text with commas`,
      );
    }
    const place = fields.slice(0, layout.columns - 1).join(',');
    const range = layout.rangeOf(fields);
    if (range === null) throw badLine(file, line, `${quoted(place)}; expected ${layout.expected}`);
    entries.push({ range, text: fields[layout.columns - 1] ?? '', origin: `${file}, line ${line}` });
  });
}

/**
 * Reads all files into one look-up; where two lines give one range different texts, the line read first wins and the
 * pair is listed in `conflicts`. A header line (`ip,description`, `start_ip,end_ip,name`) may stand first.
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line
 */
export async function loadNetworkContext(settings: NetworkContextFiles): Promise<IpRanges> {
  const entries: RangeEntry[] = [];
  for (const file of settings.files ?? []) await readEntries(file, CONTEXT, entries);
  for (const file of settings.ranges ?? []) await readEntries(file, RANGES, entries);
  return IpRanges.inTurns(entries);
}

/** One line for a report: how many conflicts, and the first of them. */
export function conflictsText(conflicts: readonly RangeConflict[]): string {
  const [first] = conflicts;
  if (first === undefined) return 'no conflicts';
  const { kept, dropped } = first;
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  return `${count} of the network context: ${kept.origin} says ${quoted(kept.text)}, ${dropped.origin} says ${quoted(dropped.text)}; the first given wins`;
}

/** The network context for a process that lives long: give it to `networkContext()`, and close it at the end. */
export class WatchedContext implements ContextLookup {
  readonly #files: WatchedFiles<IpRanges>;

  /** @internal `watchNetworkContext` makes it */
  constructor(files: WatchedFiles<IpRanges>) {
    this.#files = files;
  }

  find(ip: string): string {
    return this.#files.current.find(ip);
  }

  /** Number of ranges. */
  get size(): number {
    return this.#files.current.size;
  }

  get conflicts(): readonly RangeConflict[] {
    return this.#files.current.conflicts;
  }

  /** Looks at the files now. @returns whether they had changed and were readable; never rejects */
  check(): Promise<boolean> {
    return this.#files.check();
  }

  close(): void {
    this.#files.close();
  }
}

/**
 * As `loadNetworkContext`, and reads the files again when they change: every `everySeconds` it looks at them by a timer
 * that keeps no process alive. The old table answers until the new one is whole; files that cannot be read leave it in
 * place and are told to `onError`. Write a new file beside the old one and rename it over, so that none is read half.
 */
export async function watchNetworkContext(
  settings: NetworkContextFiles,
  options: WatchOptions = {},
): Promise<WatchedContext> {
  const files = [...(settings.files ?? []), ...(settings.ranges ?? [])];
  return new WatchedContext(await watchFiles(files, () => loadNetworkContext(settings), options));
}
