import { OaError } from '../../schemas/errors.js';

/** The connection was lost after the statement was sent: it may have been carried out, be under way still, or neither. */
export class OutcomeUnknown extends OaError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CONNECTION_FAILED', message, options);
  }
}

export const isOutcomeUnknown = (error: unknown): boolean => error instanceof OutcomeUnknown;
