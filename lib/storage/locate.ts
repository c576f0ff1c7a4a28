import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';
import { hadoopUser } from './hadoop-user.js';
import { webHdfsStorage } from './webhdfs.js';

/** A storage that URLs may lead to, with the URLs of its NameNodes. */
export interface KnownHdfs {
  readonly storage: Storage;
  readonly nameNodes: readonly string[];
}

/** As Hadoop has them. */
const PORTS = { webhdfs: 9870, swebhdfs: 9871 };

/**
 * A path or URL of a user: a plain path is a local one, relative to the current folder; `webhdfs://host:port/path` (and
 * `swebhdfs://`, over TLS) is one of HDFS, its path as it stands, nothing in it decoded, as with `hdfs dfs`.
 * @param hdfs the settings' storage: its user, token and certificates are used where the URL names one of its NameNodes;
 * elsewhere the user is `$HADOOP_USER_NAME` or the system's
 * @throws {OaError} `USAGE` for a scheme that no storage has
 */
export function locate(pathOrUrl: string, local: Storage, hdfs?: KnownHdfs): { storage: Storage; path: string } {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(pathOrUrl)?.[1]?.toLowerCase();
  if (scheme === undefined) return { storage: local, path: resolve(pathOrUrl) };
  if (scheme === 'file') return { storage: local, path: fileURLToPath(pathOrUrl) };
  if (scheme !== 'webhdfs' && scheme !== 'swebhdfs') {
    throw new OaError('USAGE', `${pathOrUrl}: expected a path, file://, webhdfs:// or swebhdfs://, got ${scheme}://`);
  }
  const [, host, port, path] = /^\w+:\/\/(\[[\da-f:.]+\]|[^/:@?#\s]+)(?::(\d{1,5}))?(\/.*)$/is.exec(pathOrUrl) ?? [];
  if (host === undefined || path === undefined) {
    throw new OaError('USAGE', `${pathOrUrl}: expected ${scheme}://host:${PORTS[scheme]}/path`);
  }
  const http = scheme === 'webhdfs' ? 'http' : 'https';
  const nameNode = originOf(`${http}://${host}:${port ?? PORTS[scheme]}`);
  if (hdfs?.nameNodes.some((known) => originOf(known) === nameNode)) return { storage: hdfs.storage, path };
  return { storage: webHdfsStorage({ nameNodes: [nameNode], user: hadoopUser() }), path };
}

const originOf = (url: string): string => new URL(url).origin;
