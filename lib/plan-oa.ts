/** What a run of a pipeline would do, for `run --dry-run`. */
import { randomBytes } from 'node:crypto';
import type { TableDefinition } from '../schemas/tables.js';
import type { Operation } from './operations.js';
import { isCluster } from './engine/engine-settings.js';
import { placingOperations, placeOf, runFolderOperations } from './partitions/operations.js';
import { columnsFile } from './partitions/paths.js';
import { StoredTableFiles } from './partitions/table-files.js';
import { lockPath, oaContext, type OaContext, type OaOptions, type OaPipeline } from './run-oa.js';
import { localStorage } from './storage/local.js';

/** Everything that a run would do, in order. All that it looks at is which tables a local warehouse has. */
export async function planOa(pipeline: OaPipeline, options: OaOptions): Promise<Operation[]> {
  const context = oaContext(pipeline, options, new AbortController().signal);
  const place = placeOf(context);
  const claim = `${lockPath(pipeline, context, place.root)}.${randomBytes(8).toString('hex')}`;
  const operations: Operation[] = [
    ...(await missingTables(pipeline.tables, context)).map((table): Operation => {
      return { kind: 'file', do: 'create', path: `${place.root}/${columnsFile(table)}` };
    }),
    { kind: 'file', do: 'create', path: claim },
  ];
  for (const step of pipeline.steps) operations.push(...((await step.plan?.(context)) ?? []));
  const { replaces = [], readsBack = [] } = pipeline;
  // What a server has to read back was loaded by the step that wrote it.
  const waiting = replaces.filter((table) => !(place.loads && readsBack.includes(table)));
  for (const table of waiting) operations.push(...placingOperations(table, place));
  for (const table of replaces.slice(0, 1)) operations.push(...runFolderOperations(table, place));
  operations.push(...((await pipeline.afterwards?.plan?.(context)) ?? []));
  return [...operations, { kind: 'file', do: 'delete', path: claim }];
}

/** Of a warehouse on other machines or of a server, which a plan does not ask, all tables are taken to be there. */
function missingTables(tables: readonly TableDefinition[], { settings }: OaContext): Promise<TableDefinition[]> {
  const { type, root } = settings.storage;
  if (type !== 'local' || isCluster(settings.engine)) return Promise.resolve([]);
  return new StoredTableFiles({ storage: localStorage(), root }).missing(tables);
}
