/** What the servers read: two NameNodes that share their edits in a folder, or one alone; DataNodes with small blocks. */
import { createServer } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { SUPERUSER } from './hadoop.js';
import { KEY_STORE } from './key-store.js';

export type NameNodeId = 'nn1' | 'nn2';
export type DataNodeId = 'dn1' | 'dn2';

export type Properties = Readonly<Record<string, string | number | boolean>>;

export interface NameNodePorts {
  readonly rpc: number;
  readonly http: number;
  readonly https: number;
}

export interface DataNodePorts {
  readonly data: number;
  readonly http: number;
  readonly https: number;
  readonly ipc: number;
  readonly proxy: number;
}

export interface Layout {
  readonly folder: string;
  readonly nameNodes: ReadonlyMap<NameNodeId, NameNodePorts>;
  readonly dataNodes: ReadonlyMap<DataNodeId, DataNodePorts>;
  /** Port of the HttpFS, if there is one. */
  readonly httpFs: number | undefined;
}

const NAME_SERVICE = 'ns';
const HOST = '127.0.0.1';

/** Below the ports that systems give to outgoing connections, so that a server finds its own free when it restarts. */
const PORTS = [15_000, 32_000] as const;

/** Ports of the loopback that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > 100 * count) throw new Error(`No ${count} free ports between ${PORTS.join(' and ')}`);
    const port = randomInt(...PORTS);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });

const hostPort = (port: number) => `${HOST}:${port}`;

/** Without high availability the same properties stand without the NameNode's id. */
function nameNodeProperties({ folder, nameNodes }: Layout): Properties {
  const isHa = nameNodes.size > 1;
  const each = [...nameNodes].map(([id, { rpc, http, https }]) => {
    const suffix = isHa ? `.${NAME_SERVICE}.${id}` : '';
    return {
      [`dfs.namenode.rpc-address${suffix}`]: hostPort(rpc),
      [`dfs.namenode.http-address${suffix}`]: hostPort(http),
      [`dfs.namenode.https-address${suffix}`]: hostPort(https),
      [`dfs.namenode.name.dir${suffix}`]: `file://${folder}/${id}`,
    };
  });
  const ha = {
    'dfs.nameservices': NAME_SERVICE,
    [`dfs.ha.namenodes.${NAME_SERVICE}`]: [...nameNodes.keys()].join(','),
    'dfs.namenode.shared.edits.dir': `file://${folder}/shared`,
    [`dfs.client.failover.proxy.provider.${NAME_SERVICE}`]:
      'org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider',
    'dfs.client.failover.sleep.base.millis': 100,
    'dfs.client.failover.sleep.max.millis': 1000,
    'dfs.ha.fencing.methods': 'shell(/bin/true)',
    'dfs.ha.automatic-failover.enabled': false,
    'dfs.ha.tail-edits.period': 1,
    'dfs.ha.log-roll.period': 1,
  };
  return Object.assign({}, ...each, isHa ? ha : {}) as Properties;
}

const HDFS: Properties = {
  'dfs.namenode.datanode.registration.ip-hostname-check': false,
  'dfs.http.policy': 'HTTP_AND_HTTPS',
  // Small blocks: a test of some megabytes has many.
  'dfs.blocksize': '1m',
  'dfs.namenode.fs-limits.min-block-size': 4096,
  'dfs.namenode.acls.enabled': true,
  // GETDELEGATIONTOKEN without Kerberos.
  'dfs.namenode.delegation.token.always-use': true,
  // A dead DataNode is known as dead after 12 s, instead of 10 minutes.
  'dfs.heartbeat.interval': 1,
  'dfs.namenode.heartbeat.recheck-interval': 1000,
  'dfs.namenode.safemode.extension': 0,
  'dfs.namenode.safemode.min.datanodes': 1,
  // A DataNode that closes a file asks again so soon whether its last block is known; 400 by default.
  'dfs.client.block.write.locateFollowingBlock.initial.delay.ms': 20,
  'dfs.namenode.redundancy.interval.seconds': 1,
  // Page size of LISTSTATUS_BATCH.
  'dfs.ls.limit': 5,
};

const LOG4J = `log4j.rootLogger=INFO,console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
`;

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A configuration file of Hadoop, Hive or Tez. */
export const xml = (properties: Properties) =>
  `<configuration>\n${Object.entries(properties)
    .map(([name, value]) => `<property><name>${name}</name><value>${escaped(String(value))}</value></property>\n`)
    .join('')}</configuration>\n`;

/** Writes `conf`, and makes the folders that the servers look for. */
export async function writeConfiguration(layout: Layout): Promise<void> {
  const { folder, nameNodes, dataNodes, httpFs = 0 } = layout;
  const isHa = nameNodes.size > 1;
  const core: Properties = {
    'fs.defaultFS': isHa ? `hdfs://${NAME_SERVICE}` : `hdfs://${hostPort(nameNodes.get('nn1')!.rpc)}`,
    'hadoop.tmp.dir': join(folder, 'temp'),
    // `svc` may act for alice and bob; the others for all, as HttpFS and engines on top of HDFS do.
    'hadoop.proxyuser.svc.hosts': '*',
    'hadoop.proxyuser.svc.users': 'alice,bob',
    'hadoop.proxyuser.spot.hosts': '*',
    'hadoop.proxyuser.spot.users': '*',
    'hadoop.proxyuser.hive.hosts': '*',
    'hadoop.proxyuser.hive.users': '*',
    [`hadoop.proxyuser.${SUPERUSER}.hosts`]: '*',
    [`hadoop.proxyuser.${SUPERUSER}.users`]: '*',
  };
  const secure: Properties = {
    'ssl.server.keystore.location': join(folder, KEY_STORE.file),
    'ssl.server.keystore.type': KEY_STORE.type,
    'ssl.server.keystore.password': KEY_STORE.password,
    'ssl.server.keystore.keypassword': KEY_STORE.password,
  };
  const gateway: Properties = {
    'httpfs.http.hostname': HOST,
    'httpfs.http.port': httpFs,
    'httpfs.hadoop.config.dir': join(folder, 'conf'),
  };
  // Hadoop's servers exit without these, which the Maven jars lack.
  for (const path of ['conf', 'web/webapps/hdfs', 'web/webapps/datanode', 'log', 'temp'])
    await mkdir(join(folder, path), { recursive: true });
  const hdfs = { ...HDFS, ...nameNodeProperties(layout), 'dfs.replication': dataNodes.size };
  const files = { 'core-site': core, 'hdfs-site': hdfs, 'ssl-server': secure, 'httpfs-site': gateway };
  for (const [name, properties] of Object.entries(files))
    await writeFile(join(folder, 'conf', `${name}.xml`), xml(properties));
  await writeFile(join(folder, 'conf/log4j.properties'), LOG4J);
}

/** Options of a DataNode's command line; they differ between two DataNodes, whose other configuration is one. */
export function dataNodeOptions(folder: string, id: DataNodeId, ports: DataNodePorts): string[] {
  const properties: Properties = {
    'dfs.datanode.data.dir': `file://${folder}/${id}`,
    'dfs.datanode.address': hostPort(ports.data),
    'dfs.datanode.http.address': hostPort(ports.http),
    'dfs.datanode.https.address': hostPort(ports.https),
    'dfs.datanode.ipc.address': hostPort(ports.ipc),
    'dfs.datanode.http.internal-proxy.port': ports.proxy,
    // The host in the Location of redirects.
    'dfs.datanode.hostname': 'localhost',
  };
  return Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
}
