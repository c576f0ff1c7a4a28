/** What a run of a pipeline would do, for `run --dry-run`. */
import { randomBytes } from 'node:crypto';
import type { TableDefinition } from '../schemas/tables.js';
import type { Operation } from './operations.js';
import { placingOperations } from './partitions/operations.js';
import { columnsFile } from './partitions/paths.js';
import { LocalTableFiles } from './partitions/table-files.js';
import { lockPath, oaContext, type OaOptions, type OaPipeline } from './run-oa.js';
import { localStorage } from './storage/local.js';

/** Everything that a run would do, in order. All that it looks at is which tables there are. */
export async function planOa(pipeline: OaPipeline, options: OaOptions): Promise<Operation[]> {
  const context = oaContext(pipeline, options, new AbortController().signal);
  const { root } = context.settings.storage;
  const claim = `${lockPath(pipeline, root, context.day)}.${randomBytes(8).toString('hex')}`;
  const operations: Operation[] = [
    ...(await missingTables(root, pipeline.tables)).map((table): Operation => {
      return { kind: 'file', do: 'create', path: `${root}/${columnsFile(table)}` };
    }),
    { kind: 'file', do: 'create', path: claim },
  ];
  for (const step of pipeline.steps) operations.push(...((await step.plan?.(context)) ?? []));
  operations.push(...placingOperations(root, pipeline.replaces ?? [], context));
  operations.push(...((await pipeline.afterwards?.plan?.(context)) ?? []));
  return [...operations, { kind: 'file', do: 'delete', path: claim }];
}

/** Tables that nobody has made yet, neither `init` nor whoever copied files there. */
export async function missingTables(root: string, tables: readonly TableDefinition[]): Promise<TableDefinition[]> {
  const files = new LocalTableFiles(localStorage(), root);
  const missing: TableDefinition[] = [];
  for (const table of tables) {
    if (!(await files.columns(table)) && !(await files.newest(table))) missing.push(table);
  }
  return missing;
}
