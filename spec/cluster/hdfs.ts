/**
 * A real HDFS on this machine: Hadoop from Maven Central with WebHDFS, one NameNode or two (one active, one standby),
 * one DataNode or two, all on free ports of the loopback. Needs Java 17, and Maven for the first start.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  dataNodeOptions,
  freePorts,
  writeConfiguration,
  type DataNodeId,
  type DataNodePorts,
  type NameNodeId,
  type NameNodePorts,
} from './configuration.js';
import { Daemons } from './daemons.js';
import { findJava, hadoopJars } from './jars.js';
import { nameNodesOf, nameNodeState, type NameNodeState } from './jmx.js';

const run = promisify(execFile);

export type ServerId = NameNodeId | DataNodeId;

export interface HdfsOptions {
  /** Two: high availability, `nn1` is active. Default 2. */
  readonly nameNodes?: 1 | 2;
  /** Default 1. Replication is the same number. */
  readonly dataNodes?: 1 | 2;
  /** Where `java`, `mvn` and the cache are looked for. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
}

const NAME_NODE = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
const DATA_NODE = 'org.apache.hadoop.hdfs.server.datanode.DataNode';
const DFS_ADMIN = 'org.apache.hadoop.hdfs.tools.DFSAdmin';
const HA_ADMIN = 'org.apache.hadoop.hdfs.tools.DFSHAAdmin';
const FS_SHELL = 'org.apache.hadoop.fs.FsShell';

const READY_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 100;

/** Whoever starts the servers, their superuser has this name. */
const SUPERUSER = 'hdfs';

export async function startHdfs({ nameNodes = 2, dataNodes = 1, env }: HdfsOptions = {}): Promise<Hdfs> {
  const [java, jars] = [await findJava(env), await hadoopJars(env)];
  const ports = await freePorts(2 * nameNodes + 4 * dataNodes);
  const port = () => ports.pop()!;
  const layout: Layout = {
    java,
    jars,
    folder: await mkdtemp(join(tmpdir(), 'spot-dns-oa-hdfs-')),
    nameNodes: new Map(
      (['nn1', 'nn2'] as const).slice(0, nameNodes).map((id) => [id, { rpc: port(), http: port() }]),
    ),
    dataNodes: new Map(
      (['dn1', 'dn2'] as const)
        .slice(0, dataNodes)
        .map((id) => [id, { data: port(), http: port(), ipc: port(), proxy: port() }]),
    ),
  };
  const hdfs = new Hdfs(layout);
  try {
    await hdfs.startAll();
  } catch (error) {
    await hdfs.stop();
    throw error;
  }
  return hdfs;
}

interface Layout {
  readonly java: string;
  readonly jars: string;
  readonly folder: string;
  readonly nameNodes: ReadonlyMap<NameNodeId, NameNodePorts>;
  readonly dataNodes: ReadonlyMap<DataNodeId, DataNodePorts>;
}

export class Hdfs {
  /** WebHDFS URLs, of `nn1` first. */
  readonly nameNodes: readonly string[];
  readonly user = SUPERUSER;
  /** Configuration, logs and data. */
  readonly folder: string;
  readonly #layout: Layout;
  readonly #daemons: Daemons;

  /** @internal use `startHdfs` */
  constructor(layout: Layout) {
    this.#layout = layout;
    this.folder = layout.folder;
    this.#daemons = new Daemons(layout.folder);
    this.nameNodes = [...layout.nameNodes.values()].map(({ http }) => `http://127.0.0.1:${http}`);
  }

  /** @internal */
  async startAll(): Promise<void> {
    const { folder, nameNodes, dataNodes } = this.#layout;
    await writeConfiguration(folder, { nameNodes, replication: dataNodes.size });
    await this.#java(NAME_NODE, ...this.#identity('nn1'), '-format', '-force', '-nonInteractive');
    this.#start('nn1');
    for (const id of dataNodes.keys()) this.#start(id);
    if (nameNodes.size === 2) {
      await this.#until('nn1 to answer', ['nn1'], async () => (await this.#state('nn1')) !== null);
      await this.#java(NAME_NODE, ...this.#identity('nn2'), '-bootstrapStandby', '-force', '-nonInteractive');
      this.#start('nn2');
      // The command asks the other one first.
      await this.#until('nn2 to answer', ['nn1', 'nn2'], async () => (await this.#state('nn2')) !== null);
      await this.#java(HA_ADMIN, '-transitionToActive', 'nn1');
    }
    await this.#ready();
  }

  /** SIGKILL: what a lost machine looks like. */
  kill(id: ServerId): Promise<void> {
    return this.#daemons.end(id, 'SIGKILL');
  }

  /** Ends the server in order if it runs, starts it, and waits until it works. A NameNode of two comes as standby. */
  async restart(id: ServerId): Promise<void> {
    await this.#daemons.end(id, 'SIGTERM');
    this.#start(id);
    await this.#ready();
  }

