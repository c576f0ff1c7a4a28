/**
 * Where things lie below a warehouse's root.
 * ```
 * dns/hive/oa/suspicious/_table.json                        the columns of a table
 * dns/hive/oa/suspicious/y=2016/m=7/d=8/part-0.parquet      a partition
 * dns/staging/<runId>/_owner.json                           who runs
 * dns/staging/<runId>/dns_scores/y=2016/m=7/d=8/part-0.parquet   a partition that is being written
 * dns/staging/_journal/dns.hive.oa.suspicious.y=2016.m=7.d=8.json   a replacement of several files that is decided, not finished
 * ```
 * Names that begin with `_` or `.` are never read as rows, by any engine.
 */
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { partitionFolder, type TableDefinition } from '../../schemas/tables.js';

/** The one file of a partition that was written whole. */
export const PART_FILE = 'part-0.parquet';
export const COLUMNS_FILE = '_table.json';
export const OWNER_FILE = '_owner.json';
/** Where the embedded engine puts what does not fit into memory, in the run's folder; the engine removes it. */
export const SPILL_FOLDER = 'spill';

/** Whether a file of a partition holds rows: ours and Spark's, Impala's (`.parq`) or Hive's (`000000_0_copy_1`). */
export const holdsRows = (name: string) => /^[^._].*\.parq(uet)?$|^\d{6}_\d+(_copy_\d+)?$/.test(name);

/** Patterns for names like those of the files: DuckDB refuses a pattern that nothing matches. */
export function rowFilePatterns(paths: readonly string[]): string[] {
  const kinds = { '[!._]*.parquet': /\.parquet$/, '[!._]*.parq': /\.parq$/, '[0-9]*[0-9]': /\d$/ };
  const there = Object.entries(kinds).filter(([, kind]) => paths.some((path) => kind.test(path)));
  return there.map(([pattern]) => pattern);
}

const STAGING = 'staging';

/** Staging stands outside every table of a pipeline: `dns/staging`. */
export const stagingOf = (pipeline: string, staging = STAGING): string => `${pipeline}/${staging}`;

/** What the names of the files of a day's lock begin with: runs take it, and analysts' changes. */
export const lockFile = (pipeline: string, day: Day, staging?: string): string =>
  `${stagingOf(pipeline, staging)}/_lock-${day.text}`;

export function stagingRoot(table: TableDefinition, staging?: string): string {
  return stagingOf(table.folder.split('/')[0]!, staging);
}

/** @throws {OaError} `IDENTIFIER_INVALID` for a run id that cannot be a folder's name */
export function runFolder(runId: string, table: TableDefinition, staging?: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(runId)) {
    throw new OaError('IDENTIFIER_INVALID', `run id ${JSON.stringify(runId)}: expected letters, digits, _, . and -`);
  }
  return `${stagingRoot(table, staging)}/${runId}`;
}

export function stagingFolder(runId: string, table: TableDefinition, staging?: string): string {
  return `${runFolder(runId, table, staging)}/${table.name}`;
}

/** The partition's own part of its path: `y=2016/m=7/d=8`. */
function partitionPath(table: TableDefinition, day: Day, hour?: number): string {
  return partitionFolder(table, day, hour).slice(table.folder.length + 1);
}

/** The file that a partition is written to before it takes its place; the last folders name the partition there too. */
export function stagedFile(
  runId: string,
  table: TableDefinition,
  { day, hour, name = PART_FILE, staging }: { day: Day; hour?: number; name?: string; staging?: string },
): string {
  return `${stagingFolder(runId, table, staging)}/${partitionPath(table, day, hour)}/${name}`;
}

/** A file without rows beside a staged one. */
export const emptyFile = (staged: string): string => `${staged.slice(0, staged.lastIndexOf('/'))}/empty.parquet`;

export function partitionFile(table: TableDefinition, day: Day, hour?: number): string {
  return `${partitionFolder(table, day, hour)}/${PART_FILE}`;
}

export const journalFolder = (staging: string) => `${staging}/_journal`;

/** @param folder the partition's folder below the root */
export function journalFile(staging: string, folder: string): string {
  return `${journalFolder(staging)}/${folder.replaceAll('/', '.')}.json`;
}

export function columnsFile(table: TableDefinition): string {
  return `${table.folder}/${COLUMNS_FILE}`;
}
