import { named, type RowOf } from '../../schemas/columns.js';
import type { ContextLookup } from '../contracts.js';
import { Enrichment } from '../rows.js';

/**
 * Adds `network_context`: what the context files say of an address, the most specific entry; an empty string when
 * nothing is known.
 * @param contexts from `loadNetworkContext`, or anything with `find(ip)`; without it the column is empty
 * @param fields.ip the column looked up. @default `ip_dst`, the client
 */
export function networkContext<const Ip extends string = 'ip_dst', const As extends string = 'network_context'>(
  contexts?: ContextLookup,
  fields: { ip?: Ip; as?: As } = {},
) {
  const ip = fields.ip ?? ('ip_dst' as Ip);
  const as = fields.as ?? ('network_context' as As);
  const needs = named(ip, 'string?');
  const adds = named(as, 'string');
  const find = (address: string | null) => (address === null ? '' : (contexts?.find(address) ?? ''));
  return new Enrichment(needs, adds, (row) => ({ [as]: find(row[ip]) }) as RowOf<typeof adds>);
}