  /** The NameNode that serves; undefined while none does. */
  async active(): Promise<NameNodeId | undefined> {
    for (const id of this.#runningNameNodes()) if ((await this.#state(id))?.role === 'active') return id;
    return undefined;
  }

  /** Makes the other NameNode active, by command if the active one lives, else by force. Gives the new active one. */
  async failover(): Promise<NameNodeId> {
    const active = await this.active();
    const other = this.#runningNameNodes().find((id) => id !== active);
    if (other === undefined) throw new Error('A failover needs a second NameNode that runs');
    if (active !== undefined) await this.#java(HA_ADMIN, '-failover', active, other);
    else await this.#java(HA_ADMIN, '-transitionToActive', '--forceactive', other);
    return other;
  }

  async safeMode(what: 'enter' | 'leave'): Promise<void> {
    await this.admin('-safemode', what);
  }

  /** Space quota of a folder in bytes, all replicas counted; HDFS checks it when it allocates a block. */
  async quota(path: string, bytes: number): Promise<void> {
    await this.admin('-setSpaceQuota', String(bytes), path);
  }

  /** `hdfs dfsadmin …`; gives its output. */
  admin(...options: string[]): Promise<string> {
    return this.#java(DFS_ADMIN, ...options);
  }

  /** `hdfs dfs …`; gives its output. */
  shell(...options: string[]): Promise<string> {
    return this.#java(FS_SHELL, ...options);
  }

  /** `hdfs dfs -cat path…`: the bytes as Hadoop's own client reads them, over RPC, one file after the other. */
  cat(...paths: string[]): Readable {
    // The shell would take these as a pattern.
    const literal = paths.map((path) => path.replace(/[\\*?[\]{}^]/g, '\\$&'));
    const child = spawn(this.#layout.java, this.#options(FS_SHELL, '-cat', ...literal), { env: this.#environment() });
    return Readable.from(outputOf(child), { objectMode: false });
  }

  /** Ends all servers, and removes their files. */
  stop(): Promise<void> {
    return this.#daemons.stop();
  }

  #runningNameNodes(): NameNodeId[] {
    return [...this.#layout.nameNodes.keys()].filter((id) => this.#daemons.isRunning(id));
  }

  #start(id: ServerId): void {
    const { folder, java, dataNodes } = this.#layout;
    const options =
      id === 'nn1' || id === 'nn2'
        ? this.#options(NAME_NODE, ...this.#identity(id))
        : this.#options(DATA_NODE, ...dataNodeOptions(folder, id, dataNodes.get(id)!));
    this.#daemons.start(id, java, options, this.#environment());
  }

  /** With two NameNodes on one host neither can tell which of them it is. */
  #identity(id: NameNodeId): string[] {
    return this.#layout.nameNodes.size === 2 ? [`-Ddfs.ha.namenode.id=${id}`] : [];
  }

  #options(mainClass: string, ...options: string[]): string[] {
    const { folder, jars } = this.#layout;
    return [
      // Without it every WebHDFS request ends in NoClassDefFoundError.
      '--add-opens=java.base/java.lang=ALL-UNNAMED',
      ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'],
      `-Dhadoop.log.dir=${folder}/logs`,
      `-Djava.io.tmpdir=${folder}/tmp`,
      ...['-cp', `${folder}/conf:${folder}/web:${jars}/*`, mainClass],
      ...options,
    ];
  }

  #environment(): NodeJS.ProcessEnv {
    // Java takes the encoding of its arguments from the locale.
    return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HADOOP_USER_NAME: SUPERUSER };
  }

  async #java(mainClass: string, ...options: string[]): Promise<string> {
    try {
      const { stdout } = await run(this.#layout.java, this.#options(mainClass, ...options), {
        env: this.#environment(),
      });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      const name = mainClass.slice(mainClass.lastIndexOf('.') + 1);
      throw new Error(`${name} ${options.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }

  #state(id: NameNodeId): Promise<NameNodeState | null> {
    return nameNodeState(this.#layout.nameNodes.get(id)!.http);
  }

  /** All running servers work and know of each other. */
  async #ready(): Promise<void> {
    const dataNodes = [...this.#layout.dataNodes].filter(([id]) => this.#daemons.isRunning(id));
    const nameNodes = this.#runningNameNodes();
    const check = async () => {
      const states = await Promise.all(nameNodes.map((id) => this.#state(id)));
      const inTouch = await Promise.all(dataNodes.map(([, { http }]) => nameNodesOf(http)));
      return (
        inTouch.every((count) => count >= nameNodes.length) &&
        states.every((state) => state !== null && state.isOperational && state.liveDataNodes >= dataNodes.length)
      );
    };
    await this.#until('the servers to be ready', [...nameNodes, ...dataNodes.map(([id]) => id)], check);
  }

  async #until(what: string, servers: readonly ServerId[], check: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + READY_MILLISECONDS;
    while (!(await check())) {
      const gone = servers.find((id) => !this.#daemons.isRunning(id));
      if (gone === undefined && Date.now() < end) {
        await wait(POLL_MILLISECONDS);
        continue;
      }
      const logs = await Promise.all(servers.map((id) => this.#daemons.tail(id)));
      const why = gone === undefined ? `waited ${READY_MILLISECONDS / 1000} s` : `${gone} has ended`;
      throw new Error(`HDFS: waiting for ${what}: ${why}. Last lines of the logs:\n${logs.join('\n')}`);
    }
  }
}

async function* outputOf(child: ChildProcess): AsyncGenerator<Buffer> {
  const exit = once(child, 'exit');
  const errors = text(child.stderr!);
  yield* child.stdout as AsyncIterable<Buffer>;
  const [status] = (await exit) as [number | null];
  if (status !== 0) throw new Error(`hdfs dfs -cat ended with ${status}: ${await errors}`);
}
