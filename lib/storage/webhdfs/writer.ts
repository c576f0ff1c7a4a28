/**
 * A new file as a Node stream: uploaded under a hidden name, its length compared, then renamed. `finish` means that it
 * is there, whole; after `destroy` nothing is. HDFS itself closes a broken upload as if it were complete.
 */
import { Writable } from 'node:stream';
import { OaError } from '../../../schemas/errors.js';
import { FailedDataNodes, failureOfBytes } from './data-nodes.js';
import { failureAt } from './failures.js';
import type { BytesAt, NameNodes, Question } from './name-nodes.js';
import { hiddenBeside } from './paths.js';
import { persist } from './retry.js';
import type { HdfsFileStatus } from './statuses.js';
import { Upload } from './upload.js';

export interface CreateOptions {
  /** Whether a file that is there is replaced; else `FILE_EXISTS`. @default true */
  overwrite?: boolean;
  /** Bytes. @default the client's `blockSize` */
  blocksize?: number;
  /** Copies of each block. @default the client's `replication` */
  replication?: number;
  /** Octal mode, for example `640`. @default the client's `permission` */
  permission?: string;
  /** Ends the upload, and every wait in it. */
  signal?: AbortSignal;
}

/** What the writer asks of the client. */
export interface FileOperations {
  stat(path: string, options?: { signal?: AbortSignal }): Promise<HdfsFileStatus>;
  exists(path: string, options?: { signal?: AbortSignal }): Promise<boolean>;
  rename(from: string, to: string, options?: { overwrite?: boolean; signal?: AbortSignal }): Promise<void>;
  delete(path: string, options?: { signal?: AbortSignal }): Promise<boolean>;
}

const BUFFER = 256 * 1024;
/** An upload that fails before so many bytes is begun anew: the DataNode refuses a file only while it is coming in. */
const REPLAY = 8 * 1024 * 1024;
/** Milliseconds for the server to close a file that is given up, and for a NameNode to delete it. */
const CLOSING = 3_000;
const DELETING = 30_000;

export class HdfsWriter extends Writable {
  readonly #nameNodes: NameNodes;
  readonly #files: FileOperations;
  readonly #path: string;
  readonly #hidden: string;
  readonly #options: CreateOptions;
  readonly #controller = new AbortController();
  readonly #failed = new FailedDataNodes();
  #upload: Upload | undefined;
  /** What was written so far; `undefined` when it is too much to keep. */
  #replay: Buffer[] | undefined = [];
  #length = 0;
  /** Whether the hidden file may be there. */
  #begun = false;

