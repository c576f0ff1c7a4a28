/** Files of this machine. `finish` of a new file means that its bytes and its name have reached the disk. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addAbortSignal, Readable, Writable } from 'node:stream';
import { OaError } from '../../schemas/errors.js';
import type { FileStatus, Storage } from '../../streams/contracts.js';

const CHUNK_BYTES = 256 * 1024;

export function localStorage(): Storage {
  return {
    name: 'local',
    open: (path, { start = 0, signal } = {}) => {
      const stream = Readable.from(bytesOf(path, start), { objectMode: false });
      return signal ? addAbortSignal(signal, stream) : stream;
    },
    create: (path) => new NewFile(path),
    createExclusive: (path, text) => explained(path, 'create', () => createExclusive(path, text)),
    rename: (from, to) =>
      explained(from, `rename to ${to}`, async () => {
        await makeFolder(dirname(to));
        await rename(from, to);
        await syncFolder(dirname(to));
        if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
      }),
    delete: (path) =>
      explained(path, 'delete', async () => {
        await rm(path, { recursive: true, force: true });
        await syncFolder(dirname(path));
      }),
    list: (path) => explained(path, 'list', () => list(path)),
    stat: (path) => explained(path, 'look at', () => statusOf(path)),
    makeDirectories: (path) => explained(path, 'make folder', () => makeFolder(path)),
  };
}

async function* bytesOf(path: string, start: number): AsyncGenerator<Buffer> {
  const file = await explained(path, 'open', () => open(path, 'r'));
  try {
    for (let position = start; ;) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await explained(path, 'read', () => file.read(buffer, 0, CHUNK_BYTES, position));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Written under a hidden name beside the target, which it takes when all is on the disk. */
class NewFile extends Writable {
  readonly #path: string;
  readonly #hidden: string;
  #file: FileHandle | undefined;
  #finished = false;

  constructor(path: string) {
    super({ highWaterMark: CHUNK_BYTES });
    this.#path = path;
    // A file name holds 255 bytes at most; the beginning of the name tells a person what it was.
    const beginning = [...basename(path)].slice(0, 40).join('');
    this.#hidden = join(dirname(path), `.${beginning}.${randomBytes(6).toString('hex')}.tmp`);
  }

  #run(doing: string, work: () => Promise<void>, callback: (error?: Error | null) => void): void {
    explained(this.#path, doing, work).then(() => callback(), callback);
  }

  override _construct(callback: (error?: Error | null) => void): void {
    const create = async () => {
      await makeFolder(dirname(this.#path));
      this.#file = await open(this.#hidden, 'wx');
    };
    this.#run('create', create, callback);
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#run('write', () => writeAll(this.#file!, chunk), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    const finish = async () => {
      await this.#file?.sync();
      await this.#close();
      await rename(this.#hidden, this.#path);
      this.#finished = true;
      await syncFolder(dirname(this.#path));
    };
    this.#run('finish', finish, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const undo = async () => {
      await this.#close();
      if (!this.#finished) await rm(this.#hidden, { force: true });
    };
    undo().then(
      () => callback(error),
      (failure: unknown) => callback(error ?? (failure as Error)),
    );
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

async function createExclusive(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

async function list(path: string): Promise<FileStatus[]> {
  const names = await readdir(path).catch(absent<string[]>([]));
  const found = await Promise.all(names.sort().map((name) => statusOf(join(path, name))));
  // A file may go between the two calls, and a link may lead nowhere.
  return found.filter((status) => status !== null);
}

async function statusOf(path: string): Promise<FileStatus | null> {
  const found = await stat(path).catch(absent(null));
  if (found === null) return null;
  const isFolder = found.isDirectory();
  const { ino, size, mtimeMs } = found;
  const identity = `${ino} ${size} ${mtimeMs}`;
  return { path, name: basename(path), isFolder, size: isFolder ? 0 : size, modified: mtimeMs, identity };
}

const absent =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };

/** Makes the folder and those above it, each durably in its parent. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** A rename is durable when its folder is. Some systems cannot open a folder; there it is all that can be done. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'EPERM', 'EACCES', 'EISDIR', 'EINVAL'].includes(code ?? '')) throw error;
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk quota used up',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'no permission, the file system is read-only',
  ENOTDIR: 'a part of the path is a file, expected a folder',
  EEXIST: 'a file stands where a folder is expected',
  EISDIR: 'a folder, expected a file',
  EMFILE: 'too many open files',
};

async function explained<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = 'unknown error', message, syscall } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new OaError('FILE_NOT_FOUND', `${path} does not exist (${doing})`, { cause: error });
    if (code === 'EEXIST' && syscall !== 'mkdir')
      throw new OaError('FILE_EXISTS', `${path} exists already (${doing})`, { cause: error });
    throw new OaError('STORAGE_FAILED', `${path}: cannot ${doing}: ${MEANINGS[code] ?? message} (${code})`, {
      cause: error,
    });
  }
}
