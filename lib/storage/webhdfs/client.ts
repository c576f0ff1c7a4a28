import type { Readable, Writable } from 'node:stream';
import { OaError } from '../../../schemas/errors.js';
import { askForBytes, FailedDataNodes } from './data-nodes.js';
import { connectionFailure, failureAt } from './failures.js';
import { pageOf } from './listing.js';
import { NameNodes, type Answer, type Question } from './name-nodes.js';
import type { WebHdfsOptions } from './options.js';
import { encodePath, hiddenBeside, pathIn } from './paths.js';
import { HdfsReader, type OpenOptions } from './reader.js';
import { persist } from './retry.js';
import { checkCount, checkMode, checkWebHdfsOptions } from './settings.js';
import { statusOf, type AclStatus, type ContentSummary, type FileChecksum, type HdfsFileStatus } from './statuses.js';
import { HdfsWriter, type CreateOptions } from './writer.js';

export interface OperationOptions {
  /** Ends the operation, and every wait in it, with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * A client of WebHDFS (Hadoop 2.7 to 3.4) and HttpFS. Each operation goes to the NameNode that is active, waits out
 * failovers, restarts and safe mode within the limits of `retry`, and rejects with an `OaError` whose `code` tells
 * what it was: `FILE_NOT_FOUND`, `FILE_EXISTS`, `PERMISSION_DENIED`, `QUOTA_EXCEEDED`, `SAFE_MODE`, `STANDBY`,
 * `TOKEN_EXPIRED`, `LEASE_CONFLICT`, `PATH_INVALID`, `CONNECTION_FAILED`, else `STORAGE_FAILED`. Paths are absolute.
 * Source: Apache Hadoop, "WebHDFS REST API".
 */
export class WebHdfs {
  readonly #nameNodes: NameNodes;

  /** @throws {OaError} `SETTINGS_INVALID` */
  constructor(options: WebHdfsOptions) {
    this.#nameNodes = new NameNodes(checkWebHdfsOptions(options));
  }

  /** `webhdfs://nn1:9870`, of the first NameNode. */
  get name(): string {
    return this.#nameNodes.name;
  }

  /** @throws {OaError} `FILE_NOT_FOUND` */
  async stat(path: string, { signal }: OperationOptions = {}): Promise<HdfsFileStatus> {
    const { json } = await this.#ask({ method: 'GET', operation: 'GETFILESTATUS', path, signal });
    return statusOf(trimmed(path), (json as { FileStatus: unknown }).FileStatus);
  }

