/**
 * Every error of the library, from one table: the code is stable, the message says what was expected and what came.
 * `docs/errors.md` is generated from this table.
 */
interface ErrorKind {
  /** Exit status of the command line: 1 failed, 2 wrong usage or settings, 3 no results yet. */
  readonly exit: 1 | 2 | 3;
  /** Whether the same call may succeed later without any change. */
  readonly retriable: boolean;
  readonly meaning: string;
}

const kind = (exit: 1 | 2 | 3, retriable: boolean, meaning: string): ErrorKind => ({ exit, retriable, meaning });

export const ERRORS = {
  USAGE: kind(2, false, 'The command line is not understood.'),
  SETTINGS_INVALID: kind(2, false, 'A settings file cannot be read or has a wrong or unknown key.'),
  DNS_CONF_INVALID: kind(2, false, 'dns_conf.json names an unknown column, uses an index twice or leaves one out.'),
  DATE_INVALID: kind(2, false, 'A date is not a day of the calendar (YYYYMMDD).'),
  IDENTIFIER_INVALID: kind(2, false, 'A name cannot be a column, table or database.'),
  COLUMN_KIND_INVALID: kind(2, false, 'A column kind is not one of the known ones.'),
  LOOKUP_FILE_INVALID: kind(2, false, 'A context, range, geolocation, IANA or domain list file has a bad line.'),
  NODE_TOO_OLD: kind(2, false, 'The running Node.js is older than the package needs.'),
  STEP_ORDER: kind(2, false, 'A step of a pipeline needs a column that no step before it adds.'),
  COLUMN_DUPLICATE: kind(2, false, 'A step of a pipeline adds a column that the rows already have.'),
  NO_RESULTS: kind(3, true, 'There are no results for the day, or none that could be read.'),
  RESULTS_NOT_READY: kind(3, true, 'The results of the day are still being written.'),
  RESULTS_CHANGED: kind(1, true, 'The results changed while they were read.'),
  TOO_MANY_REJECTED: kind(1, false, 'Too large a share of the result lines could not be read.'),
  NUMBER_NOT_EXACT: kind(1, false, 'An integer is beyond ±(2^53 − 1) and would have to be rounded.'),
  VALUE_INVALID: kind(1, false, 'A value does not fit its column.'),
  FILE_NOT_FOUND: kind(1, false, 'A file or folder does not exist.'),
  FILE_EXISTS: kind(1, false, 'A file that was to be created exists already.'),
  STORAGE_FAILED: kind(1, true, 'A storage could not read or write (permission, full disk, lost connection).'),
  CONNECTION_FAILED: kind(1, true, 'A server could not be reached, or the connection to it was lost.'),
  PERMISSION_DENIED: kind(1, false, 'The user may not do this, or was not recognised.'),
  QUOTA_EXCEEDED: kind(1, false, 'A quota of HDFS (names or space) is used up.'),
  SAFE_MODE: kind(1, true, 'The NameNode is in safe mode: it answers questions and changes nothing.'),
  STANDBY: kind(1, true, 'No NameNode is active: those that answered are standby.'),
  TOKEN_EXPIRED: kind(1, false, 'A delegation token is no longer valid.'),
  LEASE_CONFLICT: kind(1, true, 'Another client is writing the same file.'),
  PATH_INVALID: kind(1, false, 'A path cannot be one of this storage.'),
  LOCKED: kind(1, true, 'Another run, or an analyst, works on the same day.'),
  LOCK_LOST: kind(1, true, 'The lock of the day was taken over while this run was working.'),
  TABLE_MISSING: kind(1, false, 'A table does not exist; `init` makes it.'),
  TABLE_UNKNOWN: kind(2, false, 'A name is not one of the known tables.'),
  TABLE_MISFIT: kind(1, false, 'A table lacks a column that is needed, or has one of another kind.'),
  PARTITION_CHANGED: kind(1, true, 'A partition was replaced while it was read.'),
  WOULD_EMPTY: kind(1, false, 'The run would replace a filled table partition by an empty one.'),
  QUERY_FAILED: kind(1, false, 'The engine refused or could not finish a statement.'),
  REPUTATION_FAILED: kind(1, true, 'A reputation service that the settings require did not answer.'),
  NOTEBOOKS_FAILED: kind(1, false, 'The notebook templates could not be copied, or their kernel not be set up.'),
  NOTEBOOK_TOOLS_MISSING: kind(1, false, 'Jupyter, or the TypeScript kernel for it, is not installed.'),
  ABORTED: kind(1, false, 'The run was ended by a signal.'),
  INTERNAL: kind(1, false, 'A fault of the program itself.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** The base class of every error that the library throws on purpose. */
export class OaError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; retriable?: boolean }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OaError';
    this.code = code;
    this.retriable = options?.retriable ?? ERRORS[code].retriable;
  }
}

/** The same error if it has a code already, else one with the given code and the cause kept. */
export function asOaError(error: unknown, code: ErrorCode = 'INTERNAL', what = ''): OaError {
  if (error instanceof OaError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new OaError(code, what ? `${what}: ${text}` : text, { cause: error });
}
