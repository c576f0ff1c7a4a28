/** `openWarehouse`: the storage and the engine of the settings, over the same tables. */
import { tmpdir } from 'node:os';
import { DNS_TABLES, dnsScores } from '../schemas/dns.js';
import { parseDnsConf, type DnsConf } from '../schemas/dns-conf.js';
import type { TableDefinition, TableLayout } from '../schemas/tables.js';
import type { Storage } from '../streams/contracts.js';
import { ClusterWarehouse } from './cluster-warehouse.js';
import { isCluster, type ClusterSettings, type EngineSettings } from './engine/engine-settings.js';
import { openClusterEngine } from './engine/open-cluster-engine.js';
import type { OpenWarehouse } from './oa-warehouse.js';
import { packageFile } from './package-root.js';
import { checkSettings, readJson, type FullSettings, type Settings } from './settings.js';
import type { Fetch } from './partitions/fetched.js';
import { newRunId } from './run-id.js';
import { localStorage } from './storage/local.js';
import { locate } from './storage/locate.js';
import { openWebHdfs, permitOf } from './storage/open-webhdfs.js';
import { makeOwnFolder, removeOwnFolder } from './storage/own-folder.js';
import type { StorageSettings } from './storage/storage-settings.js';
import { openEmbeddedWarehouse, type EmbeddedWarehouseOptions } from './warehouse.js';

export interface OpenWarehouseOptions {
  /** Tables of a pipeline of your own. @default those of DNS */
  readonly tables?: readonly TableDefinition[];
  /**
   * Columns of tables that do not exist yet; null makes none, and on Impala and Hive `init` alone makes any.
   * @default 'documented', with a `spotConf` 'spot-1.0'
   */
  readonly layout?: TableLayout | null;
  /** Name of the run's own folder in the staging folder. @default random */
  readonly runId?: string;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  /** Ends what is under way in a storage on other machines, but for what changes something. */
  readonly signal?: AbortSignal;
  /** Told before files are fetched for the engine from a storage on other machines. */
  readonly onFetch?: (fetch: Fetch) => void;
}

/**
 * @param settings the same object as the settings file; relative paths are relative to the current folder
 * @throws {OaError} `SETTINGS_INVALID`, `DNS_CONF_INVALID`, `STORAGE_FAILED`; on HDFS also `CONNECTION_FAILED`,
 * `PERMISSION_DENIED` and whatever else its servers answer. Of Impala or Hive nothing is asked yet
 */
export async function openWarehouse(
  settings: Settings | FullSettings = {},
  options: OpenWarehouseOptions = {},
): Promise<OpenWarehouse> {
  const checked = checkSettings(settings);
  const scores = { ...dnsScores, columns: (await loadDnsConf(checked)).scores };
  const tables = (options.tables ?? Object.values(DNS_TABLES)).map((table) => (table === dnsScores ? scores : table));
  const { engine } = checked;
  return isCluster(engine)
    ? openCluster({ ...checked, engine }, { ...options, tables })
    : openEmbedded({ ...checked, engine }, { ...options, tables });
}

interface On<E extends EngineSettings> {
  readonly storage: StorageSettings;
  readonly engine: E;
  readonly spotConf?: string;
}

async function openEmbedded(
  settings: On<Exclude<EngineSettings, ClusterSettings>>,
  { layout = defaultLayout(settings) ?? 'documented', ...options }: OpenWarehouseOptions,
): Promise<OpenWarehouse> {
  const { threads, memoryLimit, tempDirectory } = settings.engine;
  const { place, undo } = await placeOf(settings.storage, { tempDirectory, signal: options.signal });
  try {
    const spillFolder = place.fetchInto === undefined ? tempDirectory : undefined;
    const engine = { threads, memoryLimit, ...(spillFolder && { spillFolder }) };
    return await openEmbeddedWarehouse({ ...options, ...place, layout, engine });
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Tables that are missing are made by `init` alone: they belong to a cluster that others use as well. */
async function openCluster(settings: On<ClusterSettings>, options: OpenWarehouseOptions): Promise<OpenWarehouse> {
  const { storage: where, engine } = settings;
  const { runId = newRunId(), signal } = options;
  const storage = await storageOf(where, signal);
  const { database, fileSystem, statistics } = engine;
  return new ClusterWarehouse({
    ...options,
    ...storage,
    ...(await openClusterEngine(engine, where.type === 'webhdfs' ? where.user : undefined)),
    ...{ runId, root: where.root, database, fileSystem, statistics },
  });
}

type Place = Pick<EmbeddedWarehouseOptions, 'root' | 'storage' | 'fetchInto' | 'staging' | 'locate' | 'onClose'>;

/** The storage of the settings, with what belongs to it. */
async function storageOf(settings: StorageSettings, signal?: AbortSignal) {
  const local = localStorage();
  if (settings.type === 'local') return { storage: local as Storage };
  const storage = await openWebHdfs(settings, signal);
  const { nameNodes, staging = {} } = settings;
  return {
    storage: storage as Storage,
    staging: { folder: staging.folder, permit: permitOf(storage, staging) },
    locate: (pathOrUrl: string) => locate(pathOrUrl, local, { storage, nameNodes }),
  };
}

/** A storage on other machines needs a folder of this one for what the embedded engine reads. */
async function placeOf(
  settings: StorageSettings,
  { tempDirectory = tmpdir(), signal }: { tempDirectory?: string; signal?: AbortSignal },
) {
  const { root } = settings;
  if (settings.type === 'local') return { place: { root } as Place, undo: () => Promise.resolve() };
  const storage = await storageOf(settings, signal);
  const fetchInto = await makeOwnFolder(tempDirectory);
  const undo = () => removeOwnFolder(fetchInto);
  const place: Place = { ...storage, root, fetchInto, onClose: undo };
  return { place, undo };
}

/** A deployment of Spot goes on reading what is made beside it; else the tables that are there decide. */
export const defaultLayout = ({ spotConf }: Pick<FullSettings, 'spotConf'>): TableLayout | undefined =>
  spotConf === undefined ? undefined : 'spot-1.0';

/** `dns_conf.json`: the user's, or the package's. @throws {OaError} `DNS_CONF_INVALID` */
export async function loadDnsConf({ dnsConf }: Pick<FullSettings, 'dnsConf'>): Promise<DnsConf> {
  const file = dnsConf ?? packageFile('schemas/dns_conf.json');
  return parseDnsConf(await readJson(file, 'DNS_CONF_INVALID'), file);
}
