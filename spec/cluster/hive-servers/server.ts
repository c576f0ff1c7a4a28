/** What is common to Hive's and Spark's HiveServer2: a process on a free port of the loopback, on top of an HDFS. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { webHdfsStorage } from '../../../lib/storage/webhdfs.js';
import { freePorts, type Properties } from '../configuration.js';
import { Daemons } from '../daemons.js';
import type { Hdfs } from '../hdfs.js';
import { KEY_STORE } from '../key-store.js';

export interface HiveServerOptions {
  readonly hdfs: Hdfs;
  /** As whom it works on HDFS: one who may act for others there, `hive` or `spot`. @default 'hive' */
  readonly user?: string;
  /** `plain`: any user with any password that is not empty. @default 'nosasl' */
  readonly auth?: 'nosasl' | 'plain';
  /** With the certificate of the HDFS, `hdfs.certificate()`. @default false */
  readonly tls?: boolean;
  /** Whether Java takes its time to compile: twice the work at the start, faster afterwards. @default false */
  readonly thorough?: boolean;
  /** Of the server's configuration. */
  readonly settings?: Properties;
  /** Where `java`, `mvn`, `python3` and the cache are looked for. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
}

/** Where one server has its files. */
export interface Place {
  readonly port: number;
  /** On this machine; it goes with the server. */
  readonly folder: string;
  /** On HDFS; nobody else has it. */
  readonly warehouse: string;
}

export interface Program {
  readonly name: 'hive' | 'spark';
  readonly java: string;
  /** The command line after `java`. */
  readonly options: readonly string[];
}

const HOST = '127.0.0.1';
/** On a busy machine; else five seconds. */
const READY_MILLISECONDS = 120_000;
const POLL_MILLISECONDS = 100;

/** What both servers take under these names. Binary only: over HTTP both listen on every interface. */
export function commonSettings({ auth, tls, hdfs }: HiveServerOptions, { port }: Place): Properties {
  const secure: Properties = {
    'hive.server2.use.SSL': true,
    'hive.server2.keystore.path': join(hdfs.folder, KEY_STORE.file),
    'hive.server2.keystore.password': KEY_STORE.password,
  };
  return {
    'hive.server2.thrift.bind.host': HOST,
    'hive.server2.thrift.port': port,
    // Whoever opens a session, the server's user does the work.
    'hive.server2.enable.doAs': false,
    'hive.server2.authentication': auth === 'plain' ? 'NONE' : 'NOSASL',
    ...(tls ? secure : {}),
  };
}

/** Options of every Java: temporary files and the metastore's log lie in the server's folder. */
export const javaOptions = ({ thorough }: HiveServerOptions, { folder }: Place): string[] => [
  ...['-Xmx1g', '-XX:+UseSerialGC', '-Djava.net.preferIPv4Stack=true'],
  ...(thorough ? [] : ['-XX:TieredStopAtLevel=1']),
  `-Djava.io.tmpdir=${join(folder, 'temp')}`,
  `-Dderby.system.home=${join(folder, 'temp')}`,
  // The metastore is to outlive the server, not the machine.
  '-Dderby.system.durability=test',
];

/** Tables are known again after a restart. */
export const metastoreUrl = (folder: string): string =>
  `jdbc:derby:;databaseName=${join(folder, 'metastore')};create=true`;

/** Logs to standard error, warnings and worse. */
export const LOG4J = `rootLogger.level = warn
rootLogger.appenderRef.c.ref = console
appender.c.type = Console
appender.c.name = console
appender.c.target = SYSTEM_ERR
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
`;

export async function startServer(
  { hdfs, user = 'hive' }: HiveServerOptions,
  configure: (place: Place) => Promise<Program>,
): Promise<HiveServer> {
  const [port] = (await freePorts(1)) as [number];
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-hs2-'));
  const server = new HiveServer({ port, folder, warehouse: `/user/${user}/${basename(folder)}` }, user);
  try {
    for (const name of ['conf', 'temp']) await mkdir(join(folder, name));
    await makeHome(hdfs, user);
    await server.start(await configure(server.place));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** What an administrator makes for the server's user. */
async function makeHome({ nameNodes, user: superuser }: Hdfs, user: string): Promise<void> {
  const { client } = webHdfsStorage({ nameNodes: [...nameNodes], user: superuser });
  await client.mkdirs('/tmp');
  await client.setPermission('/tmp', '1777');
  await client.mkdirs(`/user/${user}`);
  await client.setOwner(`/user/${user}`, { owner: user });
}

export class HiveServer {
  readonly host = HOST;
  readonly port: number;
  /** @internal */
  readonly place: Place;
  readonly #user: string;
  readonly #daemons: Daemons;
  #program: Program | undefined;

  /** @internal use `startHive` or `startSpark` */
  constructor(place: Place, user: string) {
    this.place = place;
    this.port = place.port;
    this.#user = user;
    this.#daemons = new Daemons(place.folder);
  }

  /** @internal */
  async start(program: Program): Promise<void> {
    this.#program = program;
    const { name, java, options } = program;
    const env = {
      PATH: process.env.PATH,
      LC_ALL: 'C.UTF-8',
      HOME: this.place.folder,
      HADOOP_USER_NAME: this.#user,
      // Else Spark gives the outer interface's address to its parts.
      SPARK_LOCAL_IP: HOST,
    };
    this.#daemons.start(name, java, options, env);
    for (const end = Date.now() + READY_MILLISECONDS; !(await answers(this.port)); await wait(POLL_MILLISECONDS)) {
      const isGone = !this.#daemons.isRunning(name);
      if (!isGone && Date.now() < end) continue;
      const why = isGone ? 'it has ended' : `waited ${READY_MILLISECONDS / 1000} s`;
      throw new Error(`The server does not answer: ${why}. Last lines of its log:\n${await this.tail()}`);
    }
  }

  /** SIGKILL: what a lost machine looks like. */
  kill(): Promise<void> {
    return this.#daemons.end(this.#program!.name, 'SIGKILL');
  }

  /** Ends it in order if it runs, and starts it again on the same port, with the same tables. */
  async restart(): Promise<void> {
    await this.#daemons.end(this.#program!.name, 'SIGTERM');
    await this.start(this.#program!);
  }

  /** Last lines of its log. */
  tail(): Promise<string> {
    return this.#daemons.tail(this.#program!.name);
  }

  /** Ends it, and removes its files on this machine. */
  stop(): Promise<void> {
    return this.#daemons.stop();
  }
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, HOST);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
