import pLimit from 'p-limit';
import { named, type RowOf } from '../../schemas/columns.js';
import { reputationColumn } from '../calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../contracts.js';
import { BatchEnrichment } from '../rows.js';

/** Calls of one service at the same time. */
const CONCURRENCY = 4;

/**
 * Adds `query_rep`: what each service says of the query name, `service:LABEL:value` joined by `::` in the order of the
 * services, as Spot's UI reads it; an empty string without services. Each distinct key of a batch is asked once.
 * @param services from `loadReputation`, which puts a cache around each
 * @param fields `key`: the column checked; `as`: the column added. @default `dns_qry_name`, `query_rep`
 */
export function reputation<const Key extends string = 'dns_qry_name', const As extends string = 'query_rep'>(
  services: readonly ReputationService[] = [],
  fields: { key?: Key; as?: As } = {},
) {
  const key = fields.key ?? ('dns_qry_name' as Key);
  const as = fields.as ?? ('query_rep' as As);
  const needs = named(key, 'string?');
  const adds = named(as, 'string');
  return new BatchEnrichment(needs, adds, async (batch, { signal }) => {
    const keyOf = (row: RowOf<typeof needs>): string => (row[key] as string | null) ?? '';
    const keys = [...new Set(batch.map(keyOf))].filter((text) => text !== '');
    const verdicts = await Promise.all(services.map((service) => verdictsOf(service, keys, signal)));
    const column = new Map(
      ['', ...keys].map((text) => [
        text,
        reputationColumn(services.map(({ name }, i) => ({ service: name, verdict: verdicts[i]!.get(text) }))),
      ]),
    );
    return batch.map((row) => ({ [as]: column.get(keyOf(row)) }) as RowOf<typeof adds>);
  });
}

/** In calls of no more keys than the service takes. */
async function verdictsOf(
  service: ReputationService,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Verdict>> {
  const batches: (readonly string[])[] = [];
  for (let i = 0; i < keys.length; i += service.batchSize) batches.push(keys.slice(i, i + service.batchSize));
  const calls = pLimit(CONCURRENCY);
  const answers = await Promise.all(batches.map((batch) => calls(() => service.check(batch, { signal }))));
  return new Map(answers.flatMap((answer) => [...answer]));
}
