/**
 * A real HDFS on this machine: Hadoop from Maven Central with WebHDFS, one NameNode or two (one active, one standby),
 * one DataNode or two, all on free ports of the loopback. Needs Java 17, and Maven for the first start.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import {
  dataNodeOptions,
  freePorts,
  writeConfiguration,
  type DataNodeId,
  type Layout,
  type NameNodeId,
} from './configuration.js';
import { Daemons } from './daemons.js';
import { Hadoop, SUPERUSER } from './hadoop.js';
import { findJava, hadoopJars } from './jars.js';
import { httpFsAnswers, nameNodesOf, nameNodeState, type NameNodeState } from './jmx.js';
import { CERTIFICATE, makeKeyStore } from './key-store.js';

export type ServerId = NameNodeId | DataNodeId | 'httpfs';

export interface HdfsOptions {
  /** Two: high availability, `nn1` is active. Default 2. */
  readonly nameNodes?: 1 | 2;
  /** Default 1. Replication is the same number. */
  readonly dataNodes?: 1 | 2;
  /** Whether an HttpFS is there as well. Default no. */
  readonly httpFs?: boolean;
  /** Where `java`, `mvn` and the cache are looked for. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
}

const NAME_NODE = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
const HTTP_FS = 'org.apache.hadoop.fs.http.server.HttpFSServerWebServer';
const DATA_NODE = 'org.apache.hadoop.hdfs.server.datanode.DataNode';
const DFS_ADMIN = 'org.apache.hadoop.hdfs.tools.DFSAdmin';
const HA_ADMIN = 'org.apache.hadoop.hdfs.tools.DFSHAAdmin';
const FS_SHELL = 'org.apache.hadoop.fs.FsShell';

const READY_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 100;

export async function startHdfs({ nameNodes = 2, dataNodes = 1, httpFs, env }: HdfsOptions = {}): Promise<Hdfs> {
  const [java, jars] = [await findJava(env), await hadoopJars(env)];
  const ports = await freePorts(3 * nameNodes + 5 * dataNodes + 1);
  const port = () => ports.pop()!;
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-hdfs-'));
  const hdfs = new Hdfs(new Hadoop(java, jars, folder), {
    folder,
    nameNodes: new Map(
      (['nn1', 'nn2'] as const).slice(0, nameNodes).map((id) => [id, { rpc: port(), http: port(), https: port() }]),
    ),
    dataNodes: new Map(
      (['dn1', 'dn2'] as const)
        .slice(0, dataNodes)
        .map((id) => [id, { data: port(), http: port(), https: port(), ipc: port(), proxy: port() }]),
    ),
    httpFs: httpFs ? port() : undefined,
  });
  try {
    await hdfs.startAll();
  } catch (error) {
    await hdfs.stop();
    throw error;
  }
  return hdfs;
}

export class Hdfs {
  /** WebHDFS URLs, of `nn1` first. */
  readonly nameNodes: readonly string[];
  /** The same with https; their certificate is `certificate()`. */
  readonly secureNameNodes: readonly string[];
  /** URL of the HttpFS. */
  readonly httpFs: string | undefined;
  readonly user = SUPERUSER;
  /** Configuration, logs and data. */
  readonly folder: string;
  readonly #layout: Layout;
  readonly #hadoop: Hadoop;
  readonly #daemons: Daemons;

  /** @internal use `startHdfs` */
  constructor(hadoop: Hadoop, layout: Layout) {
    const ports = [...layout.nameNodes.values()];
    this.#hadoop = hadoop;
    this.#layout = layout;
    this.folder = layout.folder;
    this.#daemons = new Daemons(layout.folder);
    this.nameNodes = ports.map(({ http }) => `http://127.0.0.1:${http}`);
    this.secureNameNodes = ports.map(({ https }) => `https://127.0.0.1:${https}`);
    this.httpFs = layout.httpFs === undefined ? undefined : `http://127.0.0.1:${layout.httpFs}`;
  }

  /** @internal */
  async startAll(): Promise<void> {
    const { folder, nameNodes, dataNodes, httpFs } = this.#layout;
    await writeConfiguration(this.#layout);
    await Promise.all([
      makeKeyStore(this.#hadoop.java, folder),
      this.#hadoop.run(NAME_NODE, ...this.#identity('nn1'), '-format', '-force', '-nonInteractive'),
    ]);
    this.#start('nn1');
    for (const id of dataNodes.keys()) this.#start(id);
    if (httpFs !== undefined) this.#start('httpfs');
    if (nameNodes.size === 2) {
      await this.#until('nn1 to answer', ['nn1'], async () => (await this.#state('nn1')) !== null);
      await this.#hadoop.run(NAME_NODE, ...this.#identity('nn2'), '-bootstrapStandby', '-force', '-nonInteractive');
      this.#start('nn2');
      // The command asks the other one first.
      await this.#until('nn2 to answer', ['nn1', 'nn2'], async () => (await this.#state('nn2')) !== null);
      await this.#hadoop.run(HA_ADMIN, '-transitionToActive', 'nn1');
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
    if (active !== undefined) await this.#hadoop.run(HA_ADMIN, '-failover', active, other);
    else await this.#hadoop.run(HA_ADMIN, '-transitionToActive', '--forceactive', other);
    return other;
  }

  async safeMode(what: 'enter' | 'leave'): Promise<void> {
    await this.admin('-safemode', what);
  }

  /** `hdfs dfsadmin …`; gives its output. */
  admin(...options: string[]): Promise<string> {
    return this.#hadoop.run(DFS_ADMIN, ...options);
  }

  /** `hdfs dfs …`; gives its output. */
  shell(...options: string[]): Promise<string> {
    return this.#hadoop.run(FS_SHELL, ...options);
  }

  /** `hdfs dfs -cat path…`: the bytes as Hadoop's own client reads them, over RPC, one file after the other. */
  cat(...paths: string[]): Readable {
    // The shell would take these as a pattern.
    const literal = paths.map((path) => path.replace(/[\\*?[\]{}^]/g, '\\$&'));
    return this.#hadoop.stream(FS_SHELL, '-cat', ...literal);
  }

  /** PEM; the servers with https have one and the same, which nobody has signed. */
  certificate(): Promise<string> {
    return readFile(join(this.folder, CERTIFICATE), 'utf8');
  }

  /** Ends all servers, and removes their files. */
  stop(): Promise<void> {
    return this.#daemons.stop();
  }

  #runningNameNodes(): NameNodeId[] {
    return [...this.#layout.nameNodes.keys()].filter((id) => this.#daemons.isRunning(id));
  }

  #start(id: ServerId): void {
    const options = this.#hadoop.commandLine(...this.#program(id));
    this.#daemons.start(id, this.#hadoop.java, options, this.#hadoop.environment);
  }

  /** Main class and options of a server. */
  #program(id: ServerId): [string, ...string[]] {
    const { folder, dataNodes } = this.#layout;
    if (id === 'httpfs') return [HTTP_FS];
    if (id === 'nn1' || id === 'nn2') return [NAME_NODE, ...this.#identity(id)];
    return [DATA_NODE, ...dataNodeOptions(folder, id, dataNodes.get(id)!)];
  }

  /** With two NameNodes on one host neither can tell which of them it is. */
  #identity(id: NameNodeId): string[] {
    return this.#layout.nameNodes.size === 2 ? [`-Ddfs.ha.namenode.id=${id}`] : [];
  }

  #state(id: NameNodeId): Promise<NameNodeState | null> {
    return nameNodeState(this.#layout.nameNodes.get(id)!.http);
  }

  /** All running servers work and know of each other. */
  async #ready(): Promise<void> {
    const dataNodes = [...this.#layout.dataNodes].filter(([id]) => this.#daemons.isRunning(id));
    const nameNodes = this.#runningNameNodes();
    const servers: ServerId[] = [...nameNodes, ...dataNodes.map(([id]) => id)];
    if (this.httpFs) servers.push('httpfs');
    await this.#until('the servers to be ready', servers, async () => {
      const states = await Promise.all(nameNodes.map((id) => this.#state(id)));
      const inTouch = await Promise.all(dataNodes.map(([, { http }]) => nameNodesOf(http)));
      return (
        (!this.httpFs || (await httpFsAnswers(this.httpFs))) &&
        inTouch.every((count) => count >= nameNodes.length) &&
        states.every((state) => state !== null && state.isOperational && state.liveDataNodes >= dataNodes.length)
      );
    });
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
