import { named, type RowOf } from '../../schemas/columns.js';
import type { ContextLookup } from '../contracts.js';
import { Enrichment } from '../rows.js';

/**
 * Adds whether an address lies in a network of one's own: 1 where the look-up says anything of it, else 0. Flow stores
 * this of both ends of a connection (`srcip_internal`, `dstip_internal`).
 * @param networks from `loadNetworkContext({ ranges })`, or anything with `find(ip)`; without it the column is 0
 * @param fields `ip`: the column looked up, `as`: the column added
 */
export function internal<const Ip extends string, const As extends string>(
  networks: ContextLookup | undefined,
  { ip, as }: { ip: Ip; as: As },
) {
  const needs = named(ip, 'string?');
  const adds = named(as, 'int');
  const isKnown = (address: string | null) => address !== null && (networks?.find(address) ?? '') !== '';
  return new Enrichment(needs, adds, (row) => ({ [as]: isKnown(row[ip]) ? 1 : 0 }) as RowOf<typeof adds>);
}
