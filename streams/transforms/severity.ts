import { named, type RowOf } from '../../schemas/columns.js';
import type { ScoredConnections } from '../contracts.js';
import { Enrichment } from '../rows.js';

const NOTHING: ScoredConnections = { names: new Map(), clients: new Map() };

/**
 * Adds `dns_sev` and `ip_sev`: the severity that an analyst gave to the query name and to the client on that day
 * (1 high, 2 medium, 3 low), 0 where none did.
 * @param scored read by `warehouse.scores(date)` before the stream starts
 * @param fields `name` and `client`: the columns read; `nameAs` and `clientAs`: the columns added. @default
 *   `dns_qry_name`, `ip_dst`, `dns_sev`, `ip_sev`
 */
export function severity<
  const Name extends string = 'dns_qry_name',
  const Client extends string = 'ip_dst',
  const NameAs extends string = 'dns_sev',
  const ClientAs extends string = 'ip_sev',
>(
  scored: ScoredConnections = NOTHING,
  fields: { name?: Name; client?: Client; nameAs?: NameAs; clientAs?: ClientAs } = {},
) {
  const name = fields.name ?? ('dns_qry_name' as Name);
  const client = fields.client ?? ('ip_dst' as Client);
  const nameAs = fields.nameAs ?? ('dns_sev' as NameAs);
  const clientAs = fields.clientAs ?? ('ip_sev' as ClientAs);
  const needs = { ...named(name, 'string?'), ...named(client, 'string?') };
  const adds = { ...named(nameAs, 'int'), ...named(clientAs, 'int') };
  const of = (scores: ReadonlyMap<string, number>, key: string | null) => (key === null ? 0 : (scores.get(key) ?? 0));
  return new Enrichment(
    needs,
    adds,
    (row) =>
      ({ [nameAs]: of(scored.names, row[name]), [clientAs]: of(scored.clients, row[client]) }) as RowOf<typeof adds>,
  );
}
