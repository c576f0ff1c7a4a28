/** The options that every command takes, and how they become settings. */
import { dirname, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OaError } from '../../schemas/errors.js';
import { checkSettings, readJson, type FullSettings } from '../settings.js';

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

export const COMMON_OPTIONS = {
  config: { type: 'string' },
  'spot-conf': { type: 'string' },
  data: { type: 'string' },
  home: { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionTable;

type Parsed<O extends OptionTable> = ReturnType<
  typeof parseArgs<{ options: typeof COMMON_OPTIONS & O; allowPositionals: true; strict: true }>
>;

/** Values of a command line. @throws {OaError} `USAGE` */
export function parse<const O extends OptionTable>(args: readonly string[], options: O, positionals = 0): Parsed<O> {
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...COMMON_OPTIONS, ...options },
      allowPositionals: true,
      strict: true,
    });
    if (parsed.positionals.length > positionals) {
      throw new Error(`unexpected argument ${JSON.stringify(parsed.positionals[positionals])}`);
    }
    return parsed;
  } catch (error) {
    throw new OaError('USAGE', (error as Error).message, { cause: error });
  }
}

/**
 * The settings of `--config`, with `--spot-conf`, `--data` and `--offline` over them.
 * @throws {OaError} `SETTINGS_INVALID`; `USAGE` for `--data` with a storage that is not local
 */
export async function settingsOf(values: {
  config?: string;
  'spot-conf'?: string;
  data?: string;
  offline?: boolean;
}): Promise<FullSettings> {
  const { config, 'spot-conf': spotConf, data, offline } = values;
  const given = config === undefined ? {} : await readJson(config, 'SETTINGS_INVALID');
  const written = spotConf === undefined ? given : { ...(given as object), spotConf: resolve(spotConf) };
  const settings = checkSettings(
    written,
    config === undefined ? {} : { base: dirname(resolve(config)), name: config },
  );
  if (offline) settings.reputation.offline = true;
  if (data === undefined) return settings;
  if (settings.storage.type !== 'local') {
    throw new OaError(
      'USAGE',
      `--data is the folder of a local warehouse; the settings say ${settings.storage.type}`,
    );
  }
  return { ...settings, storage: { ...settings.storage, root: resolve(data) } };
}

/** A whole number from `min` on. @throws {OaError} `USAGE` */
export function wholeNumber(text: string, name: string, min: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min) return value;
  throw new OaError('USAGE', `${name} ${JSON.stringify(text)}: expected a whole number, ${min} or more`);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `30m`, `2h`, `1d`. @throws {OaError} `USAGE` */
export function duration(text: string, name: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match) return Number(match[1]) * UNITS[match[2]!]!;
  throw new OaError('USAGE', `${name} ${JSON.stringify(text)}: expected a duration such as 90s, 30m or 2h`);
}
