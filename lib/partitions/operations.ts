/** What replacing and reading partitions does to the files, as a dry run prints it. */
import { posix } from 'node:path';
import type { Day } from '../../schemas/days.js';
import { partitionFolder, type TableDefinition } from '../../schemas/tables.js';
import type { Operation } from '../operations.js';
import type { FullSettings } from '../settings.js';
import { shownRoot, stagingName, stagingRights } from '../storage/storage-settings.js';
import { partitionFile, runFolder, stagedFile } from './paths.js';

export interface PlannedPlace {
  /** As it is shown. */
  readonly root: string;
  /** Name of the staging folder in the pipeline's own. */
  readonly staging?: string;
  /** Mode and ACL entries of the folders made there. */
  readonly rights: readonly string[];
  /** Whether the engine reads copies that are fetched. */
  readonly fetches: boolean;
  readonly runId: string;
  readonly day: Day;
}

export const placeOf = (context: { settings: FullSettings; runId: string; day: Day }): PlannedPlace => ({
  root: shownRoot(context.settings.storage),
  staging: stagingName(context.settings.storage),
  rights: stagingRights(context.settings.storage),
  fetches: context.settings.storage.type !== 'local',
  runId: context.runId,
  day: context.day,
});

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

/**
 * Staged partitions take their places. Where other files lie in one, a journal comes first and they go afterwards; a dry
 * run does not look.
 */
export function placingOperations(tables: readonly TableDefinition[], place: PlannedPlace): Operation[] {
  const { root, runId, day, staging } = place;
  return [
    ...tables.map((table): Operation => {
      return {
        kind: 'file',
        do: 'rename',
        from: staged(table, place),
        path: `${root}/${partitionFile(table, day)}`,
      };
    }),
    ...tables.slice(0, 1).map((table): Operation => {
      return { kind: 'file', do: 'delete', path: `${root}/${runFolder(runId, table, staging)}` };
    }),
  ];
}
