/** The options of the HiveServer2 client, what they mean, and their check at the door. */
import { OaError } from '../../../schemas/errors.js';
import { hadoopUser } from '../../storage/hadoop-user.js';

/** How the server's users speak to it; `hive` is Hive's own server and Spark's. */
export type ServerDialect = 'impala' | 'hive';

export interface HiveServer2Options {
  readonly dialect: ServerDialect;
  /** `host`, `host:port` or `[v6]:port`, tried in order. */
  readonly hosts: readonly string[];
  /** Of hosts without one. @default impala 21050 (http 28000), hive 10000 (http 10001) */
  readonly port?: number;
  /** Database of names that have none. It must exist. */
  readonly database?: string;
  /** @default impala `nosasl`, hive `plain` (what Hive calls NONE is `plain` too) */
  readonly auth?: 'nosasl' | 'plain';
  /** @default the system's user, as Hadoop's own client has it */
  readonly user?: string;
  /** @default `anonymous`, for servers that check none still refuse an empty one */
  readonly password?: string;
  /** @default `binary` */
  readonly transport?: 'binary' | 'http';
  /** @default `/cliservice` */
  readonly httpPath?: string;
  /** TLS, verified, the host's name too; PEM texts or buffers. `verify: false` is the only way not to. */
  readonly tls?: {
    /** Certificates to trust instead of the system's. */
    readonly ca?: string | Buffer;
    /** Certificate of this client, and its key. */
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    /** @default true */
    readonly verify?: boolean;
  };
  /** Options of each session: `request_pool`, `mem_limit`, `mapreduce.job.queuename` … */
  readonly options?: Readonly<Record<string, string>>;
  readonly timeouts?: {
    /** Milliseconds until a session is open, for each host. @default 30000 */
    readonly open?: number;
  };
  /** Rows that a page has at most. @default 2000 */
  readonly pageRows?: number;
}

/** Where a server is. */
export interface Host {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly server: string;
}

/** The options, checked, with defaults. */
export interface HiveServer2Settings {
  readonly dialect: ServerDialect;
  readonly hosts: readonly Host[];
  readonly auth: 'nosasl' | 'plain';
  readonly user: string;
  readonly password: string;
  readonly transport: 'binary' | 'http';
  readonly httpPath: string;
  readonly tls: HiveServer2Options['tls'];
  /** What a session is opened with. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly openMilliseconds: number;
  readonly pageRows: number;
}

const PORTS = { impala: { binary: 21050, http: 28000 }, hive: { binary: 10000, http: 10001 } } as const;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Both Hive and Spark replace `${…}` even inside literals, with variables of the server's environment too. Each knows
 * one of the names and takes the other one as it comes.
 */
const NO_SUBSTITUTION = {
  'set:hiveconf:hive.variable.substitute': 'false',
  'set:hiveconf:spark.sql.variable.substitute': 'false',
};

type Check = readonly [expected: string, isRight: (value: unknown) => boolean];

const isText = (value: unknown) => typeof value === 'string' && value !== '' && !value.includes('\0');
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const oneOf = (...values: string[]): Check => [values.join(' or '), (value) => values.includes(value as string)];
const upTo = (most: number): Check => [
  `an integer from 1 to ${most}`,
  (value) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most,
];
const pem: Check = ['PEM text or a buffer', (value) => typeof value === 'string' || Buffer.isBuffer(value)];
const texts: Check = [
  'names and their values, all texts',
  (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'string'),
];
const object: Check = ['an object', isRecord];

/** What each option is expected to be. A message never holds a value, which may be a secret. */
const CHECKS: Readonly<Record<keyof HiveServer2Options, Check>> = {
  dialect: oneOf('impala', 'hive'),
  hosts: ['a list of host, host:port or [v6]:port', (value) => Array.isArray(value) && value.length > 0],
  port: upTo(65535),
  database: ['letters, digits and _', matches(/^\w+$/)],
  auth: oneOf('nosasl', 'plain'),
  user: ['a name', isText],
  password: ['a text that is not empty', isText],
  transport: oneOf('binary', 'http'),
  httpPath: ['a path like /cliservice', matches(/^\/[\x21-\x7e]*$/)],
  tls: object,
  options: texts,
  timeouts: object,
  pageRows: upTo(1_000_000),
};
const TLS_CHECKS: Readonly<Record<string, Check>> = {
  ca: pem,
  cert: pem,
  key: pem,
  verify: ['true or false', (value) => typeof value === 'boolean'],
};
const TIMEOUT_CHECKS: Readonly<Record<string, Check>> = { open: upTo(LONGEST_TIMER) };

function problemsOf(values: object, checks: Readonly<Record<string, Check>>, prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (!Object.hasOwn(checks, key)) {
      return [`${prefix}${key}: is no option; expected ${Object.keys(checks).join(', ')}`];
    }
    const [expected, isRight] = checks[key]!;
    return value === undefined || isRight(value) ? [] : [`${prefix}${key}: expected ${expected}`];
  });
}

