/** What `doctor` asks of the storage, piece by piece: a folder of this machine, or NameNodes, rights and DataNodes. */
import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, posix } from 'node:path';
import { asOaError, OaError } from '../../schemas/errors.js';
import type { FullSettings } from '../settings.js';
import { readSpotConf, type SpotSetting } from '../spot-conf/settings.js';
import { localStorage } from '../storage/local.js';
import { openWebHdfs } from '../storage/open-webhdfs.js';
import type { StorageSettings, WebHdfsSettings } from '../storage/storage-settings.js';
import { connectionFailure, timedOut } from '../storage/webhdfs/failures.js';
import type { Check } from './doctor.js';

export function storageChecks(storage: StorageSettings): Check[] {
  if (storage.type === 'webhdfs') return hdfsChecks(storage);
  return [
    {
      name: 'storage',
      remedy: 'Set storage.root (or --data) to a folder that this user can read and write.',
      basis: 'storage',
      run: () => folder(storage.root),
    },
  ];
}

/** Each value that a spot.conf gives, where it comes from, and whether it is used. */
export function spotConfChecks(settings: FullSettings): Check[] {
  const { spotConf } = settings;
  if (spotConf === undefined) return [];
  return readSpotConf(spotConf).map((setting) => ({
    name: 'spot-conf',
    remedy: `Correct ${spotConf}, or set ${setting.key} in the settings.`,
    run: () => Promise.resolve(spotSetting(setting, settings)),
  }));
}

function spotSetting({ key, value, from, problem }: SpotSetting, settings: FullSettings): string {
  const used = key
    .split('.')
    .reduce<unknown>((found, part) => (found as Record<string, unknown> | undefined)?.[part], settings);
  if (problem !== undefined)
    return `note: ${key}: ${from}: ${problem}; the settings say otherwise, or do not need it`;
  const text = `${key} = ${JSON.stringify(value)} from ${from}`;
  if (JSON.stringify(used) === JSON.stringify(value)) return text;
  return `note: ${text}: ${used === undefined ? 'not used' : `the settings say ${JSON.stringify(used)}`}`;
}

function hdfsChecks(storage: WebHdfsSettings): Check[] {
  const { nameNodes, root } = storage;
  return [
    {
      name: 'name-nodes',
      remedy:
        'Correct storage.nameNodes (NAME_NODE and WEB_PORT of spot.conf): it is dfs.namenode.http-address (or https-address) of hdfs-site.xml, port 9870, in Hadoop 2 50070.',
      basis: 'storage',
      run: () => nameNodesOf(storage),
    },
    {
      name: 'storage',
      remedy: `Let the user read and write there (hdfs dfs -chown, or -setfacl -m user:NAME:rwx ${root}), or set storage.user or storage.root.`,
      basis: 'storage',
      run: () => hdfsFolder(storage, root),
    },
    {
      name: 'data-nodes',
      remedy: `Let this machine resolve the name and reach the port (dfs.datanode.http.address), or say by storage.hostMap where it is${
        nameNodes.length > 1 ? '' : '; through one host only, HttpFS (storage.httpFs)'
      }.`,
      basis: 'storage',
      run: () => dataNode(storage),
    },
  ];
}

/** Each is asked by itself, so that a dead standby is seen before it is needed. */
async function nameNodesOf(storage: WebHdfsSettings): Promise<string> {
  const states: { url: string; error?: OaError }[] = [];
  for (const url of storage.nameNodes) {
    const alone = await openWebHdfs({ ...storage, nameNodes: [url], retry: { ...storage.retry, attempts: 1 } });
    const error = await alone.client.stat('/').then(
      () => undefined,
      (thrown: unknown) => asOaError(thrown),
    );
    states.push({ url, error });
  }
  const active = states.find(({ error }) => error === undefined);
  if (!active) throw states[0]!.error!;
  const text = states.map(
    ({ url, error }) => `${url} ${error ? (error.code === 'STANDBY' ? 'standby' : error.message) : 'active'}`,
  );
  const isWhole = states.every(({ error }) => error === undefined || error.code === 'STANDBY');
  return `${isWhole ? '' : 'note: '}${text.join(', ')}`;
}

/** The folder, or the place where it will be made. */
async function hdfsFolder(storage: WebHdfsSettings, path: string): Promise<string> {
  const { client, stat } = await openWebHdfs(storage);
  const status = await stat(path);
  if (status === null) {
    const parent = posix.dirname(path);
    if (parent !== path) await hdfsFolder(storage, parent);
    return `note: ${path} does not exist yet; the first run makes it`;
  }
  if (!status.isFolder) throw new OaError('STORAGE_FAILED', `${path}: a file stands where a folder is expected`);
  await client.checkAccess(path, 'rwx');
  const { owner, permission } = await client.stat(path);
  return `${path} can be read and written${storage.user ? ` by ${storage.user}` : ''} (owner ${owner}, mode ${permission})`;
}

/** One of them: the NameNode names whichever it would give the next file to. */
async function dataNode(storage: WebHdfsSettings): Promise<string> {
  const { client } = await openWebHdfs(storage);
  const found = await client.dataNodeFor(posix.join(storage.root, '_doctor'));
  if (found === null) return 'HttpFS: the bytes go through the server itself';
  const { name, hostname, port } = found;
  const at = `${hostname}:${port}`;
  await reach(hostname, port, storage.timeouts?.connect ?? 10_000).catch((error: unknown) => {
    throw connectionFailure(error, { path: `DataNode ${name}`, operation: 'connection', server: at });
  });
  return `${name}${name === hostname ? '' : ` at ${at}`} can be reached`;
}

function reach(host: string, port: number, within: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(timedOut('connection', within)), within);
    socket
      .once('error', reject)
      .once('connect', () => {
        resolve();
        socket.destroy();
      })
      .once('close', () => clearTimeout(timer));
  });
}

/** The folder, or the place where it will be made. */
async function folder(path: string): Promise<string> {
  const found = await localStorage().stat(path);
  if (found === null) {
    if (dirname(path) !== path) await folder(dirname(path));
    return `note: ${path} does not exist yet; the first run makes it`;
  }
  if (!found.isFolder) throw new OaError('STORAGE_FAILED', `${path}: a file stands where a folder is expected`);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw asOaError(error, 'STORAGE_FAILED', path);
  });
  return path;
}
