/** `openWarehouse`: the storage and the engine of the settings, over the same tables. */
import { tmpdir } from 'node:os';
import { DNS_TABLES, dnsScores } from '../schemas/dns.js';
import { parseDnsConf, type DnsConf } from '../schemas/dns-conf.js';
import type { TableDefinition, TableLayout } from '../schemas/tables.js';
import { packageFile } from './package-root.js';
import { checkSettings, readJson, type FullSettings, type Settings } from './settings.js';
import type { Fetch } from './partitions/fetched.js';
import { localStorage } from './storage/local.js';
import { locate } from './storage/locate.js';
import { openWebHdfs, permitOf } from './storage/open-webhdfs.js';
import { makeOwnFolder, removeOwnFolder } from './storage/own-folder.js';
import type { StorageSettings } from './storage/storage-settings.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouse, type EmbeddedWarehouseOptions } from './warehouse.js';

export interface OpenWarehouseOptions {
  /** Tables of a pipeline of your own. @default those of DNS */
  readonly tables?: readonly TableDefinition[];
  /** Columns of tables that do not exist yet; null makes none. @default 'documented', with a `spotConf` 'spot-1.0' */
  readonly layout?: TableLayout | null;
  /** Name of the run's own folder in the staging folder. @default random */
  readonly runId?: string;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  /** Ends what is under way in a storage on other machines, but for what changes something. */
  readonly signal?: AbortSignal;
  /** Told before files are fetched for the engine from a storage on other machines. */
  readonly onFetch?: (fetch: Fetch) => void;
}

export type OpenWarehouse = EmbeddedWarehouse;

/**
 * @param settings the same object as the settings file; relative paths are relative to the current folder
 * @throws {OaError} `SETTINGS_INVALID`, `DNS_CONF_INVALID`, `STORAGE_FAILED`; on HDFS also `CONNECTION_FAILED`,
 * `PERMISSION_DENIED` and whatever else its servers answer
 */
export async function openWarehouse(
  settings: Settings | FullSettings = {},
  options: OpenWarehouseOptions = {},
): Promise<OpenWarehouse> {
  const checked = checkSettings(settings);
  const scores = { ...dnsScores, columns: (await loadDnsConf(checked)).scores };
  const tables = options.tables ?? Object.values(DNS_TABLES);
  const { threads, memoryLimit, tempDirectory } = checked.engine;
  const { layout = defaultLayout(checked) } = options;
  const { place, undo } = await placeOf(checked.storage, { tempDirectory, signal: options.signal });
  try {
    return await openEmbeddedWarehouse({
      ...options,
      ...place,
      layout,
      tables: tables.map((table) => (table === dnsScores ? scores : table)),
      engine: {
        threads,
        memoryLimit,
        ...(place.fetchInto === undefined && tempDirectory && { spillFolder: tempDirectory }),
      },
    });
  } catch (error) {
    await undo();
    throw error;
  }
}

type Place = Pick<EmbeddedWarehouseOptions, 'root' | 'storage' | 'fetchInto' | 'staging' | 'locate' | 'onClose'>;

/** The storage of the settings; one on other machines needs a folder of this one for what the engine reads. */
async function placeOf(
  settings: StorageSettings,
  { tempDirectory = tmpdir(), signal }: { tempDirectory?: string; signal?: AbortSignal },
) {
  const { root } = settings;
  if (settings.type === 'local') return { place: { root } as Place, undo: () => Promise.resolve() };
  const storage = await openWebHdfs(settings, signal);
  const local = localStorage();
  const { nameNodes, staging = {} } = settings;
  const fetchInto = await makeOwnFolder(tempDirectory);
  const undo = () => removeOwnFolder(fetchInto);
  const place: Place = {
    root,
    storage,
    fetchInto,
    staging: { folder: staging.folder, permit: permitOf(storage, staging) },
    locate: (pathOrUrl) => locate(pathOrUrl, local, { storage, nameNodes }),
    onClose: undo,
  };
  return { place, undo };
}

/** A deployment of Spot goes on reading what is made beside it. */
export const defaultLayout = ({ spotConf }: Pick<FullSettings, 'spotConf'>): TableLayout =>
  spotConf === undefined ? 'documented' : 'spot-1.0';

/** `dns_conf.json`: the user's, or the package's. @throws {OaError} `DNS_CONF_INVALID` */
export async function loadDnsConf({ dnsConf }: Pick<FullSettings, 'dnsConf'>): Promise<DnsConf> {
  const file = dnsConf ?? packageFile('schemas/dns_conf.json');
  return parseDnsConf(await readJson(file, 'DNS_CONF_INVALID'), file);
}
