import { Readable, Writable } from 'node:stream';
import { OaError } from '../../schemas/errors.js';
import type { FileStatus, Storage } from '../../streams/contracts.js';

export interface MemoryStorageOptions {
  /** The chunks in which a file is read. @default one */
  chunks?: (bytes: Buffer) => Iterable<Buffer>;
}

/** Files in memory. What is read comes in the chunks that a test wants, and what was asked for is noted. */
export class MemoryStorage implements Storage {
  readonly name = 'memory';
  readonly files = new Map<string, { bytes: Buffer; modified: number }>();
  /** `open PATH`, `create PATH`, … in order. */
  readonly calls: string[] = [];
  /** Told of each chunk before it is given. */
  onChunk: (path: string, index: number) => Promise<void> | void = () => undefined;
  chunks: (bytes: Buffer) => Iterable<Buffer>;
  #clock = 1000;

  constructor({ chunks = (bytes) => [bytes] }: MemoryStorageOptions = {}) {
    this.chunks = chunks;
  }

  put(path: string, content: string | Buffer): void {
    this.files.set(path, { bytes: Buffer.from(content), modified: (this.#clock += 1000) });
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.bytes.toString();
  }

  get paths(): string[] {
    return [...this.files.keys()].sort();
  }

  open(path: string, { start = 0, signal }: { start?: number; signal?: AbortSignal } = {}): Readable {
    return Readable.from(this.#read(path, start), { objectMode: false, highWaterMark: 1, signal });
  }

  async *#read(path: string, start: number): AsyncGenerator<Buffer> {
    this.calls.push(`open ${path}`);
    const file = this.files.get(path);
    if (file === undefined) throw new OaError('FILE_NOT_FOUND', `${path} does not exist`);
    let index = 0;
    for (const chunk of this.chunks(file.bytes.subarray(start))) {
      await this.onChunk(path, index++);
      yield chunk;
    }
  }

  create(path: string): Writable {
    this.calls.push(`create ${path}`);
    const written: Buffer[] = [];
    return new Writable({
      write: (chunk: Buffer, _encoding, callback) => {
        written.push(chunk);
        setImmediate(callback);
      },
      final: (callback) => {
        this.put(path, Buffer.concat(written));
        callback();
      },
    });
  }

  async createExclusive(path: string, text: string): Promise<void> {
    if (this.files.has(path)) throw new OaError('FILE_EXISTS', `${path} exists already`);
    this.put(path, text);
  }

  async rename(from: string, to: string): Promise<void> {
    this.calls.push(`rename ${from} ${to}`);
    const file = this.files.get(from);
    if (file === undefined) throw new OaError('FILE_NOT_FOUND', `${from} does not exist`);
    this.files.set(to, file);
    this.files.delete(from);
  }

  async delete(path: string): Promise<void> {
    for (const name of this.files.keys()) if (name === path || name.startsWith(`${path}/`)) this.files.delete(name);
  }

  async list(path: string): Promise<FileStatus[]> {
    const names = new Set(
      this.paths
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split('/')[0]!),
    );
    const found = await Promise.all([...names].sort().map((name) => this.stat(`${path}/${name}`)));
    return found.filter((status) => status !== null);
  }

  async stat(path: string): Promise<FileStatus | null> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const file = this.files.get(path);
    if (file) return { path, name, isFolder: false, size: file.bytes.length, modified: file.modified };
    const isFolder = this.paths.some((other) => other.startsWith(`${path}/`));
    return isFolder ? { path, name, isFolder, size: 0, modified: 0 } : null;
  }

  async makeDirectories(): Promise<void> {}
}
