/** What an existing `spot.conf` says of the settings: each value with the variables that it comes from. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OaError } from '../../schemas/errors.js';
import { parseSpotConf, type SpotValue } from './parse.js';

export interface SpotSetting {
  /** `storage.root` */
  readonly key: string;
  readonly value: unknown;
  /** `HUSER (line 4)` */
  readonly from: string;
  /** Why there is no value; an error where the setting is needed and given nowhere else. */
  readonly problem?: string;
}

/** @throws {OaError} `SETTINGS_INVALID` for a file that cannot be read */
export function readSpotConf(file: string): SpotSetting[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new OaError('SETTINGS_INVALID', `${file}: ${(error as Error).message}`, { cause: error });
  }
  return spotSettings(parseSpotConf(text), dirname(resolve(file)));
}

/**
 * @param base folder that relative paths are relative to
 * @returns those of the storage, then those of the engine and of what never leaves the network
 */
export function spotSettings(values: ReadonlyMap<string, SpotValue>, base: string): SpotSetting[] {
  const setting = (key: string, names: readonly string[], value: (...texts: string[]) => unknown): SpotSetting[] => {
    const used = names.map((name) => ({ name, ...values.get(name) }));
    const from = used.map(({ name, line }) => (line === undefined ? name : `${name} (line ${line})`)).join(', ');
    const problem = used.find((one) => one.problem !== undefined);
    if (problem) return [{ key, value: undefined, from, problem: `${problem.name}: ${problem.problem}` }];
    const found = value(...used.map((one) => one.value?.trim() ?? ''));
    if (found instanceof Error) return [{ key, value: undefined, from, problem: found.message }];
    return found === undefined ? [] : [{ key, value: found, from }];
  };
  const file = (path: string) => (path === '' ? undefined : resolve(base, path));
  const whenTls = (use: (text: string) => unknown) => (ssl: string, text: string) =>
    isTrue(ssl) ? use(text) : undefined;

  return [
    ...setting('storage.nameNodes', ['NAME_NODE', 'WEB_PORT', 'SSL'], nameNodes),
    ...setting('storage.root', ['HUSER'], hdfsFolder),
    // Spot itself takes the last segment.
    ...setting('storage.user', ['HUSER'], (folder) => folder.replace(/\/+$/, '').split('/').pop() || undefined),
    ...setting('storage.tls.ca', ['SSL', 'CA_LOCATION'], whenTls(file)),
    ...setting('storage.tls.cert', ['SSL', 'CERT'], whenTls(file)),
    ...setting('storage.tls.key', ['SSL', 'KEY'], whenTls(file)),
    ...setting(
      'storage.tls.verify',
      ['SSL', 'SSL_VERIFY'],
      whenTls((text) => (isFalse(text) ? false : undefined)),
    ),
    ...setting('storage.token', ['KERBEROS'], kerberos),
    ...setting('engine.type', ['DBENGINE', 'IMPALA_DEM'], engine),
    ...setting('engine.host', ['DBENGINE', 'IMPALA_DEM', 'HS2_HOST', 'JDBC_URL'], engineHost),
    ...setting('engine.port', ['DBENGINE', 'IMPALA_PORT', 'HS2_PORT'], (name, impala, hive) =>
      port(isHive(name) ? hive : impala),
    ),
    ...setting('engine.database', ['DBNAME'], (name) => name || undefined),
    ...setting('engine.auth', ['KERBEROS'], (on) =>
      isTrue(on)
        ? new Error(
            'KERBEROS is on, which this release does not speak: give engine.auth nosasl or plain, or engine duckdb',
          )
        : undefined,
    ),
    // Spot read the authorities of Impala from CERT.
    ...setting('engine.tls.ca', ['SSL', 'DBENGINE', 'CA_LOCATION', 'CERT'], (ssl, name, ca, cert) =>
      isTrue(ssl) ? file(ca || (isHive(name) ? '' : cert)) : undefined,
    ),
    ...setting(
      'engine.tls.verify',
      ['SSL', 'SSL_VERIFY'],
      whenTls((text) => !isFalse(text)),
    ),
    ...setting('reputation.neverSend', ['USER_DOMAIN'], (domain) => (domain === '' ? undefined : [domain])),
  ];
}

const isTrue = (text: string) => /^(true|yes|1)$/i.test(text);
const isFalse = (text: string) => /^(false|no|0)$/i.test(text);
const isHive = (engine: string) => /^(hive|beeline)$/i.test(engine);

/** Sites write `nn1`, `nn1,nn2`, `http://nn1`, `http://nn1:50070`, `hdfs://nn1:8020`. */
function nameNodes(hosts: string, webPort: string, ssl: string): string[] | Error {
  const urls: string[] = [];
  for (const host of hosts.split(/[,\s]+/).filter(Boolean)) {
    const [, scheme, name, ownPort] =
      /^(?:(https?|hdfs|webhdfs):\/\/)?(\[[\da-f:.]+\]|[\w.-]+)(?::(\d+))?\/?$/i.exec(host) ?? [];
    if (name === undefined) return new Error(`NAME_NODE: expected a host or URL, got ${JSON.stringify(host)}`);
    const http = scheme && /^https?$/i.test(scheme) ? scheme.toLowerCase() : isTrue(ssl) ? 'https' : 'http';
    // The port beside hdfs:// is that of another protocol.
    const number = (/^(https?|webhdfs)$/i.test(scheme ?? '') && ownPort) || webPort;
    if (port(number) === undefined) return new Error(`WEB_PORT: expected a port, got ${JSON.stringify(number)}`);
    urls.push(`${http}://${name}:${number}`);
  }
  return urls.length > 0 ? urls : new Error('NAME_NODE: expected the host of the NameNode, got none');
}

