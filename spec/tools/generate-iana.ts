/** Writes `schemas/iana-tables.ts` from the CSV files in `schemas/iana/`. */

export interface IanaSource {
  /** Name of the exported constant. */
  readonly constant: string;
  /** Registry, for the comment. */
  readonly registry: string;
  /** File in `schemas/iana/`. */
  readonly file: string;
}

export const IANA_SOURCES: readonly IanaSource[] = [
  { constant: 'DNS_QRY_CLASS', registry: 'DNS CLASSes', file: 'dns-qry-class.csv' },
  { constant: 'DNS_QRY_TYPE', registry: 'Resource Record (RR) TYPEs', file: 'dns-qry-type.csv' },
  { constant: 'DNS_QRY_RCODE', registry: 'DNS RCODEs', file: 'dns-qry-rcode.csv' },
];

export const GENERATE_COMMAND = 'UPDATE_GENERATED=1 npm test -- spec/schemas/iana-tables.spec.ts';

const literal = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** @param tables names by code, in the order of `IANA_SOURCES` */
export function ianaModule(tables: readonly ReadonlyMap<number, string>[]): string {
  const constants = IANA_SOURCES.map(({ constant, registry, file }, i) => {
    const lines = [...(tables[i] ?? [])].map(([code, name]) => `  [${code}, ${literal(name)}],\n`);
    return `
/** ${registry} (\`schemas/iana/${file}\`). */
export const ${constant}: ReadonlyMap<number, string> = new Map([
${lines.join('')}]);
`;
  });
  return `/**
 * Names of the codes in DNS messages, IANA registry "Domain Name System (DNS) Parameters" with Spot 1.0's names.
 * Generated from \`schemas/iana/*.csv\`; do not edit. After a change of those: \`${GENERATE_COMMAND}\`
 */
${constants.join('')}`;
}
