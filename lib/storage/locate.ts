import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';

/**
 * A path or URL of a user: a plain path is a local one, relative to the current folder.
 * @throws {OaError} `USAGE` for a scheme that no storage has
 */
export function locate(pathOrUrl: string, local: Storage): { storage: Storage; path: string } {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(pathOrUrl)?.[1]?.toLowerCase();
  if (scheme === undefined) return { storage: local, path: resolve(pathOrUrl) };
  if (scheme === 'file') return { storage: local, path: fileURLToPath(pathOrUrl) };
  throw new OaError('USAGE', `${pathOrUrl}: expected a path or a file:// URL, got ${scheme}://`);
}
