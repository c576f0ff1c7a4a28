/** What the operations answer, as WebHDFS documents it ("WebHDFS REST API", JSON schemas). */

export interface HdfsFileStatus {
  /** Absolute path. */
  path: string;
  /** Last name of the path; empty for `/`. */
  name: string;
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  /** Bytes; 0 for a folder. Of a file that is being written, only complete blocks count. */
  length: number;
  owner: string;
  group: string;
  /** Octal, for example `644` or `1777`. */
  permission: string;
  /** Milliseconds since 1970. */
  modificationTime: number;
  /** Milliseconds since 1970. */
  accessTime: number;
  /** Bytes; 0 for a folder. */
  blockSize: number;
  /** Copies of each block; 0 for a folder. */
  replication: number;
  /** Number of the inode: another one when the file was replaced. HttpFS may not tell it. */
  fileId?: number;
  childrenNum?: number;
  aclBit?: boolean;
  encBit?: boolean;
  ecBit?: boolean;
  symlink?: string;
}

export interface ContentSummary {
  directoryCount: number;
  fileCount: number;
  /** Bytes of the files. */
  length: number;
  /** Most names; -1 when there is no quota. */
  quota: number;
  /** Bytes times replication. */
  spaceConsumed: number;
  /** Most bytes, replication included; -1 when there is no quota. */
  spaceQuota: number;
}

export interface FileChecksum {
  /** For example `MD5-of-0MD5-of-512CRC32C`. It depends on the block size. */
  algorithm: string;
  /** Hexadecimal. */
  bytes: string;
  length: number;
}

export interface AclStatus {
  owner: string;
  group: string;
  permission?: string;
  stickyBit: boolean;
  /** `user:alice:rwx`, `default:group::r-x` … */
  entries: string[];
}

interface StatusJson extends Omit<HdfsFileStatus, 'path' | 'name'> {
  pathSuffix: string;
}

export interface ListingJson {
  FileStatuses: { FileStatus: StatusJson[] };
}

/** @param json a `FileStatus` */
export function statusOf(path: string, json: unknown): HdfsFileStatus {
  const { type, length, ...status } = json as StatusJson;
  const named = { path, name: path.slice(path.lastIndexOf('/') + 1), type, length };
  return Object.fromEntries(
    Object.entries({ ...named, ...status }).filter(([key]) => key !== 'pathSuffix'),
  ) as unknown as HdfsFileStatus;
}
