/**
 * `spot-dns-oa/hdfs2`: a client of HDFS over WebHDFS and HttpFS, alone. Promises for the operations, Node streams for
 * the bytes; two NameNodes, resumed reads, uploads that are whole or not there.
 */
export { WebHdfs, type OperationOptions } from './storage/webhdfs/client.js';
export type { WebHdfsOptions } from './storage/webhdfs/options.js';
export type { OpenOptions } from './storage/webhdfs/reader.js';
export type { CreateOptions } from './storage/webhdfs/writer.js';
export type { AclStatus, ContentSummary, FileChecksum, HdfsFileStatus } from './storage/webhdfs/statuses.js';
export { OaError, ERRORS, type ErrorCode } from '../schemas/errors.js';
