/** What replacing and reading partitions does to the files, as a dry run prints it. */
import { posix } from 'node:path';
import type { Day } from '../../schemas/days.js';
import { partitionFolder, partitionValues, type TableDefinition } from '../../schemas/tables.js';
import type { ClusterDialect } from '../engine/cluster-dialect.js';
import { totalsQuery } from '../engine/dns-queries.js';
import { isCluster } from '../engine/engine-settings.js';
import { clusterDialectOf } from '../engine/settings-dialect.js';
import { statement, type Operation } from '../operations.js';
import type { FullSettings } from '../settings.js';
import { shownRoot, stagingName, stagingRights } from '../storage/storage-settings.js';
import { emptyFile, journalFile, partitionFile, runFolder, stagedFile, stagingRoot } from './paths.js';

export interface PlannedPlace {
  /** As it is shown. */
  readonly root: string;
  /** Name of the staging folder in the pipeline's own. */
  readonly staging?: string;
  /** Mode and ACL entries of the folders made there. */
  readonly rights: readonly string[];
  /** Whether the engine reads copies that are fetched. */
  readonly fetches: boolean;
  /** Of a server that loads what is staged. */
  readonly loads?: {
    readonly dialect: ClusterDialect;
    /** As the server sees it. */
    readonly root: string;
    readonly statistics: boolean;
  };
  readonly runId: string;
  readonly day: Day;
}

export function placeOf({ settings, runId, day }: { settings: FullSettings; runId: string; day: Day }): PlannedPlace {
  const { storage, engine } = settings;
  return {
    root: shownRoot(storage),
    staging: stagingName(storage),
    rights: stagingRights(storage),
    fetches: storage.type !== 'local' && !isCluster(engine),
    loads: isCluster(engine)
      ? {
          dialect: clusterDialectOf(engine),
          root: `${engine.fileSystem ?? ''}${storage.root}`,
          statistics: engine.statistics === true,
        }
      : undefined,
    runId,
    day,
  };
}

const staged = (table: TableDefinition, { root, runId, day, staging }: PlannedPlace) =>
  `${root}/${stagedFile(runId, table, { day, staging })}`;

/** A partition is written whole before it takes its place. */
export function stagingOperations(table: TableDefinition, place: PlannedPlace): Operation[] {
  const path = staged(table, place);
  const { rights } = place;
  const permit: Operation = { kind: 'file', do: 'permit', path: posix.dirname(path), rights };
  return [...(rights.length > 0 ? [permit] : []), { kind: 'file', do: 'create', path }];
}

/** The partitions of the day that are fetched before a statement reads them. */
export function fetchOperations(
  tables: readonly TableDefinition[],
  { root, day, fetches }: PlannedPlace,
): Operation[] {
  if (!fetches) return [];
  return tables.map((table) => ({ kind: 'file', do: 'read', path: `${root}/${partitionFolder(table, day)}` }));
}

/** The columns of the tables are asked for once, each when it is first needed. */
export const describeOperations = (tables: readonly TableDefinition[], { loads }: PlannedPlace): Operation[] =>
  loads ? tables.map((table) => statement(loads.dialect.describe(table))) : [];

/**
 * A staged partition takes its place. Where other files lie there, a journal comes first and they go afterwards; a dry run
 * does not look. A server that loads the file has a journal always, and
 * loads one without rows first, to be refused then if it is refused at all.
 */
export function placingOperations(table: TableDefinition, place: PlannedPlace): Operation[] {
  const { root, runId, day, staging, loads } = place;
  const from = staged(table, place);
  if (!loads) return [{ kind: 'file', do: 'rename', from, path: `${root}/${partitionFile(table, day)}` }];
  const { dialect, statistics } = loads;
  const values = partitionValues(table, day);
  const journal = `${root}/${journalFile(stagingRoot(table, staging), partitionFolder(table, day))}`;
  const path = `${loads.root}/${stagedFile(runId, table, { day, staging })}`;
  return [
    { kind: 'file', do: 'create', path: emptyFile(from) },
    statement(dialect.addPartitions(table, [values])),
    statement(dialect.loadPartition(table, values, emptyFile(path), { overwrite: false })),
    { kind: 'file', do: 'create', path: journal },
    statement(dialect.loadPartition(table, values, path)),
    { kind: 'file', do: 'delete', path: journal },
    ...(statistics ? [statement(dialect.statistics(table, values))] : []),
  ];
}

/** A partition loses its rows. On a server a file without rows takes the place of those that are there, if any are. */
export function emptyingOperations(table: TableDefinition, place: PlannedPlace): Operation[] {
  const { root, day, loads } = place;
  if (!loads) return [{ kind: 'file', do: 'delete', path: `${root}/${partitionFile(table, day)}` }];
  return [
    ...describeOperations([table], place),
    statement(totalsQuery(loads.dialect, [table], day)),
    ...stagingOperations(table, place),
    ...placingOperations(table, place),
  ];
}

/** The run's own folder goes at the end. */
export const runFolderOperations = (table: TableDefinition, { root, runId, staging }: PlannedPlace): Operation[] => [
  { kind: 'file', do: 'delete', path: `${root}/${runFolder(runId, table, staging)}` },
];