  async exists(path: string, options: OperationOptions = {}): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof OaError && error.code === 'FILE_NOT_FOUND') return false;
      throw error;
    }
  }

  /** What a folder holds, in the server's order; of a file, the file itself. */
  async list(path: string, options: OperationOptions = {}): Promise<HdfsFileStatus[]> {
    const found: HdfsFileStatus[] = [];
    for await (const status of this.entries(path, options)) found.push(status);
    return found;
  }

  /** What a folder holds, page by page (LISTSTATUS_BATCH), for folders of any size. */
  async *entries(path: string, { signal }: OperationOptions = {}): AsyncGenerator<HdfsFileStatus, void, undefined> {
    const folder = trimmed(path);
    const { httpFs } = this.#nameNodes.settings;
    for (let startAfter: string | undefined; ;) {
      const { page, remaining } = await pageOf((question) => this.#ask(question), {
        path,
        startAfter,
        httpFs,
        signal,
      });
      for (const one of page) yield statusOf(one.pathSuffix === '' ? folder : pathIn(folder, one.pathSuffix), one);
      // The order is the server's own, so names cannot tell where a page ends.
      startAfter = page.at(-1)?.pathSuffix;
      if (remaining === 0 || !startAfter) return;
    }
  }

  /**
   * Makes a folder and those above it; one that is there is no error.
   * @param options.permission octal mode, for example `750`
   */
  async mkdirs(path: string, options: OperationOptions & { permission?: string } = {}): Promise<void> {
    const { signal, permission } = options;
    const parameters = { permission: permission && checkMode(permission) };
    const answer = await this.#ask({ method: 'PUT', operation: 'MKDIRS', path, parameters, signal });
    if (!isTrue(answer)) throw failureAt(answer.place, 'STORAGE_FAILED', 'no folder could be made');
  }

  /**
   * Renames a file or folder; the target's folder must be there.
   * @param options.overwrite whether a file, or an empty folder, that is there is replaced; at once, but with HttpFS
   * in two steps, between which neither is there. @default false
   * @throws {OaError} `FILE_NOT_FOUND`, `FILE_EXISTS`
   */
  async rename(from: string, to: string, options: OperationOptions & { overwrite?: boolean } = {}): Promise<void> {
    encodePath(to);
    if (this.#nameNodes.settings.httpFs) await this.#renameByHttpFs(from, trimmed(to), options);
    else await this.#rename(from, trimmed(to), options);
  }

  async #rename(from: string, to: string, options: OperationOptions & { overwrite?: boolean }): Promise<void> {
    const { signal, overwrite = false } = options;
    const parameters = { destination: to, renameoptions: overwrite ? 'OVERWRITE' : 'NONE' };
    const lost = { answer: false };
    const question: Question = { method: 'PUT', operation: 'RENAME', path: from, parameters, signal, lost };
    try {
      const answer = await this.#ask(question);
      // With `renameoptions` the body is empty; servers and gateways that do not know it answer without a reason.
      if (answer.json !== null && !isTrue(answer)) throw await this.#whyNotRenamed(answer, from, to, signal);
    } catch (error) {
      const done = lost.answer && error instanceof OaError && ['FILE_NOT_FOUND', 'FILE_EXISTS'].includes(error.code);
      // An answer was lost before: if the source is gone and the target there, that was the success.
      if (!done || (await this.exists(from, { signal })) || !(await this.exists(to, { signal }))) throw error;
    }
  }

  /**
   * HttpFS ignores `renameoptions`: it never replaces, and what is renamed to a folder that is there goes into it. So
   * what is there gives way before: a folder when it is empty, and to a folder only; a file comes back on failure.
   */
  async #renameByHttpFs(
    from: string,
    to: string,
    { signal, overwrite = false }: OperationOptions & { overwrite?: boolean },
  ): Promise<void> {
    const old = await this.stat(to, { signal }).catch((error: unknown) => {
      if (error instanceof OaError && error.code === 'FILE_NOT_FOUND') return null;
      throw error;
    });
    if (old === null) return this.#rename(from, to, { signal });
    const { type } = await this.stat(from, { signal });
    if (!overwrite || type !== old.type) {
      const place = { path: from, operation: 'RENAME', server: this.name };
      throw failureAt(place, 'FILE_EXISTS', `the target ${to} exists already`);
    }
    if (type === 'DIRECTORY') {
      await this.delete(to, { signal });
      return this.#rename(from, to, { signal });
    }
    const aside = hiddenBeside(to, 'old');
    await this.#rename(to, aside, { signal });
    try {
      await this.#rename(from, to, { signal });
    } catch (error) {
      await this.#rename(aside, to, {}).catch(() => undefined);
      throw error;
    }
    await this.delete(aside).catch(() => false);
  }

  /**
   * Deletes a file or a folder.
   * @param options.recursive whether a folder may hold something. @default false
   * @returns whether there was anything
   */
  async delete(path: string, options: OperationOptions & { recursive?: boolean } = {}): Promise<boolean> {
    const { signal, recursive = false } = options;
    const answer = await this.#ask({
      method: 'DELETE',
      operation: 'DELETE',
      path,
      parameters: { recursive },
      signal,
    });
    if (isTrue(answer)) return true;
    if (await this.exists(path, { signal }))
      throw failureAt(answer.place, 'STORAGE_FAILED', 'it could not be deleted', { retriable: false });
    return false;
  }

  /** @param permission octal mode, for example `1770` */
  async setPermission(path: string, permission: string, { signal }: OperationOptions = {}): Promise<void> {
    const parameters = { permission: checkMode(permission) };
    await this.#ask({ method: 'PUT', operation: 'SETPERMISSION', path, parameters, signal });
  }

  async setOwner(path: string, options: OperationOptions & { owner?: string; group?: string }): Promise<void> {
    const { signal, ...parameters } = options;
    await this.#ask({ method: 'PUT', operation: 'SETOWNER', path, parameters, signal });
  }

  /** @param entries `user:impala:rwx`, `default:group:spot:r-x` …; they are added or replaced, others stay */
  async modifyAclEntries(path: string, entries: readonly string[], { signal }: OperationOptions = {}): Promise<void> {
    const parameters = { aclspec: entries.join(',') };
    await this.#ask({ method: 'PUT', operation: 'MODIFYACLENTRIES', path, parameters, signal });
  }

  async aclStatus(path: string, { signal }: OperationOptions = {}): Promise<AclStatus> {
    const { json } = await this.#ask({ method: 'GET', operation: 'GETACLSTATUS', path, signal });
    return (json as { AclStatus: AclStatus }).AclStatus;
  }

  /**
   * Asks whether the user may do something.
   * @param action what: `rwx`, `r--`, `-wx` …
   * @throws {OaError} `PERMISSION_DENIED`, `FILE_NOT_FOUND`
   */
  async checkAccess(path: string, action: string, { signal }: OperationOptions = {}): Promise<void> {
    const parameters = { fsaction: action };
    await this.#ask({ method: 'GET', operation: 'CHECKACCESS', path, parameters, signal });
  }

  /**
   * The DataNode that would take a new file; nothing is made. `null` where the server takes the bytes itself (HttpFS).
   * @returns `name` as HDFS has it, and where it is connected to, which the host map may say
   */
  async dataNodeFor(
    path: string,
    { signal }: OperationOptions = {},
  ): Promise<{ name: string; hostname: string; port: number } | null> {
    encodePath(path);
    const question: Question = { method: 'PUT', operation: 'CREATE', path, parameters: { overwrite: false }, signal };
    const { retry } = this.#nameNodes.settings;
    const { dataNode, target } = await persist(retry, signal, () => this.#nameNodes.locate(question));
    return dataNode ? { name: dataNode.name, hostname: target.hostname, port: target.port } : null;
  }

  /** Files, folders and bytes of a whole tree, with its quotas. */
  async contentSummary(path: string, { signal }: OperationOptions = {}): Promise<ContentSummary> {
    const { json } = await this.#ask({ method: 'GET', operation: 'GETCONTENTSUMMARY', path, signal });
    return (json as { ContentSummary: ContentSummary }).ContentSummary;
  }

  /**
   * Needs the superuser.
   * @param quota `names` of files and folders, `bytes` with replication; -1 removes a quota
   */
  async setQuota(path: string, quota: { names?: number; bytes?: number }, { signal }: OperationOptions = {}) {
    const parameters = { namespacequota: quota.names, storagespacequota: quota.bytes };
    await this.#ask({ method: 'PUT', operation: 'SETQUOTA', path, parameters, signal });
  }

  /** The checksum that `hdfs dfs -checksum` shows. */
  async checksum(path: string, { signal }: OperationOptions = {}): Promise<FileChecksum> {
    const question: Question = { method: 'GET', operation: 'GETFILECHECKSUM', path, signal };
    const failed = new FailedDataNodes();
    return persist(this.#nameNodes.settings.retry, signal, async () => {
      const { at, response } = await askForBytes(this.#nameNodes, question, failed);
      try {
        const text = await this.#nameNodes.http.text(response);
        const { FileChecksum: found } = JSON.parse(text) as { FileChecksum: FileChecksum };
        // The server pads them with zeros, which Hadoop's own client does not show.
        return { ...found, bytes: found.bytes.slice(0, 2 * found.length) };
      } catch (error) {
        throw connectionFailure(error, at.place);
      }
    });
  }

  /** Home folder of the user. */
  async homeDirectory({ signal }: OperationOptions = {}): Promise<string> {
    const { json } = await this.#ask({ method: 'GET', operation: 'GETHOMEDIRECTORY', path: '/', signal });
    return (json as { Path: string }).Path;
  }

  /**
   * A delegation token, for the option `token`; `null` where the server gives none (without security it does not).
   * @param options.renewer user who may renew it
   */
  async getDelegationToken(options: OperationOptions & { renewer?: string } = {}): Promise<string | null> {
    const { signal, renewer } = options;
    const question = { method: 'GET', operation: 'GETDELEGATIONTOKEN', path: '/', parameters: { renewer } } as const;
    const { json } = await this.#ask({ ...question, signal });
    return (json as { Token: { urlString: string } | null }).Token?.urlString ?? null;
  }

  /** @returns when the token ends, milliseconds since 1970 */
  async renewDelegationToken(token: string, { signal }: OperationOptions = {}): Promise<number> {
    const question = { method: 'PUT', operation: 'RENEWDELEGATIONTOKEN', path: '/', parameters: { token } } as const;
    const { json } = await this.#ask({ ...question, secret: token, signal });
    return (json as { long: number }).long;
  }

  async cancelDelegationToken(token: string, { signal }: OperationOptions = {}): Promise<void> {
    const question = { method: 'PUT', operation: 'CANCELDELEGATIONTOKEN', path: '/', parameters: { token } } as const;
    await this.#ask({ ...question, secret: token, signal });
  }

  /**
   * The bytes of a file. They are read by windows, a broken connection is resumed at the right byte with another
   * DataNode, and the length is checked against the file's; memory holds some hundred KiB.
   * @throws {OaError} as the stream's error
   */
  open(path: string, options: OpenOptions = {}): Readable {
    encodePath(path);
    checkCount('start', options.start);
    checkCount('length', options.length);
    return new HdfsReader(this.#nameNodes, (...of) => this.stat(...of), path, options);
  }

  /**
   * A new file; its folders are made. It is uploaded under a hidden name beside the target, its length compared, and
   * renamed: `finish` means it is there, `destroy` leaves nothing. What fails within the first 8 MiB is begun anew;
   * after that, an upload that breaks is an error.
   * @throws {OaError} as the stream's error
   */
  create(path: string, options: CreateOptions = {}): Writable {
    encodePath(path);
    checkCount('blocksize', options.blocksize, 1);
    checkCount('replication', options.replication, 1);
    if (options.permission !== undefined) checkMode(options.permission);
    return new HdfsWriter(this.#nameNodes, this, path, options);
  }

  async #ask(question: Question): Promise<Answer> {
    encodePath(question.path);
    return persist(this.#nameNodes.settings.retry, question.signal, () => this.#nameNodes.ask(question));
  }

  /** `{"boolean":false}` has three reasons. */
  async #whyNotRenamed({ place }: Answer, from: string, to: string, signal?: AbortSignal): Promise<OaError> {
    if (!(await this.exists(from, { signal })))
      return failureAt(place, 'FILE_NOT_FOUND', 'the source does not exist');
    const folder = to.slice(0, trimmed(to).lastIndexOf('/')) || '/';
    if (!(await this.exists(folder, { signal })))
      return failureAt(place, 'FILE_NOT_FOUND', `the target's folder ${folder} does not exist`);
    if (await this.exists(to, { signal })) return failureAt(place, 'FILE_EXISTS', `the target ${to} exists already`);
    return failureAt(place, 'STORAGE_FAILED', `no reason was given for ${to}`, { retriable: false });
  }
}

const isTrue = ({ json }: Answer): boolean => (json as { boolean?: unknown } | null)?.boolean === true;

const trimmed = (path: string): string => path.replace(/(?<=.)\/$/, '');
