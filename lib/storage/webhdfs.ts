/** Files of HDFS, over WebHDFS. `finish` of a new file means that HDFS has it whole, under its name. */
import { posix } from 'node:path';
import { finished } from 'node:stream/promises';
import { OaError } from '../../schemas/errors.js';
import type { FileStatus, Storage } from '../../streams/contracts.js';
import { WebHdfs } from './webhdfs/client.js';
import type { WebHdfsOptions } from './webhdfs/options.js';
import type { HdfsFileStatus } from './webhdfs/statuses.js';

export interface WebHdfsStorage extends Storage {
  /** For what only HDFS has: permissions, ACL entries, tokens, checksums. */
  readonly client: WebHdfs;
}

/** What is looked at after the end, to undo things, milliseconds. */
const GRACE = 30_000;

/**
 * @param end ends every reading, listing and look under way, and every wait in it. What changes something goes on, for
 * its outcome would be unknown; and what is looked at afterwards has half a minute.
 * @throws {OaError} `SETTINGS_INVALID`
 */
export function webHdfsStorage(options: WebHdfsOptions, end?: AbortSignal): WebHdfsStorage {
  const client = new WebHdfs(options);
  const signalFor = (own?: AbortSignal) => {
    const limit = end?.aborted ? AbortSignal.timeout(GRACE) : end;
    return limit && own ? AbortSignal.any([limit, own]) : (limit ?? own);
  };
  return {
    client,
    name: client.name,
    open: (path, { start, signal } = {}) => client.open(path, { start, signal: signalFor(signal) }),
    create: (path) => client.create(path),
    createExclusive: async (path, text) => {
      const file = client.create(path, { overwrite: false });
      file.end(text);
      await finished(file);
    },
    rename: async (from, to) => {
      try {
        await client.rename(from, to, { overwrite: true });
      } catch (error) {
        // The source is missing, or the target's folder is.
        if (!isMissing(error) || !(await client.exists(from))) throw error;
        await client.mkdirs(posix.dirname(to));
        await client.rename(from, to, { overwrite: true });
      }
    },
    delete: async (path) => void (await client.delete(path, { recursive: true })),
    list: (path) => list(client, path, signalFor()),
    stat: async (path) => {
      try {
        return fileStatus(await client.stat(path, { signal: signalFor() }));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    makeDirectories: (path) => client.mkdirs(path),
  };
}

async function list(client: WebHdfs, path: string, signal?: AbortSignal): Promise<FileStatus[]> {
  let found: HdfsFileStatus[];
  try {
    found = await client.list(path, { signal });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  if (found[0]?.path === path)
    throw new OaError('STORAGE_FAILED', `${path}: cannot list: a file, expected a folder`, { retriable: false });
  return found.map(fileStatus).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const isMissing = (error: unknown): boolean => error instanceof OaError && error.code === 'FILE_NOT_FOUND';

const fileStatus = ({ path, name, type, length, modificationTime, fileId }: HdfsFileStatus): FileStatus => ({
  path,
  name,
  isFolder: type === 'DIRECTORY',
  size: length,
  modified: modificationTime,
  // Old gateways give none.
  identity: fileId ? `${fileId} ${length}` : undefined,
});