  constructor(nameNodes: NameNodes, files: FileOperations, path: string, options: CreateOptions) {
    super({ highWaterMark: BUFFER, signal: options.signal });
    this.#nameNodes = nameNodes;
    this.#files = files;
    this.#path = path;
    this.#options = options;
    this.#hidden = hiddenBeside(path, 'tmp');
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => callback(), callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => callback(), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#controller.abort();
    this.#undo().then(
      () => callback(error),
      (failure: unknown) => callback(error ?? (failure as Error)),
    );
  }

  async #send(bytes: Buffer): Promise<void> {
    this.#length += bytes.length;
    this.#replay?.push(bytes);
    await this.#persist(async () => {
      if (this.#upload === undefined) await this.#begin();
      else await this.#upload.write(bytes);
    });
    if (this.#length > REPLAY) this.#replay = undefined;
  }

  async #finish(): Promise<void> {
    const { signal } = this.#controller;
    try {
      await this.#persist(async () => {
        if (this.#upload === undefined) await this.#begin();
        await this.#upload!.end();
      });
    } catch (error) {
      // The answer may have been lost, and the file be there all the same: its length tells.
      if (signal.aborted || !(error instanceof OaError) || !error.retriable) throw error;
      if ((await this.#lengthThere().catch(() => -1)) !== this.#length) throw error;
    }
    this.#replay = undefined;
    const there = await this.#lengthThere();
    if (there !== this.#length)
      throw this.#failure(`expected ${this.#length} bytes after the upload, got ${there}`, 'STORAGE_FAILED');
    const overwrite = this.#options.overwrite ?? true;
    await this.#files.rename(this.#hidden, this.#path, { overwrite, signal });
    this.#begun = false;
  }

  /** A new upload, of all that was written so far. */
  async #begin(): Promise<void> {
    const { overwrite = true } = this.#options;
    const { signal } = this.#controller;
    if (!overwrite && (await this.#files.exists(this.#path, { signal })))
      throw this.#failure('the file exists already', 'FILE_EXISTS');
    const at = await this.#locate(this.#hidden);
    signal.throwIfAborted();
    this.#begun = true;
    const upload = this.#uploadTo(at);
    this.#upload = upload;
    for (const bytes of this.#replay ?? []) await upload.write(bytes);
  }

  #uploadTo(at: BytesAt): Upload {
    return new Upload(this.#nameNodes.http, at, this.#nameNodes.settings.timeouts.idle);
  }

  #locate(path: string): Promise<BytesAt> {
    const { blockSize, permission, replication } = this.#nameNodes.settings;
    const question: Question = {
      method: 'PUT',
      operation: 'CREATE',
      path,
      shown: this.#path,
      parameters: {
        overwrite: true,
        blocksize: this.#options.blocksize ?? blockSize,
        replication: this.#options.replication ?? replication,
        permission: this.#options.permission ?? permission,
      },
      signal: this.#controller.signal,
    };
    return this.#failed.locate(this.#nameNodes, question);
  }

  /** Tries the work again, with a new upload, while all that was written is still at hand. */
  async #persist(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#controller;
    await persist(this.#nameNodes.settings.retry, signal, async () => {
      try {
        await work();
      } catch (error) {
        signal.throwIfAborted();
        const upload = this.#upload;
        if (upload === undefined) throw error;
        this.#upload = undefined;
        await upload.abandon(0);
        const failure = await failureOfBytes(this.#nameNodes, upload.at, error, this.#failed);
        if (this.#replay !== undefined || !(failure instanceof OaError)) throw failure;
        throw new Final(await this.#reasonOf(failure));
      }
    }).catch((error: unknown) => {
      throw error instanceof Final ? error.failure : error;
    });
  }

  /**
   * Who refuses an upload in its middle (a quota) may reset the connection before the answer is read. A file of one
   * byte is refused for the same reason, and its answer is not lost.
   */
  async #reasonOf(failure: OaError): Promise<OaError> {
    if (failure.code !== 'CONNECTION_FAILED') return failure;
    const path = this.#hidden.replace(/tmp$/, 'probe.tmp');
    try {
      const probe = this.#uploadTo(await this.#locate(path));
      await probe.write(Buffer.alloc(1));
      await probe.end();
    } catch (error) {
      const reason = this.#nameNodes.clean(error);
      if (reason instanceof OaError && !reason.retriable) return reason;
    } finally {
      await this.#files.delete(path, { signal: AbortSignal.timeout(DELETING) }).catch(() => false);
    }
    return failure;
  }

  async #lengthThere(): Promise<number> {
    return (await this.#files.stat(this.#hidden, { signal: this.#controller.signal })).length;
  }

  async #undo(): Promise<void> {
    if (!this.#begun) return;
    // Were it deleted before the server has begun with it, it would appear afterwards.
    await this.#upload?.abandon(CLOSING);
    await this.#files.delete(this.#hidden, { signal: AbortSignal.timeout(DELETING) });
  }

  #failure(words: string, code: 'FILE_EXISTS' | 'STORAGE_FAILED'): OaError {
    return failureAt({ path: this.#path, operation: 'CREATE', server: this.#nameNodes.name }, code, words);
  }
}

/** A failure after which there is nothing to begin anew with, though the same file may succeed another time. */
class Final extends Error {
  constructor(readonly failure: OaError) {
    super(failure.message);
  }
}
