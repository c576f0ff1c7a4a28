/** Services that users bring as ES modules. */
import { pathToFileURL } from 'node:url';
import { OaError } from '../../schemas/errors.js';
import type { ReputationService } from '../../streams/contracts.js';
import { readSecret } from '../secrets.js';
import type { SettingsOf } from './reputation-settings.js';
import { isServiceName } from './service-name.js';

/** What the default export of a module is called with. */
export interface OwnServiceOptions {
  /** The settings' name of the service. */
  readonly name: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** The settings' `secrets`, read; empty in a dry run. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The default export of a module. */
export type OwnServiceFactory = (options: OwnServiceOptions) => ReputationService | Promise<ReputationService>;

/** @throws {OaError} `SETTINGS_INVALID`: the module cannot be loaded, or makes no service */
export async function loadOwnService(
  settings: SettingsOf<'module'>,
  { dryRun = false } = {},
): Promise<ReputationService> {
  const { module, name, options = {} } = settings;
  const fail = (message: string, cause?: unknown): never => {
    throw new OaError('SETTINGS_INVALID', `reputation module ${module}: ${message}`, { cause });
  };
  const secrets: Record<string, string> = {};
  for (const [key, secret] of Object.entries(dryRun ? {} : (settings.secrets ?? {})))
    secrets[key] = await readSecret(secret, `reputation.secrets.${key}`);
  const loaded = (await import(pathToFileURL(module).href).catch((error: Error) => fail(error.message, error))) as {
    default?: unknown;
  };
  if (typeof loaded.default !== 'function')
    return fail('expected a function as default export, which makes the service');
  const service: unknown = await (loaded.default as OwnServiceFactory)({ name, options, secrets });
  const problem = problemOf(service);
  if (problem !== null) return fail(`expected a service with ${problem}`);
  const own = service as ReputationService;
  const { checks, batchSize, remote } = own;
  // Called as a method, which may be one of a class with private fields.
  return { name: name ?? own.name, checks, batchSize, remote, check: (keys, about) => own.check(keys, about) };
}

/** What a service lacks, null when it is one. */
export function problemOf(service: unknown): string | null {
  if (typeof service !== 'object' || service === null) return 'name, checks, batchSize and check()';
  const { name, checks, batchSize, check } = service as Partial<ReputationService>;
  if (typeof name !== 'string' || !isServiceName(name)) return 'a name of 1 to 64 characters, none of them : ; |';
  if (checks !== 'domain' && checks !== 'ip' && checks !== 'url') return 'checks: domain, ip or url';
  if (typeof batchSize !== 'number' || !(batchSize >= 1)) return 'a batchSize of 1 or more';
  return typeof check === 'function' ? null : 'a function check(keys, { signal })';
}
