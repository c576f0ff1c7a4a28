/**
 * A partition of a table of Impala or Hive, replaced by LOAD DATA … OVERWRITE. The server deletes the old files and then
 * moves the new one, so that one that dies in between leaves nothing: what is to be loaded is written down first, and the
 * staged file stays until it is known to be loaded.
 */
import { posix } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { columnList, KINDS, type Column } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { partitionFolder, partitionValues, type TableDefinition } from '../../schemas/tables.js';
import type { Storage } from '../../streams/contracts.js';
import type { PartitionValues } from '../engine/cluster-dialect.js';
import type { ClusterEngine } from '../engine/cluster-engine.js';
import { totalsQuery } from '../engine/dns-queries.js';
import { OutcomeUnknown } from '../engine/hiveserver2/failures.js';
import { ParquetEncoder } from '../parquet/encoder.js';
import { thisOwner } from '../storage/owner.js';
import { Journals, type FinishJournal } from './journal.js';
import { ReplacementUndecided, type ReplaceablePartition } from './parquet-writer.js';
import { checkHour, type TablesPlace } from './partition.js';
import { emptyFile, holdsRows, PART_FILE, stagedFile, stagingRoot } from './paths.js';
import { whereIs } from './staged-file.js';
import type { Staging } from './staging.js';
import { identityOf } from './table-files.js';

export interface LoadsPlace extends TablesPlace {
  readonly engine: ClusterEngine;
  /** Stands before the storage's paths where the server's own file system is another: `hdfs://ns`. @default '' */
  readonly fileSystem?: string;
  /** Whether statistics are computed after a load. @default false */
  readonly statistics?: boolean;
  /** Milliseconds before a load whose outcome is not known is looked at and tried again. @default 1000 */
  readonly pause?: number;
}

/** Loads without an answer, in all. */
const TRIES = 5;

export class LoadedPartition implements ReplaceablePartition {
  readonly folder: string;
  readonly #place: LoadsPlace;
  readonly #table: TableDefinition;
  readonly #day: Day;
  readonly #hour: number | undefined;
  readonly #columns: readonly Column[];

  /** @throws {OaError} `VALUE_INVALID` for an hour that is none, or a missing one */
  constructor(
    place: LoadsPlace,
    table: TableDefinition,
    { day, hour, columns }: { day: Day; hour?: number; columns: readonly Column[] },
  ) {
    checkHour(table, hour);
    this.folder = partitionFolder(table, day, hour);
    this.#place = place;
    this.#table = table;
    this.#day = day;
    this.#hour = hour;
    this.#columns = columns;
  }

