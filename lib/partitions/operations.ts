/** What replacing a partition does to the files, as a dry run prints it. */
import { posix } from 'node:path';
import type { Day } from '../../schemas/days.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Operation } from '../operations.js';
import { partitionFile, runFolder, stagedFile } from './paths.js';

/** Where other files lie in the partition, a journal comes first and they go afterwards; a dry run does not look. */
export function replacementOperations(
  root: string,
  table: TableDefinition,
  { runId, day, hour }: { runId: string; day: Day; hour?: number },
): Operation[] {
  const from = posix.join(root, stagedFile(runId, table, { day, hour }));
  return [
    { kind: 'file', do: 'create', path: from },
    { kind: 'file', do: 'rename', from, path: posix.join(root, partitionFile(table, day, hour)) },
    { kind: 'file', do: 'delete', path: posix.join(root, runFolder(runId, table)) },
  ];
}
