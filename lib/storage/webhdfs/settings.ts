/**
 * The options checked, all of them, at the door. By hand, so that the client alone depends on no package; a message
 * names the option and never its value, which may be a secret.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { OaError } from '../../../schemas/errors.js';
import type { WebHdfsOptions } from './options.js';

/** The options, checked, with defaults. */
export interface WebHdfsSettings extends Omit<WebHdfsOptions, 'nameNodes'> {
  readonly nameNodes: readonly NameNode[];
  readonly headers: Readonly<Record<string, string>>;
  readonly hostMap: Readonly<Record<string, string>>;
  readonly httpFs: boolean;
  readonly timeouts: Required<NonNullable<WebHdfsOptions['timeouts']>>;
  readonly retry: Required<NonNullable<WebHdfsOptions['retry']>>;
  readonly tls: NonNullable<WebHdfsOptions['tls']> & {
    readonly verify: boolean;
    readonly allowPlainDataNodes: boolean;
  };
}

export interface NameNode {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly host: string;
  /** What stands before `/webhdfs/v1`; empty but for gateways. */
  readonly base: string;
  /** User and password of the URL, as the header that they become. */
  readonly authorization: string | undefined;
}

/** What is wrong with a value, one line each, with the option's name; nothing when it is right. */
type Check = (value: unknown, name: string) => string[];

const expects =
  (expected: string, isRight: (value: unknown) => boolean): Check =>
  (value, name) =>
    isRight(value) ? [] : [`${name}: expected ${expected}`];

const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
const integer = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  expects(
    `an integer from ${least} on`,
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  );

/** An object of these keys and no others; each may be missing. */
const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, name) => {
    if (!isRecord(value)) return [`${name || 'options'}: expected an object`];
    return Object.entries(value).flatMap(([key, part]) => {
      const path = name ? `${name}.${key}` : key;
      if (!Object.hasOwn(checks, key)) return [`${path}: is no option; expected ${Object.keys(checks).join(', ')}`];
      return part === undefined ? [] : checks[key]!(part, path);
    });
  };

const recordOf =
  (key: Check, value: Check): Check =>
  (record, name) =>
    isRecord(record)
      ? Object.entries(record).flatMap(([k, v]) => [...key(k, `${name}.${k}`), ...value(v, `${name}.${k}`)])
      : [`${name}: expected an object`];

const MODE = /^[01]?[0-7]{3}$/;
const text = expects('text', matches(/./s));
const flag = expects('true or false', (value) => typeof value === 'boolean');
const milliseconds = integer(1);
const pem = expects('PEM text or a Buffer', (value) => Buffer.isBuffer(value) || matches(/./s)(value));
// Node.js refuses other characters in a header, with the value in its message.
const headers = recordOf(
  expects('the name of an HTTP header', matches(/^[\w!#$%&'*+.^`|~-]+$/)),
  expects('the characters of an HTTP header', matches(/^[\t\x20-\x7e\x80-\xff]*$/)),
);
const hostAndPort = expects('host or host:port', matches(/^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(:\d{1,5})?$/i));

const OPTIONS = objectOf({
  nameNodes: (value, name) =>
    Array.isArray(value) && (value.length === 1 || value.length === 2)
      ? value.flatMap((url, i) => {
          const nameNode = nameNodeOf(url);
          return typeof nameNode === 'string' ? [`${name}.${i}: expected ${nameNode}`] : [];
        })
      : [`${name}: expected a list of one or two URLs`],
  user: text,
  doas: text,
  token: text,
  newToken: expects('a function', (value) => typeof value === 'function'),
  headers,
  dataNodeHeaders: headers,
  hostMap: recordOf(hostAndPort, hostAndPort),
  httpFs: flag,
  timeouts: objectOf({ connect: milliseconds, idle: milliseconds }),
  retry: objectOf({ attempts: integer(1), base: milliseconds, cap: milliseconds, total: milliseconds }),
  blockSize: integer(1),
  replication: integer(1, 32767),
  permission: expects('an octal mode, for example 640', matches(MODE)),
  tls: objectOf({ ca: pem, cert: pem, key: pem, passphrase: text, verify: flag, allowPlainDataNodes: flag }),
});

/** @returns what was expected, where it is no URL of a NameNode */
function nameNodeOf(url: unknown): NameNode | string {
  if (typeof url !== 'string' || !URL.canParse(url)) return 'a URL like http://host:9870';
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return `http or https, got ${protocol}//`;
  if (search || hash) return 'a URL without query and fragment';
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const authority = [username, password].map(decoded).join(':');
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: number,
    host: `${hostname}:${number}`,
    base: pathname.replace(/(\/webhdfs(\/v1)?)?\/*$/, ''),
    authorization: username ? `Basic ${Buffer.from(authority).toString('base64')}` : undefined,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws {OaError} `SETTINGS_INVALID`, which names the option and never its value */
export function checkWebHdfsOptions(options: WebHdfsOptions): WebHdfsSettings {
  const problems = OPTIONS(options, '');
  if (problems.length === 0 && options.nameNodes === undefined) problems.push('nameNodes: expected, and missing');
  if (problems.length === 0) problems.push(...tlsProblems(options.tls));
  if (problems.length > 0) throw new OaError('SETTINGS_INVALID', `WebHDFS: ${problems.join('; ')}`);
  return {
    ...options,
    nameNodes: options.nameNodes.map(nameNodeOf) as NameNode[],
    headers: { ...options.headers },
    hostMap: { ...options.hostMap },
    httpFs: options.httpFs ?? false,
    timeouts: { connect: 10_000, idle: 60_000, ...given(options.timeouts) },
    retry: { attempts: 10, base: 500, cap: 15_000, total: 120_000, ...given(options.retry) },
    tls: { verify: true, allowPlainDataNodes: false, ...given(options.tls) },
  };
}

/** What TLS cannot work with; it would be told only at the first connection, and of `ca` not at all. */
function tlsProblems({ ca, cert, key, passphrase }: NonNullable<WebHdfsOptions['tls']> = {}): string[] {
  const problems: string[] = [];
  const attempt = (expected: string, work: () => unknown) => {
    try {
      work();
    } catch (error) {
      const { reason, code } = error as { reason?: string; code?: string };
      problems.push(`tls: expected ${expected} (${reason ?? code})`);
    }
  };
  if ((cert === undefined) !== (key === undefined)) problems.push('tls: expected cert and key, or neither');
  if (ca !== undefined) attempt('a certificate as ca', () => new X509Certificate(ca));
  const pair = 'cert, key and passphrase that belong together';
  if (cert !== undefined && key !== undefined) attempt(pair, () => createSecureContext({ cert, key, passphrase }));
  return problems;
}

/** Without the keys whose value is `undefined`. */
function given<T extends object>(options: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** An octal mode of an operation. @throws {OaError} `SETTINGS_INVALID` */
export function checkMode(permission: string): string {
  if (MODE.test(permission)) return permission;
  throw new OaError('SETTINGS_INVALID', `WebHDFS: expected an octal mode, for example 750, got ${permission}`);
}

/** A size or position of an operation. @throws {OaError} `SETTINGS_INVALID` */
export function checkCount(what: string, value: number | undefined, least = 0): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new OaError('SETTINGS_INVALID', `WebHDFS: ${what}: expected an integer from ${least} on, got ${value}`);
}