  async isFilled(): Promise<boolean> {
    const { engine } = this.#place;
    const sql = totalsQuery(engine.dialect, [this.#table], this.#day, this.#hour);
    for await (const page of engine.pages(sql)) if (page.some(({ total }) => total !== 0)) return true;
    return false;
  }

  /** The server alone knows. */
  checkReplaceable(): Promise<unknown> {
    return Promise.resolve();
  }

  async replaceWith(staged: string, runId: string): Promise<unknown> {
    const { storage, root, staging } = this.#place;
    const journals = new Journals(storage, root, stagingRoot(this.#table, staging));
    const file = await storage.stat(posix.join(root, staged));
    if (file === null) throw new OaError('FILE_NOT_FOUND', `${staged}: what was staged has gone`);
    const [size, identity] = [file.size, identityOf(file)];
    // For whoever finishes it by renaming instead: an engine that reads the files.
    const files = await storage.list(posix.join(root, this.folder));
    const drop = files.filter(({ name }) => holdsRows(name) && name !== PART_FILE).map(({ name }) => name);
    const journal = { owner: thisOwner(runId), folder: this.folder, from: staged, size, identity, drop };
    const values = partitionValues(this.#table, this.#day, this.#hour);
    await this.#tryOut(values, staged);
    const path = await journals.decide(journal);
    try {
      await load(this.#place, this.#table, values, journal);
    } catch (error) {
      if (await this.#mayBeEmptied(error)) throw undecided(error, this.folder);
      await storage.delete(path);
      throw error;
    }
    try {
      await storage.delete(path);
      await this.#computeStatistics(values);
      return undefined;
    } catch (leftover) {
      return leftover;
    }
  }

  /** A file without rows takes the place of the others. */
  async clear(runId: string, folder: Staging): Promise<unknown> {
    if (!(await this.isFilled())) return undefined;
    const { storage, root, staging } = this.#place;
    const staged = stagedFile(runId, this.#table, { day: this.#day, hour: this.#hour, staging });
    const path = posix.join(root, staged);
    await folder.makeFolder(posix.dirname(path));
    await this.#writeEmpty(storage, path);
    return this.replaceWith(staged, runId);
  }

  /**
   * Spark and Hive delete the old files before they find that they may not move the new one. So a file without rows is
   * loaded first, beside the old ones: what is refused is refused then, and nothing has changed.
   */
  async #tryOut(values: PartitionValues, staged: string): Promise<void> {
    const { storage, root, engine, fileSystem = '' } = this.#place;
    const { dialect } = engine;
    const path = posix.join(root, emptyFile(staged));
    await this.#writeEmpty(storage, path);
    try {
      await engine.execute(dialect.addPartitions(this.#table, [values]));
      await engine.execute(dialect.loadPartition(this.#table, values, `${fileSystem}${path}`, { overwrite: false }));
    } catch (error) {
      await storage.delete(path).catch(() => undefined);
      throw error;
    }
  }

  async #writeEmpty(storage: Storage, path: string): Promise<void> {
    const file = storage.create(path);
    for (const chunk of new ParquetEncoder(this.#columns).end()) file.write(chunk);
    file.end();
    await finished(file);
  }

  /** A server that was never reached has deleted nothing, and one that deletes at all deletes everything. */
  async #mayBeEmptied(error: unknown): Promise<boolean> {
    if (error instanceof OaError && error.code === 'CONNECTION_FAILED' && !isOutcomeUnknown(error)) return false;
    return !(await this.isFilled().catch(() => false));
  }

  async #computeStatistics(values: PartitionValues): Promise<void> {
    const { engine, statistics } = this.#place;
    if (statistics) await engine.execute(engine.dialect.statistics(this.#table, values));
  }
}

/** Finishes a load that a run left. */
export function finishLoads(place: LoadsPlace, tables: readonly TableDefinition[]): FinishJournal {
  return async (journal, rename) => {
    const { folder, from, identity } = journal;
    if (from === null) return rename();
    const inside = tables.filter((table) => folder.startsWith(`${table.folder}/`));
    // The raw table's folder holds those of the others.
    const table = inside.sort((a, b) => b.folder.length - a.folder.length)[0];
    if (table === undefined || !(await fetchBack(place, { folder, from, identity }))) return;
    const values = valuesOf(table, folder);
    await place.engine.execute(place.engine.dialect.addPartitions(table, [values]));
    await load(place, table, values, { folder, from, identity });
  };
}

/** Values in the path of a partition's folder. */
export function valuesOf(table: TableDefinition, folder: string): PartitionValues {
  const kinds = new Map(columnList(table.partition).map(({ name, kind }) => [name, kind]));
  const parts = folder.slice(table.folder.length + 1).split('/');
  return Object.fromEntries(
    parts.map((part) => {
      const [name, value] = part.split('=') as [string, string];
      return [name, KINDS[kinds.get(name) ?? 'string'].ts === 'number' ? Number(value) : value];
    }),
  );
}

interface Load {
  readonly folder: string;
  /** The staged file, below the root. */
  readonly from: string;
  readonly identity?: string;
}

async function load(place: LoadsPlace, table: TableDefinition, values: PartitionValues, of: Load): Promise<void> {
  const { root, engine, fileSystem = '', pause = 1000 } = place;
  const { dialect } = engine;
  const sql = dialect.loadPartition(table, values, `${fileSystem}${posix.join(root, of.from)}`);
  // Of the table's last change every other coordinator of an Impala has to know when the statement ends.
  const overlay = dialect.name === 'impala' ? { SYNC_DDL: 'true' } : undefined;
  let unknown: unknown;
  for (let tries = 1; ; tries++) {
    try {
      return await engine.execute(sql, { overlay });
    } catch (error) {
      if (isOutcomeUnknown(error)) unknown ??= error;
      // A server that refuses a later try says nothing of what an earlier one has deleted.
      if (unknown === undefined) throw error;
      if (!(await fetchBack(place, of))) return refresh(engine, table, values);
      if (tries === TRIES) throw unknown;
      await wait(pause * tries);
    }
  }
}

/**
 * Whether the file is where it was staged, to be loaded from there: it stayed, or it was left half-way. If not, it has
 * been loaded.
 */
async function fetchBack({ storage, root }: LoadsPlace, { folder, from, identity }: Load): Promise<boolean> {
  const staged = posix.join(root, from);
  const where = await whereIs(storage, { staged, folder: posix.join(root, folder), identity });
  if (where.is === 'hidden') await storage.rename(where.path, staged);
  return where.is === 'staged' || where.is === 'hidden';
}

/** A server that died may have moved the file without having told the others. */
async function refresh(engine: ClusterEngine, table: TableDefinition, values: PartitionValues): Promise<void> {
  const sql = engine.dialect.refresh(table, values);
  if (sql !== null) await engine.execute(sql);
}

const isOutcomeUnknown = (error: unknown): boolean => error instanceof OutcomeUnknown;

function undecided(error: unknown, folder: string): ReplacementUndecided {
  const { code, message } = error as OaError;
  return new ReplacementUndecided(
    code,
    `${folder} may be empty now; what was to be loaded stays in staging, and the next run loads it: ${message}`,
    { cause: error },
  );
}
