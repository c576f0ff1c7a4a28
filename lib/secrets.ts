/** Secrets of the settings: written out, or told where they are. They reach servers only, never a message or a copy. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OaError } from '../schemas/errors.js';

/** A value of the settings that is a secret. */
export const secret = z
  .union(
    [
      z.string().min(1),
      z.strictObject({ env: z.string().min(1).meta({ description: 'Name of an environment variable.' }) }),
      z.strictObject({
        file: z.string().min(1).meta({ description: 'A file; a line end at its end is left out.', format: 'path' }),
      }),
    ],
    { error: 'expected a text, {"env": "NAME"} or {"file": "PATH"}' },
  )
  .meta({
    description: 'A secret: {"env": "NAME"} or {"file": "PATH"} says where it is; a text is the secret itself.',
    writeOnly: true,
  });

export type Secret = z.output<typeof secret>;

/**
 * @param key the setting, for messages
 * @throws {OaError} `SETTINGS_INVALID`, which tells the variable or the file and never the secret
 */
export async function readSecret(value: Secret, key: string): Promise<string> {
  if (typeof value === 'string') return value;
  const { text, where } =
    'env' in value
      ? { text: process.env[value.env], where: `the environment variable ${value.env}` }
      : { text: await textOf(value.file, key), where: value.file };
  const found = text?.replace(/\r?\n$/, '');
  if (found) return found;
  throw new OaError('SETTINGS_INVALID', `${key}: expected a secret in ${where}, which is not set or empty`);
}

async function textOf(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OaError('SETTINGS_INVALID', `${key}: ${(error as Error).message}`, { cause: error });
  }
}
