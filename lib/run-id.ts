import { randomBytes } from 'node:crypto';

/** A name for a folder in staging, where a run gives none. */
export const newRunId = (): string => `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
