/** What a server's status, or a connection that is gone, means. */
import { OaError, type ErrorCode } from '../../../schemas/errors.js';
import { lostConnection } from '../../lost-connection.js';
import { Lost } from './channel.js';
import type { Status } from './messages.js';

/**
 * The connection died after a statement was sent: whether it was or will be carried out is not known. Whoever sent it
 * has to look at what it was to change. Code `CONNECTION_FAILED`, not retriable.
 */
export class OutcomeUnknown extends OaError {
  readonly outcomeUnknown = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super('CONNECTION_FAILED', message, { ...options, retriable: false });
  }
}

export const SUCCESS = 0;
export const SUCCESS_WITH_INFO = 1;
export const STILL_EXECUTING = 2;

const LONGEST_STATEMENT = 200;
const LONGEST_TEXT = 500;
const MOST_LINES = 1000;

/** A statement as messages show it: in one line, its beginning. */
export function shortened(sql: string): string {
  // Statements can be millions of characters long: only the beginning is looked at.
  const line = sql
    .slice(0, 10 * LONGEST_STATEMENT)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_STATEMENT || sql.length > 10 * LONGEST_STATEMENT
    ? `${line.slice(0, LONGEST_STATEMENT)}…`
    : line;
}

const MISSING_STATES = new Set(['42S02', '42P01']);
const MISSING = /Could not resolve (table reference|path):|\b(Table|Database) does not exist\b/i;

interface Refusal {
  readonly sqlState?: string | null;
  readonly errorMessage?: string | null;
  readonly infoMessages?: readonly string[] | null;
}

/** The error of a statement that the server refused or could not finish: what it says, and the cause of it. */
export function statementFailure(refusal: Refusal, sql: string): OaError {
  const { sqlState } = refusal;
  const text = textOf(refusal);
  const missing = MISSING_STATES.has(sqlState ?? '') || MISSING.test(text);
  const code: ErrorCode = missing ? 'TABLE_MISSING' : 'QUERY_FAILED';
  return new OaError(code, `${text}${sqlState ? ` (${sqlState})` : ''}; statement: ${shortened(sql)}`);
}

/**
 * The first line of what a server says, with the next one where it only announces it; and the last cause of a stack of
 * Java, which is the reason: who may not do what, which file is not there.
 */
export function textOf({ errorMessage, infoMessages }: Refusal): string {
  const text = errorMessage || infoMessages?.join('\n') || 'the server gave no reason';
  const lines = text
    .split('\n', MOST_LINES)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const first = lines.findIndex((line) => !line.endsWith(':'));
  const said = lines
    .slice(0, first + 1 || lines.length)
    .join(' ')
    .slice(0, LONGEST_TEXT);
  const cause = lines
    .findLast((line) => CAUSE.test(line))
    ?.replace(CAUSE, '')
    .slice(0, LONGEST_TEXT);
  return cause === undefined || said.includes(cause) ? said : `${said}; caused by ${cause}`;
}

/** As Java prints it, and as a HiveServer2 encodes it: `*Caused by: …`. */
const CAUSE = /^(\*[^:]*:)?Caused by: /;

export const isSuccess = ({ statusCode }: Status): boolean =>
  statusCode === SUCCESS || statusCode === SUCCESS_WITH_INFO;

/** The server does not know the session any more: it was restarted, or the session was idle for too long. */
export const isSessionGone = (status: Status): boolean =>
  !isSuccess(status) &&
  /invalid session ?(handle|id)|session (has )?expired|session .*not found/i.test(textOf(status));

/** The error of a connection that was not made or was lost. */
export function connectionFailure(error: unknown, server: string): OaError {
  if (error instanceof OaError) return error;
  const cause = error instanceof Lost ? (error.cause as Error) : (error as Error);
  if (cause instanceof OaError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const { words, isLasting } = lostConnection(cause as NodeJS.ErrnoException);
  return new OaError('CONNECTION_FAILED', `HiveServer2 at ${server}: ${words}${code ? ` (${code})` : ''}`, {
    cause,
    retriable: !isLasting,
  });
}
