/** What replacing a partition does to the files, as a dry run prints it. */
import { posix } from 'node:path';
import type { Day } from '../../schemas/days.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Operation } from '../operations.js';
import { partitionFile, runFolder, stagedFile } from './paths.js';

interface Place {
  readonly runId: string;
  readonly day: Day;
  readonly hour?: number;
}

const staged = (root: string, table: TableDefinition, { runId, day, hour }: Place) =>
  posix.join(root, stagedFile(runId, table, { day, hour }));

/** A partition is written whole before it takes its place. */
export const stagingOperation = (root: string, table: TableDefinition, place: Place): Operation => ({
  kind: 'file',
  do: 'create',
  path: staged(root, table, place),
});

/**
 * Staged partitions take their places. Where other files lie in one, a journal comes first and they go afterwards; a dry
 * run does not look.
 */
export function placingOperations(root: string, tables: readonly TableDefinition[], place: Place): Operation[] {
  const { runId, day, hour } = place;
  return [
    ...tables.map((table): Operation => {
      const path = posix.join(root, partitionFile(table, day, hour));
      return { kind: 'file', do: 'rename', from: staged(root, table, place), path };
    }),
    ...tables.slice(0, 1).map((table): Operation => {
      return { kind: 'file', do: 'delete', path: posix.join(root, runFolder(runId, table)) };
    }),
  ];
}
