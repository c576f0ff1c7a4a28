/**
 * A file as a Node stream, read by windows: the first of 256 KiB, each twice as long as the one before, up to a block.
 * Who reads only the beginning of a large file costs HDFS little, whatever lies in buffers on the way.
 */
import { Readable } from 'node:stream';
import type { OaError } from '../../../schemas/errors.js';
import { askForBytes, FailedDataNodes, failureOfBytes } from './data-nodes.js';
import { failureAt } from './failures.js';
import type { Body } from './http.js';
import type { BytesAt, NameNodes, Question } from './name-nodes.js';
import { Patience, persist } from './retry.js';
import type { HdfsFileStatus } from './statuses.js';

export interface OpenOptions {
  /** Position of the first byte. @default 0 */
  start?: number;
  /** Most bytes. @default to the end */
  length?: number;
  /** Ends the read, and every wait in it. */
  signal?: AbortSignal;
}

const FIRST_WINDOW = 256 * 1024;
const BUFFER = 64 * 1024;
/** When half of a window is read and at most so much is left, the next one is asked for. */
const AHEAD = 32 * 1024 * 1024;
/** A broken read that gave so much has made progress. */
const PROGRESS = 64 * 1024;

type Stat = (path: string, options: { signal?: AbortSignal }) => Promise<HdfsFileStatus>;
type Opened = Awaited<ReturnType<typeof askForBytes>>;

/** Opens nothing before the first read; destroying it closes the connections. */
export class HdfsReader extends Readable {
  readonly #controller = new AbortController();
  readonly #windows: Windows;

  constructor(nameNodes: NameNodes, stat: Stat, path: string, options: OpenOptions) {
    super({ highWaterMark: BUFFER, signal: options.signal });
    this.#windows = new Windows(nameNodes, stat, path, options, this.#controller.signal);
  }

  override _read(): void {
    this.#windows.next().then(
      (bytes) => this.push(bytes),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#controller.abort();
    this.#windows.close();
    callback(error);
  }
}

class Windows {
  readonly #nameNodes: NameNodes;
  readonly #stat: Stat;
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #failed = new FailedDataNodes();
  readonly #patience: Patience;
  readonly #length: number;
  #status: HdfsFileStatus | undefined;
  /** Of the next byte. */
  #position: number;
  /** Where the bytes that are wanted end. */
  #end = Infinity;
  #size = FIRST_WINDOW;
  #count = 0;
  /** The window being read: where it ends, and from where on the next one is asked for. */
  #to: number;
  #askAt = Infinity;
  #current: { readonly at: BytesAt; readonly body: Body; readonly from: number } | undefined;
  #ahead: { readonly from: number; readonly opened: Promise<Opened> } | undefined;

  constructor(nameNodes: NameNodes, stat: Stat, path: string, options: OpenOptions, signal: AbortSignal) {
    this.#nameNodes = nameNodes;
    this.#stat = stat;
    this.#path = path;
    this.#signal = signal;
    this.#patience = new Patience(nameNodes.settings.retry, signal);
    this.#position = this.#to = options.start ?? 0;
    this.#length = options.length ?? Infinity;
  }

  /** The next bytes; `null` at the end. */
  async next(): Promise<Buffer | null> {
    this.#status ??= await this.#begin();
    while (this.#position < this.#end) {
      if (this.#position === this.#to) this.#advance();
      const { at, body, from } = (this.#current ??= await this.#openCurrent());
      try {
        const bytes = await body.next();
        if (bytes !== null) return this.#took(bytes, body);
        throw failureAt(at.place, 'CONNECTION_FAILED', `the answer ended ${this.#to - this.#position} bytes early`);
      } catch (error) {
        this.#signal.throwIfAborted();
        this.#current = undefined;
        const failure = await failureOfBytes(this.#nameNodes, at, error, this.#failed);
        if (this.#position - from >= PROGRESS) this.#patience.renew();
        else await this.#patience.afterFailure(failure);
      }
    }
    // One window is of one file for certain; of several, the later ones may be of a file that took its place.
    if (this.#count > 1) await this.#checkSame(this.#status);
    return null;
  }

  /** After the signal has fired. */
  close(): void {
    this.#current?.body.close();
    void this.#ahead?.opened.then(
      ({ response }) => response.destroy(),
      () => undefined,
    );
  }

  async #begin(): Promise<HdfsFileStatus> {
    const status = await this.#stat(this.#path, { signal: this.#signal });
    if (status.type === 'DIRECTORY') throw this.#failure('it is a folder, expected a file', false);
    this.#end = Math.min(status.length, this.#position + this.#length);
    return status;
  }

  /** On to the next window. */
  #advance(): void {
    const { blockSize } = this.#status!;
    this.#to = windowEnd(this.#position, this.#size, blockSize, this.#end);
    this.#size = Math.min(this.#size * 2, Math.max(blockSize, FIRST_WINDOW));
    this.#askAt = this.#to - Math.min((this.#to - this.#position) / 2, AHEAD);
    this.#count += 1;
  }

  async #openCurrent() {
    const { at, response } = await (this.#ahead?.from === this.#position
      ? this.#ahead.opened
      : this.#open(this.#position, this.#to));
    return { at, body: this.#nameNodes.http.body(response), from: this.#position };
  }

  #took(bytes: Buffer, body: Body): Buffer {
    const wanted = bytes.length > this.#to - this.#position ? bytes.subarray(0, this.#to - this.#position) : bytes;
    this.#position += wanted.length;
    if (this.#position === this.#to) {
      body.close();
      this.#current = undefined;
    }
    if (this.#position >= this.#askAt && this.#to < this.#end) {
      this.#askAt = Infinity;
      const opened = this.#open(this.#to, windowEnd(this.#to, this.#size, this.#status!.blockSize, this.#end));
      // It is awaited with its window; until then its failure is nobody's.
      opened.catch(() => undefined);
      this.#ahead = { from: this.#to, opened };
    }
    return wanted;
  }

  #open(offset: number, end: number): Promise<Opened> {
    const parameters = { offset, length: end - offset };
    const question: Question = {
      method: 'GET',
      operation: 'OPEN',
      path: this.#path,
      parameters,
      signal: this.#signal,
    };
    const { retry } = this.#nameNodes.settings;
    return persist(retry, this.#signal, () => askForBytes(this.#nameNodes, question, this.#failed));
  }

  async #checkSame(before: HdfsFileStatus): Promise<void> {
    const now = await this.#stat(this.#path, { signal: this.#signal });
    const same =
      before.fileId && now.fileId ? before.fileId === now.fileId : before.modificationTime === now.modificationTime;
    if (!same || now.length < before.length) throw this.#failure('the file was replaced while it was read', true);
  }

  #failure(words: string, retriable: boolean): OaError {
    const place = { path: this.#path, operation: 'OPEN', server: this.#nameNodes.name };
    return failureAt(place, 'STORAGE_FAILED', words, { retriable });
  }
}

/** A window ends with its block at the latest: the next block has other DataNodes. */
function windowEnd(from: number, size: number, blockSize: number, end: number): number {
  const block = blockSize > 0 ? (Math.floor(from / blockSize) + 1) * blockSize : Infinity;
  return Math.min(from + size, block, end);
}