const HOST = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/;

/** @returns what was expected, where it is none */
function hostOf(text: unknown, otherwise: number): Host | string {
  const [, v6, name, digits] = (typeof text === 'string' && HOST.exec(text)) || [];
  const host = v6 ?? name;
  const port = digits === undefined ? otherwise : Number(digits);
  if (host === undefined || port < 1 || port > 65535) return 'hosts: expected host, host:port or [v6]:port';
  return { host, port, server: v6 === undefined ? `${host}:${port}` : `[${v6}]:${port}` };
}

/** @throws {OaError} `SETTINGS_INVALID`, which names the option and never its value */
export function checkHiveServer2Options(options: HiveServer2Options): HiveServer2Settings {
  const { dialect, transport = 'binary', tls, timeouts } = options;
  const problems = [
    ...problemsOf(options, CHECKS),
    ...problemsOf(isRecord(tls) ? tls : {}, TLS_CHECKS, 'tls.'),
    ...problemsOf(isRecord(timeouts) ? timeouts : {}, TIMEOUT_CHECKS, 'timeouts.'),
    ...(['dialect', 'hosts'] as const)
      .filter((key) => options[key] === undefined)
      .map((key) => `${key}: expected ${CHECKS[key][0]}`),
    ...((tls?.cert === undefined) === (tls?.key === undefined) ? [] : ['tls: expected cert and key, or neither']),
  ];
  if (problems.length === 0) {
    const hosts = options.hosts.map((host) => hostOf(host, options.port ?? PORTS[dialect][transport]));
    const wrong = hosts.find((host) => typeof host === 'string');
    if (wrong === undefined) return withDefaults(options, hosts as Host[]);
    problems.push(wrong);
  }
  throw new OaError('SETTINGS_INVALID', `HiveServer2: ${problems.join('; ')}`);
}

function withDefaults(options: HiveServer2Options, hosts: Host[]): HiveServer2Settings {
  const { dialect } = options;
  return {
    dialect,
    hosts,
    auth: options.auth ?? (dialect === 'impala' ? 'nosasl' : 'plain'),
    user: options.user ?? hadoopUser() ?? 'anonymous',
    password: options.password ?? 'anonymous',
    transport: options.transport ?? 'binary',
    httpPath: options.httpPath ?? '/cliservice',
    tls: options.tls,
    configuration: configurationOf(options),
    openMilliseconds: options.timeouts?.open ?? 30_000,
    pageRows: options.pageRows ?? 2000,
  };
}

/** A bare key reaches Hive's settings only, and Spark takes no notice of it; `set:hiveconf:` reaches both. */
function configurationOf({ dialect, database, options = {} }: HiveServer2Options): Record<string, string> {
  const named = Object.entries(options).map(([key, value]) => [
    dialect === 'impala' || /^(set|use):/.test(key) ? key : `set:hiveconf:${key}`,
    value,
  ]);
  return {
    ...(database !== undefined && { 'use:database': database }),
    ...Object.fromEntries(named),
    ...(dialect === 'hive' && NO_SUBSTITUTION),
  };
}
