/** The files of a fake HDFS: folders, files in memory, and files of any size that are made while they are read. */
import { createHash } from 'node:crypto';

/** What a real server answers, as an exception by its simple name. */
export class Refused extends Error {
  constructor(
    readonly exception: string,
    message: string,
    readonly status = 403,
  ) {
    super(message);
  }
}

export interface Node {
  readonly id: number;
  kind: 'FILE' | 'DIRECTORY';
  length: number;
  modified: number;
  permission: string;
  acl: string[];
  /** Most bytes below this folder. */
  spaceQuota: number;
  /** Bytes from a position on. */
  content: (offset: number, length: number) => Buffer;
}

const BLOCK = 1024 * 1024;
const nothing = () => Buffer.alloc(0);

/** A byte of a made-up file, by its position. */
export const patternAt = (position: number): number => (position * 31 + (position >> 8)) & 255;

export class HdfsFiles {
  readonly nodes = new Map<string, Node>();
  #ids = 16385;

  constructor() {
    this.nodes.set('/', this.#node('DIRECTORY'));
  }

  #node(kind: Node['kind'], permission = kind === 'FILE' ? '644' : '755'): Node {
    this.#ids += 1;
    const modified = Date.now();
    return { id: this.#ids, kind, length: 0, modified, permission, acl: [], spaceQuota: -1, content: nothing };
  }

  get(path: string, missing = `File does not exist: ${path}`): Node {
    const node = this.nodes.get(path);
    if (!node) throw new Refused('FileNotFoundException', missing, 404);
    return node;
  }

  /** A file of any size, of `patternAt`, which costs no memory. */
  makeUp(path: string, length: number): void {
    const node = this.create(path);
    node.length = length;
    node.content = (offset, count) => {
      const bytes = Buffer.allocUnsafe(count);
      for (let i = 0; i < count; i++) bytes[i] = patternAt(offset + i);
      return bytes;
    };
  }

  mkdirs(path: string, permission?: string): boolean {
    if (path === '/') return true;
    const known = this.nodes.get(path);
    if (known?.kind === 'FILE') throw new Refused('FileAlreadyExistsException', `Path is not a directory: ${path}`);
    if (known) return true;
    this.#makeParent(path);
    this.nodes.set(path, this.#node('DIRECTORY', permission));
    return true;
  }

  #makeParent(path: string): void {
    const parent = parentOf(path);
    if (this.nodes.get(parent)?.kind === 'FILE')
      throw new Refused('ParentNotDirectoryException', `${parent} (is not a directory)`);
    this.mkdirs(parent);
  }

  create(path: string, overwrite = true, permission?: string): Node {
    const known = this.nodes.get(path);
    if (known?.kind === 'DIRECTORY')
      throw new Refused('FileAlreadyExistsException', `${path} already exists as a directory`);
    if (known && !overwrite) throw new Refused('FileAlreadyExistsException', `${path} for client already exists`);
    this.#makeParent(path);
    const node = this.#node('FILE', permission);
    this.nodes.set(path, node);
    return node;
  }

  /** Throws what HDFS does when a quota of a folder above is hit. */
  checkQuota(path: string, length: number): void {
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      const quota = this.nodes.get(folder)?.spaceQuota ?? -1;
      if (quota >= 0 && length > quota)
        throw new Refused(
          'DSQuotaExceededException',
          `The DiskSpace quota of ${folder} is exceeded: quota = ${quota} B`,
        );
      if (folder === '/') return;
    }
  }

  delete(path: string, recursive: boolean): boolean {
    if (!this.nodes.has(path)) return false;
    const below = [...this.nodes.keys()].filter((other) => other.startsWith(`${path}/`));
    if (below.length > 0 && !recursive)
      throw new Refused('PathIsNotEmptyDirectoryException', `\`${path} is non empty': Directory is not empty`);
    for (const one of [path, ...below]) this.nodes.delete(one);
    return true;
  }

  /** @param options `undefined` answers a bare boolean, as HttpFS does; a folder that is there takes it in */
  rename(from: string, target: string, options: string | undefined): boolean {
    const isInto = options === undefined && this.nodes.get(target)?.kind === 'DIRECTORY';
    const to = isInto ? target + from.slice(from.lastIndexOf('/')) : target;
    return this.#rename(from, to, options);
  }

  #rename(from: string, to: string, options: string | undefined): boolean {
    const target = this.nodes.get(to);
    if (options === undefined) {
      if (!this.nodes.has(from) || !this.nodes.has(parentOf(to)) || target) return false;
    } else {
      this.get(from, `rename source ${from} is not found.`);
      this.get(parentOf(to), `rename destination parent ${parentOf(to)} not found.`);
      if (target && options !== 'OVERWRITE')
        throw new Refused('FileAlreadyExistsException', `rename destination ${to} already exists`);
      if (target && target.kind !== this.get(from).kind)
        throw new Refused('IOException', `Source ${from} and destination ${to} must both be directories`);
    }
    for (const [path, node] of [...this.nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.nodes.delete(path);
      this.nodes.set(to + path.slice(from.length), node);
    }
    return true;
  }

  /** In signed byte order, as HDFS has it. */
  list(path: string): object[] {
    const node = this.get(path, `File ${path} does not exist.`);
    if (node.kind === 'FILE') return [this.status(path, '')];
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()]
      .filter((other) => other !== '/' && other.startsWith(prefix) && !other.slice(prefix.length).includes('/'))
      .sort((a, b) => compareSigned(Buffer.from(a), Buffer.from(b)))
      .map((other) => this.status(other, other.slice(prefix.length)));
  }

  status(path: string, pathSuffix = ''): Record<string, unknown> {
    const { id, kind, length, modified, permission } = this.get(path);
    const isFile = kind === 'FILE';
    return {
      pathSuffix,
      type: kind,
      length,
      owner: 'hdfs',
      group: 'supergroup',
      permission,
      modificationTime: modified,
      accessTime: modified,
      blockSize: isFile ? BLOCK : 0,
      replication: isFile ? 1 : 0,
      fileId: id,
    };
  }

  summary(path: string): object {
    const nodes = [...this.nodes].filter(([other]) => other === path || other.startsWith(`${path}/`));
    const files = nodes.filter(([, { kind }]) => kind === 'FILE');
    const length = files.reduce((sum, [, node]) => sum + node.length, 0);
    const directoryCount = nodes.length - files.length;
    return { directoryCount, fileCount: files.length, length, quota: -1, spaceConsumed: length, spaceQuota: -1 };
  }

  checksum(path: string): object {
    const { content, length } = this.get(path);
    const bytes = createHash('md5').update(content(0, length)).digest('hex');
    return { algorithm: 'MD5-of-0MD5-of-512CRC32C', bytes, length: 28 };
  }
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

function compareSigned(a: Buffer, b: Buffer): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a.readInt8(i) - b.readInt8(i);
  }
  return a.length - b.length;
}