function hdfsFolder(path: string): string | Error {
  if (/^(\/[^/:]+)+\/?$/.test(path)) return path.replace(/\/$/, '');
  return new Error(`HUSER: expected an absolute path, got ${JSON.stringify(path)}`);
}

function kerberos(on: string): Error | undefined {
  if (!isTrue(on)) return undefined;
  return new Error(
    'KERBEROS is on, which this release does not speak: give storage.token (a delegation token), or storage.headers for a gateway',
  );
}

/** Deployments that use Impala often leave DBENGINE empty. */
function engine(name: string, impala: string): string | Error | undefined {
  if (isHive(name)) return 'hive';
  if (name.toLowerCase() === 'impala' || (name === '' && impala !== '')) return 'impala';
  return name === '' ? undefined : new Error(`DBENGINE: expected impala or hive, got ${JSON.stringify(name)}`);
}

/** One host, or several with commas or spaces between; beeline has a URL, `jdbc:hive2://hs2:10000/`. */
function engineHost(name: string, impala: string, hive: string, url: string): string | string[] | Error | undefined {
  const ofUrl = /^jdbc:hive2:\/\/([^/;?]+)/.exec(url)?.[1] ?? '';
  const text = isHive(name) ? hive || ofUrl : impala;
  const found = text.split(/[,\s]+/).filter(Boolean);
  if (found.length > 0) return found.length > 1 ? found : found[0];
  return name === ''
    ? undefined
    : new Error(`expected the host of the server in ${isHive(name) ? 'HS2_HOST' : 'IMPALA_DEM'}`);
}

const port = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536 ? Number(text) : undefined;

/**
 * The settings as a user wrote them, with what the spot.conf says where they say nothing.
 * @throws {OaError} `SETTINGS_INVALID` when a value is needed and cannot be known
 */
export function withSpotConf(settings: Readonly<Record<string, unknown>>, file: string): Record<string, unknown> {
  const said = readSpotConf(file);
  return withNeverSent(withEngine(withStorage(settings, said, file), said, file), said, file);
}

/** The engine of the deployment, unless the settings have another type, or the file tells none. */
function withEngine(settings: Record<string, unknown>, said: readonly SpotSetting[], file: string) {
  const told = said.find(({ key }) => key === 'engine.type');
  const given = settings.engine as Record<string, unknown> | undefined;
  if (told === undefined) return settings;
  if (given !== undefined && (typeof given !== 'object' || (given.type ?? told.value) !== told.value))
    return settings;
  return { ...settings, engine: filled('engine', given, said, file) };
}

function withStorage(settings: Readonly<Record<string, unknown>>, said: readonly SpotSetting[], file: string) {
  const given = settings.storage as Record<string, unknown> | undefined;
  if (given !== undefined && (typeof given !== 'object' || (given.type ?? 'webhdfs') !== 'webhdfs'))
    return { ...settings };
  return { ...settings, storage: { type: 'webhdfs', ...filled('storage', given, said, file) } };
}

/** A part of the settings, with what the file says where they say nothing. */
function filled(
  part: 'storage' | 'engine',
  given: Readonly<Record<string, unknown>> | undefined,
  said: readonly SpotSetting[],
  file: string,
): Record<string, unknown> {
  const all: Record<string, unknown> = { ...given };
  for (const { key, value, from, problem } of said) {
    const [of, name, inner] = key.split('.') as [string, string, string | undefined];
    if (of !== part || given?.[name] !== undefined || (name === 'token' && given?.headers !== undefined)) continue;
    if (problem !== undefined) throw new OaError('SETTINGS_INVALID', `${file}: ${from}: ${problem} (for ${key})`);
    all[name] = inner === undefined ? value : { ...(all[name] as object | undefined), [inner]: value };
  }
  return all;
}

/** The site's own domain is never sent to others, whatever else the settings name. */
function withNeverSent(settings: Record<string, unknown>, said: readonly SpotSetting[], file: string) {
  const own = said.find(({ key }) => key === 'reputation.neverSend');
  if (own?.problem !== undefined) throw new OaError('SETTINGS_INVALID', `${file}: ${own.from}: ${own.problem}`);
  const domains = own?.value as string[] | undefined;
  const { reputation = [] } = settings;
  if (domains === undefined || typeof reputation !== 'object' || reputation === null) return settings;
  const given = (Array.isArray(reputation) ? { services: reputation as unknown[] } : reputation) as {
    neverSend?: unknown;
  };
  const before = given.neverSend ?? [];
  // What is no list is told by the check.
  if (!Array.isArray(before)) return settings;
  return { ...settings, reputation: { ...given, neverSend: [...new Set([...(before as unknown[]), ...domains])] } };
}
