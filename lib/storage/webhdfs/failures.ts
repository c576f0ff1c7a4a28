/**
 * Answers that are none: what a `RemoteException` or a broken connection means. Decided by exception, not by HTTP
 * status, for a standby, safe mode and a missing permission all come as 403.
 */
import { OaError, type ErrorCode } from '../../../schemas/errors.js';
import { lostConnection } from '../../lost-connection.js';

interface Meaning {
  readonly code: ErrorCode;
  /** Said before the server's own words. */
  readonly words?: string;
  /** Where it differs from the code's. */
  readonly retriable?: boolean;
}

/** Where and at what it happened; stands in the message. */
export interface Place {
  readonly path: string;
  /** `OPEN`, `RENAME` … */
  readonly operation: string;
  /** `nn1:9870`, or `nn1:9870 (DataNode dn1:9864)` */
  readonly server: string;
}

const conflict: Meaning = { code: 'LEASE_CONFLICT', words: 'another client is writing it' };
const forbidden: Meaning = { code: 'PERMISSION_DENIED', words: 'no permission' };
const quota: Meaning = { code: 'QUOTA_EXCEEDED', words: 'quota used up' };
const lost: Meaning = { code: 'CONNECTION_FAILED', words: 'the server lost a connection of its own' };
const expired: Meaning = { code: 'TOKEN_EXPIRED', words: 'the delegation token is not valid any more' };
const refused: Meaning = { code: 'STORAGE_FAILED', retriable: false };
const passing: Meaning = { code: 'STORAGE_FAILED', retriable: true };

const MEANINGS: Readonly<Record<string, Meaning>> = {
  FileNotFoundException: { code: 'FILE_NOT_FOUND' },
  FileAlreadyExistsException: { code: 'FILE_EXISTS' },
  AlreadyBeingCreatedException: conflict,
  RecoveryInProgressException: conflict,
  LeaseExpiredException: conflict,
  AccessControlException: forbidden,
  AuthorizationException: forbidden,
  AuthenticationException: forbidden,
  SecurityException: forbidden,
  QuotaExceededException: quota,
  DSQuotaExceededException: quota,
  NSQuotaExceededException: quota,
  QuotaByStorageTypeExceededException: quota,
  SafeModeException: { code: 'SAFE_MODE', words: 'the NameNode is in safe mode' },
  StandbyException: { code: 'STANDBY', words: 'the NameNode is not active' },
  ObserverRetryOnActiveException: { code: 'STANDBY', words: 'the NameNode is not active' },
  InvalidToken: expired,
  InvalidPathException: { code: 'PATH_INVALID' },
  PathComponentTooLongException: { code: 'PATH_INVALID' },
  RetriableException: { ...passing, words: 'the NameNode is not ready' },
  NotReplicatedYetException: passing,
  BlockMissingException: passing,
  ParentNotDirectoryException: { ...refused, words: 'a part of the path is a file' },
  ConnectException: lost,
  ConnectTimeoutException: lost,
  EOFException: lost,
  NoRouteToHostException: lost,
  SocketException: lost,
  SocketTimeoutException: lost,
  UnknownHostException: lost,
  ClosedChannelException: lost,
};

/** Plain `IOException`s that mean "no DataNode now": gone when one is back. */
const PASSING =
  /No active nodes contain this block|Failed to find datanode|Zero blocklocations|could only be (written|replicated) to|Could not obtain block|Unable to create new block|All datanodes .* are bad|no more good datanodes/i;

function meaningOf(exception: string, message: string, status: number): Meaning {
  if (/\bInvalidToken\b/.test(exception + message)) return expired;
  const known = MEANINGS[exception];
  // Who may not look into the "folder" is told this instead of ParentNotDirectoryException.
  if (known === forbidden && /is not a directory/.test(message)) return MEANINGS['ParentNotDirectoryException']!;
  if (known) return known;
  if (PASSING.test(message)) return passing;
  if (status === 401 || status === 407) return forbidden;
  if (status === 404 && exception === '') return { code: 'FILE_NOT_FOUND' };
  if ([408, 429, 502, 503, 504].includes(status)) return passing;
  return refused;
}

/** The error of an answer that is not 2xx. @param body text of it: JSON, pretty-printed JSON or HTML */
export function remoteFailure(status: number, body: string, place: Place): OaError {
  const { exception, message } = remoteException(body);
  const meaning = meaningOf(exception, message, status);
  const kind = exception || `HTTP ${status}`;
  const words = [meaning.words, message && `${message} (${kind})`].filter(Boolean).join(': ');
  return failureAt(place, meaning.code, words || kind, { retriable: meaning.retriable });
}

function remoteException(body: string): { exception: string; message: string } {
  try {
    const { RemoteException: found } = JSON.parse(body) as {
      RemoteException: { exception?: unknown; javaClassName?: unknown; message?: unknown };
    };
    const name = String(found.exception || found.javaClassName || '');
    // DataNodes add a Java stack trace.
    const message = String(found.message ?? '').split(/\s*\n\s*at /)[0]!;
    return { exception: name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1), message };
  } catch {
    const title = /<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? (body.startsWith('<') ? '' : body.slice(0, 200));
    return { exception: '', message: title.trim() };
  }
}

/** The error of a connection that was not made or was lost. */
export function connectionFailure(error: unknown, place: Place): OaError {
  if (error instanceof OaError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const { words, isLasting } = lostConnection(error as NodeJS.ErrnoException);
  const advice = code === 'ENOTFOUND' ? '; a host map can say where it is' : '';
  return failureAt(place, 'CONNECTION_FAILED', `${words}${advice}${code ? ` (${code})` : ''}`, {
    cause: error,
    retriable: !isLasting,
  });
}

export function failureAt(
  { path, operation, server }: Place,
  code: ErrorCode,
  words: string,
  options: { cause?: unknown; retriable?: boolean } = {},
): OaError {
  return new OaError(code, `${path}: ${operation} at ${server}: ${words}`, options);
}

/** An error of the client's own limits that a connection is ended with. */
export function timedOut(what: string, milliseconds: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`no ${what} within ${milliseconds} ms`), { code: 'ETIMEDOUT' });
}

/** Takes secrets out of a text. */
export function scrubber(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length > 2).sort((a, b) => b.length - a.length);
  return (text) =>
    known
      .reduce((done, secret) => done.replaceAll(secret, '***'), text)
      .replace(/\b(delegation|token|signature)=[^&\s"',]+/gi, '$1=***');
}
