import { readFile } from 'node:fs/promises';
import { OaError } from '../schemas/errors.js';

/**
 * A certificate or key that the settings name.
 * @param key the setting, for messages
 * @throws {OaError} `SETTINGS_INVALID`
 */
export async function readPem(file: string | undefined, key: string): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    throw new OaError('SETTINGS_INVALID', `${key}: ${(error as Error).message}`, { cause: error });
  }
}
