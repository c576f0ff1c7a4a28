/** What the DNS steps look things up in, loaded once per run from the settings' files. */
import { DNS_QRY_CLASS, DNS_QRY_RCODE, DNS_QRY_TYPE } from '../schemas/iana-tables.js';
import type { ContextLookup } from '../streams/contracts.js';
import type { CodeTable, IanaTables } from '../streams/transforms/iana-names.js';
import { loadIanaTable } from './lookups/iana-tables.js';
import { loadNetworkContext } from './lookups/network-context.js';
import type { FullSettings } from './settings.js';

export interface DnsLookups {
  readonly iana: IanaTables;
  readonly contexts: ContextLookup;
}

/** @throws {OaError} `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID` */
export async function loadDnsLookups(settings: Pick<FullSettings, 'iana' | 'networkContext'>): Promise<DnsLookups> {
  const { dns_qry_class, dns_qry_type, dns_qry_rcode } = settings.iana;
  const [contexts, classes, types, rcodes] = await Promise.all([
    loadNetworkContext(settings.networkContext),
    merged(DNS_QRY_CLASS, dns_qry_class),
    merged(DNS_QRY_TYPE, dns_qry_type),
    merged(DNS_QRY_RCODE, dns_qry_rcode),
  ]);
  return { contexts, iana: { dns_qry_class: classes, dns_qry_type: types, dns_qry_rcode: rcodes } };
}

/** A user's table over the built-in one. */
async function merged(builtIn: CodeTable, file: string | undefined): Promise<CodeTable> {
  return file === undefined ? builtIn : new Map([...builtIn, ...(await loadIanaTable(file))]);
}
