import type { RowOf } from '../../schemas/columns.js';
import type { ScoredConnections } from '../contracts.js';
import { Enrichment } from '../rows.js';

const NOTHING: ScoredConnections = { names: new Map(), clients: new Map() };

/**
 * Adds `dns_sev` and `ip_sev`: the severity that an analyst gave to the query name and to the client on that day
 * (1 high, 2 medium, 3 low), 0 where none did.
 * @param scored read by `warehouse.scores(date)` before the stream starts
 */
export function severity<const Name extends string = 'dns_qry_name', const Client extends string = 'ip_dst'>(
  scored: ScoredConnections = NOTHING,
  fields: { name?: Name; client?: Client } = {},
) {
  const name = fields.name ?? ('dns_qry_name' as Name);
  const client = fields.client ?? ('ip_dst' as Client);
  const needs = { [name]: 'string', [client]: 'string' } as { readonly [K in Name | Client]: 'string' };
  return new Enrichment(needs, { dns_sev: 'int', ip_sev: 'int' }, (row: RowOf<typeof needs>) => ({
    dns_sev: scored.names.get(row[name]) ?? 0,
    ip_sev: scored.clients.get(row[client]) ?? 0,
  }));
}
