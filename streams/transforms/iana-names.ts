import { named, type Named, type RowOf } from '../../schemas/columns.js';
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

/** Columns read, and with `As` the columns added. */
export interface IanaFields<
  Class extends string,
  Type extends string,
  Rcode extends string,
  ClassAs extends string,
  TypeAs extends string,
  RcodeAs extends string,
> {
  /** @default `dns_qry_class` */
  readonly class?: Class;
  /** @default `dns_qry_type` */
  readonly type?: Type;
  /** @default `dns_qry_rcode` */
  readonly rcode?: Rcode;
  /** @default `dns_qry_class_name` */
  readonly classAs?: ClassAs;
  /** @default `dns_qry_type_name` */
  readonly typeAs?: TypeAs;
  /** @default `dns_qry_rcode_name` */
  readonly rcodeAs?: RcodeAs;
}

/**
 * Adds `dns_qry_class_name`, `dns_qry_type_name` and `dns_qry_rcode_name` by the IANA registry "Domain Name System (DNS)
 * Parameters", as Spot names them (`Internet (IN)`, `A`, `NoError`). The class may be decimal or hexadecimal text. An
 * unknown code gives `Unknown (CODE)`, a missing one null.
 * @param tables other tables than the built-in ones
 */
export function ianaNames<
  const Class extends string = 'dns_qry_class',
  const Type extends string = 'dns_qry_type',
  const Rcode extends string = 'dns_qry_rcode',
  const ClassAs extends string = 'dns_qry_class_name',
  const TypeAs extends string = 'dns_qry_type_name',
  const RcodeAs extends string = 'dns_qry_rcode_name',
>(tables: IanaTables = {}, fields: IanaFields<Class, Type, Rcode, ClassAs, TypeAs, RcodeAs> = {}) {
  const { dns_qry_class = DNS_QRY_CLASS, dns_qry_type = DNS_QRY_TYPE, dns_qry_rcode = DNS_QRY_RCODE } = tables;
  const ofClass = fields.class ?? ('dns_qry_class' as Class);
  const ofType = fields.type ?? ('dns_qry_type' as Type);
  const ofRcode = fields.rcode ?? ('dns_qry_rcode' as Rcode);
  const classAs = fields.classAs ?? ('dns_qry_class_name' as ClassAs);
  const typeAs = fields.typeAs ?? ('dns_qry_type_name' as TypeAs);
  const rcodeAs = fields.rcodeAs ?? ('dns_qry_rcode_name' as RcodeAs);
  const needs = { ...named(ofClass, 'string?'), ...named(ofType, 'int?'), ...named(ofRcode, 'int?') };
  const adds = { ...named(classAs, 'string?'), ...named(typeAs, 'string?'), ...named(rcodeAs, 'string?') };
  return new Enrichment(needs, adds, (row) => {
    const { [ofClass]: text } = row as RowOf<Named<Class, 'string?'>>;
    const { [ofType]: type } = row as RowOf<Named<Type, 'int?'>>;
    const { [ofRcode]: rcode } = row as RowOf<Named<Rcode, 'int?'>>;
    return {
      [classAs]: ianaName(dns_qry_class, classCode(text), text),
      [typeAs]: ianaName(dns_qry_type, type, type),
      [rcodeAs]: ianaName(dns_qry_rcode, rcode, rcode),
    } as RowOf<typeof adds>;
  });
}

/**
 * Adds the name of one code of any table, for other pipelines: Proxy's HTTP response codes.
 * @param code the column read, `as` the column added
 * @param kind the column's: Proxy's scores hold the code as a number, its details as text, decimal or hexadecimal
 */
export function codeName<const Code extends string, const As extends string, K extends 'int?' | 'string?' = 'int?'>(
  code: Code,
  as: As,
  table: CodeTable,
  kind: K = 'int?' as K,
) {
  const needs = named(code, kind);
  const adds = named(as, 'string?');
  return new Enrichment(needs, adds, (row) => {
    const value: string | number | null = row[code];
    const found = ianaName(table, typeof value === 'string' ? classCode(value) : value, value);
    return { [as]: found } as RowOf<typeof adds>;
  });
}
