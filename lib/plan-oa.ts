/** What a run of a pipeline would do, for `run --dry-run`. */
import { randomBytes } from 'node:crypto';
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
  const missing = await new LocalTableFiles(localStorage(), root).missing(pipeline.tables);
  const operations: Operation[] = [
    ...missing.map((table): Operation => {
      return { kind: 'file', do: 'create', path: `${root}/${columnsFile(table)}` };
    }),
    { kind: 'file', do: 'create', path: claim },
  ];
  for (const step of pipeline.steps) operations.push(...((await step.plan?.(context)) ?? []));
  operations.push(...placingOperations(root, pipeline.replaces ?? [], context));
  operations.push(...((await pipeline.afterwards?.plan?.(context)) ?? []));
  return [...operations, { kind: 'file', do: 'delete', path: claim }];
}
