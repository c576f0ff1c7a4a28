import type { RowOf } from '../../schemas/columns.js';
import { DNS_QRY_CLASS, DNS_QRY_RCODE, DNS_QRY_TYPE } from '../../schemas/iana-tables.js';
import { classCode, ianaName } from '../calculations/iana-name.js';
import { Enrichment } from '../rows.js';

/** Names by code. */
export type CodeTable = ReadonlyMap<number, string>;

export interface IanaTables {
  readonly dns_qry_class?: CodeTable;
  readonly dns_qry_type?: CodeTable;
  readonly dns_qry_rcode?: CodeTable;
}

/**
 * Adds `dns_qry_class_name`, `dns_qry_type_name` and `dns_qry_rcode_name` by the IANA registry "Domain Name System (DNS)
 * Parameters", as Spot names them (`Internet (IN)`, `A`, `NoError`). The class may be decimal or hexadecimal text. An
 * unknown code gives `Unknown (CODE)`, a missing one null.
 * @param tables other tables than the built-in ones
 */
export function ianaNames(tables: IanaTables = {}) {
  const { dns_qry_class = DNS_QRY_CLASS, dns_qry_type = DNS_QRY_TYPE, dns_qry_rcode = DNS_QRY_RCODE } = tables;
  return new Enrichment(
    { dns_qry_class: 'string?', dns_qry_type: 'int?', dns_qry_rcode: 'int?' },
    { dns_qry_class_name: 'string?', dns_qry_type_name: 'string?', dns_qry_rcode_name: 'string?' },
    (row) => ({
      dns_qry_class_name: ianaName(dns_qry_class, classCode(row.dns_qry_class), row.dns_qry_class),
      dns_qry_type_name: ianaName(dns_qry_type, row.dns_qry_type, row.dns_qry_type),
      dns_qry_rcode_name: ianaName(dns_qry_rcode, row.dns_qry_rcode, row.dns_qry_rcode),
    }),
  );
}

/**
 * Adds the name of one numeric code of any table, for other pipelines: Proxy's HTTP response codes.
 * @param code the column read, `as` the column added
 */
export function codeName<const Code extends string, const As extends string>(code: Code, as: As, table: CodeTable) {
  const needs = { [code]: 'int?' } as { readonly [K in Code]: 'int?' };
  const adds = { [as]: 'string?' } as { readonly [K in As]: 'string?' };
  return new Enrichment(needs, adds, (row) => {
    const value: number | null = row[code];
    return { [as]: ianaName(table, value, value) } as RowOf<typeof adds>;
  });
}
