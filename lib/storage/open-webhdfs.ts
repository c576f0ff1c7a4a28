/** HDFS as the settings tell it: secrets and certificates are read here, and nowhere before. */
import { readPem } from '../pem.js';
import { readSecret } from '../secrets.js';
import { hadoopUser } from './hadoop-user.js';
import type { WebHdfsSettings } from './storage-settings.js';
import { webHdfsStorage, type WebHdfsStorage } from './webhdfs.js';
import type { WebHdfsOptions } from './webhdfs/options.js';

/**
 * @param end @see webHdfsStorage
 * @throws {OaError} `SETTINGS_INVALID` for a secret or certificate that is not there
 */
export async function openWebHdfs(settings: WebHdfsSettings, end?: AbortSignal): Promise<WebHdfsStorage> {
  const { token, headers, tls, nameNodes, user, doas, hostMap, httpFs, timeouts, retry } = settings;
  const { blockSize, replication, permission } = settings;
  const options: WebHdfsOptions = {
    nameNodes,
    user: user ?? hadoopUser(),
    doas,
    token: token && (await readSecret(token, 'storage.token')),
    headers: headers && (await headersOf(headers)),
    hostMap,
    httpFs,
    timeouts,
    retry,
    blockSize,
    replication,
    permission,
    tls: tls && {
      ca: await readPem(tls.ca, 'storage.tls.ca'),
      cert: await readPem(tls.cert, 'storage.tls.cert'),
      key: await readPem(tls.key, 'storage.tls.key'),
      passphrase: tls.passphrase && (await readSecret(tls.passphrase, 'storage.tls.passphrase')),
      verify: tls.verify,
      allowPlainDataNodes: tls.allowPlainDataNodes,
    },
  };
  return webHdfsStorage(options, end);
}

/**
 * Grants the rights of the settings on a folder that was made, or is `undefined` where the settings grant none.
 * @see staging in the settings
 */
export function permitOf(
  { client }: WebHdfsStorage,
  { mode, acl = [] }: NonNullable<WebHdfsSettings['staging']>,
): ((folder: string) => Promise<void>) | undefined {
  if (mode === undefined && acl.length === 0) return undefined;
  return async (folder) => {
    // Before the entries: a mode that comes after them changes their mask.
    if (mode !== undefined) await client.setPermission(folder, mode);
    if (acl.length > 0) await client.modifyAclEntries(folder, acl);
  };
}

async function headersOf(headers: NonNullable<WebHdfsSettings['headers']>): Promise<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    read[name] = await readSecret(value, `storage.headers.${name}`);
  return read;
}
