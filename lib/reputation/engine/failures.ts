/** Failures of services, and which of them may be gone at the next try. */
import { OaError } from '../../../schemas/errors.js';

/** A call of a service that failed. The message holds neither keys nor secrets: each cause is told once. */
export class CallFailed extends OaError {
  /** Milliseconds that the service wants to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { cause?: unknown; retriable?: boolean; retryAfter?: number } = {}) {
    super('REPUTATION_FAILED', message, options);
    this.retryAfter = options.retryAfter;
  }
}

const NETWORK_CODES: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['EAI_AGAIN', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'EAGAIN', 'EMFILE', 'ENFILE'],
  ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
]);

/** The system's code of an error or of what caused it: `ECONNREFUSED`. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && !(at instanceof OaError)) return code;
    at = cause;
  }
  return undefined;
}

export function isRetriable(error: unknown): boolean {
  if (error instanceof OaError) return error.retriable;
  return NETWORK_CODES.has(codeOf(error) ?? '');
}
