/** What the DNS steps look things up in, loaded once per run from the settings' files. */
import { DNS_QRY_CLASS, DNS_QRY_RCODE, DNS_QRY_TYPE } from '../schemas/iana-tables.js';
import type { ContextLookup } from '../streams/contracts.js';
import type { CodeTable, IanaTables } from '../streams/transforms/iana-names.js';
import { loadIanaTable, type IanaDuplicate } from './lookups/iana-tables.js';
import { conflictsText, loadNetworkContext } from './lookups/network-context.js';
import type { FullSettings } from './settings.js';

export interface DnsLookups {
  readonly iana: IanaTables;
  readonly contexts: ContextLookup;
  /** What the files say twice and differently, a line for each kind: `CONTEXT_CONFLICTS`, `IANA_DUPLICATES`. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** @throws {OaError} `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID` */
export async function loadDnsLookups(settings: Pick<FullSettings, 'iana' | 'networkContext'>): Promise<DnsLookups> {
  const { dns_qry_class, dns_qry_type, dns_qry_rcode } = settings.iana;
  const duplicates: IanaDuplicate[] = [];
  const [contexts, classes, types, rcodes] = await Promise.all([
    loadNetworkContext(settings.networkContext),
    merged(DNS_QRY_CLASS, dns_qry_class, duplicates),
    merged(DNS_QRY_TYPE, dns_qry_type, duplicates),
    merged(DNS_QRY_RCODE, dns_qry_rcode, duplicates),
  ]);
  const { conflicts } = contexts;
  const warnings = [
    ...(conflicts.length > 0 ? [{ code: 'CONTEXT_CONFLICTS', message: conflictsText(conflicts) }] : []),
    ...(duplicates.length > 0 ? [{ code: 'IANA_DUPLICATES', message: duplicatesText(duplicates) }] : []),
  ];
  return { contexts, iana: { dns_qry_class: classes, dns_qry_type: types, dns_qry_rcode: rcodes }, warnings };
}

/** A user's table over the built-in one. Names that the registry itself gives to one code are no duplicates. */
async function merged(builtIn: CodeTable, file: string | undefined, duplicates: IanaDuplicate[]): Promise<CodeTable> {
  if (file === undefined) return builtIn;
  const onDuplicate = (duplicate: IanaDuplicate) => {
    if (builtIn.get(duplicate.code) !== duplicate.name) duplicates.push(duplicate);
  };
  return new Map([...builtIn, ...(await loadIanaTable(file, { onDuplicate }))]);
}

function duplicatesText(duplicates: readonly IanaDuplicate[]): string {
  const { code, name, origin } = duplicates[0]!;
  const count = duplicates.length === 1 ? '1 code' : `${duplicates.length} codes`;
  return `${count} with several names: ${code} is ${name} (${origin})`;
}
