/** `openWarehouse`: the storage and the engine of the settings, over the same tables. */
import { DNS_TABLES, dnsScores } from '../schemas/dns.js';
import { parseDnsConf, type DnsConf } from '../schemas/dns-conf.js';
import type { TableDefinition, TableLayout } from '../schemas/tables.js';
import { packageFile } from './package-root.js';
import { checkSettings, readJson, type FullSettings, type Settings } from './settings.js';
import { openLocalWarehouse, type LocalWarehouse } from './warehouse.js';

export interface OpenWarehouseOptions {
  /** Tables of a pipeline of your own. @default those of DNS */
  readonly tables?: readonly TableDefinition[];
  /** Columns of tables that do not exist yet; null makes none. @default 'documented' */
  readonly layout?: TableLayout | null;
  /** Name of the run's own folder in the staging folder. @default random */
  readonly runId?: string;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
}

export type OpenWarehouse = LocalWarehouse;

/**
 * @param settings the same object as the settings file; relative paths are relative to the current folder
 * @throws {OaError} `SETTINGS_INVALID`, `DNS_CONF_INVALID`, `STORAGE_FAILED`
 */
export async function openWarehouse(
  settings: Settings | FullSettings = {},
  options: OpenWarehouseOptions = {},
): Promise<OpenWarehouse> {
  const checked = checkSettings(settings);
  const scores = { ...dnsScores, columns: (await loadDnsConf(checked)).scores };
  const tables = options.tables ?? Object.values(DNS_TABLES);
  const { threads, memoryLimit } = checked.engine;
  return openLocalWarehouse({
    ...options,
    root: checked.storage.root,
    tables: tables.map((table) => (table === dnsScores ? scores : table)),
    engine: { threads, memoryLimit },
  });
}

/** `dns_conf.json`: the user's, or the package's. @throws {OaError} `DNS_CONF_INVALID` */
export async function loadDnsConf({ dnsConf }: Pick<FullSettings, 'dnsConf'>): Promise<DnsConf> {
  const file = dnsConf ?? packageFile('schemas/dns_conf.json');
  return parseDnsConf(await readJson(file, 'DNS_CONF_INVALID'), file);
}
