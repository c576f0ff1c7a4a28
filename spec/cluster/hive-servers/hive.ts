/** Hive's own HiveServer2, in one process: Tez in local mode, an embedded metastore. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { xml, type Properties } from '../configuration.js';
import { findJava } from '../jars.js';
import { hiveJars } from './jars.js';
import {
  commonSettings,
  javaOptions,
  LOG4J,
  metastoreUrl,
  startServer,
  type HiveServer,
  type HiveServerOptions,
  type Place,
  type Program,
} from './server.js';

const MAIN_CLASS = 'org.apache.hive.service.server.HiveServer2';

/** Of `java.base`, into which Hive and Tez look. */
const OPENED = [
  ...['java.lang', 'java.lang.reflect', 'java.lang.invoke', 'java.io', 'java.net', 'java.nio', 'java.util'],
  ...['java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.regex', 'java.time', 'java.text'],
  ...['java.math', 'sun.nio.ch', 'sun.nio.cs', 'sun.security.action', 'sun.util.calendar', 'jdk.internal.ref'],
];

/** Variables in statements are replaced, as by default: clients have to switch that off. */
export async function startHive(options: HiveServerOptions): Promise<HiveServer> {
  const [java, jars] = [await findJava(options.env), await hiveJars(options.env)];
  return startServer(options, (place) => configure(options, place, java, jars));
}

async function configure(options: HiveServerOptions, place: Place, java: string, jars: string): Promise<Program> {
  const { folder } = place;
  const conf = join(folder, 'conf');
  await writeFile(join(conf, 'hive-log4j2.properties'), LOG4J);
  await writeFile(join(conf, 'hive-site.xml'), xml({ ...hiveSite(options, place), ...options.settings }));
  await writeFile(join(conf, 'tez-site.xml'), xml(TEZ_SITE));
  return {
    name: 'hive',
    java,
    options: [
      ...javaOptions(options, place),
      ...OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ...['-cp', `${conf}:${options.hdfs.folder}/conf:${jars}/*`, MAIN_CLASS],
    ],
  };
}

function hiveSite(options: HiveServerOptions, place: Place): Properties {
  const { folder, warehouse } = place;
  const local = (name: string) => join(folder, 'temp', name);
  return {
    ...commonSettings(options, place),
    // Else a server that cannot start tries again for half an hour.
    'hive.server2.max.start.attempts': 1,
    'hive.server2.webui.port': -1,
    'hive.server2.support.dynamic.service.discovery': false,
    'hive.server2.active.passive.ha.enable': false,
    'hive.server2.tez.initialize.default.sessions': false,
    'hive.server2.materializedviews.registry.impl': 'DUMMY',
    'hive.server2.metrics.enabled': false,
    'hive.server2.logging.operation.log.location': local('operation-logs'),
    'javax.jdo.option.ConnectionURL': metastoreUrl(folder),
    'datanucleus.schema.autoCreateAll': true,
    'hive.metastore.schema.verification': false,
    'hive.metastore.uris': '',
    'hive.metastore.event.db.notification.api.auth': false,
    'hive.metastore.metrics.enabled': false,
    'hive.metastore.warehouse.dir': join(warehouse, 'managed'),
    'hive.metastore.warehouse.external.dir': join(warehouse, 'external'),
    'hive.exec.local.scratchdir': local('scratch'),
    'hive.downloaded.resources.dir': local('resources'),
    'hive.querylog.location': local('query-log'),
    'hive.execution.engine': 'tez',
    'tez.local.mode': true,
    'hive.exec.submit.local.task.via.child': false,
    // With it, after one query that failed while it read Parquet, others answer 0 rows and no error (Tez local mode).
    'hive.vectorized.execution.enabled': false,
    'hive.support.concurrency': false,
    'hive.txn.manager': 'org.apache.hadoop.hive.ql.lockmgr.DummyTxnManager',
    'hive.stats.autogather': false,
    'hive.notification.event.poll.interval': '0s',
    'hive.compactor.initiator.on': false,
    'hive.scheduled.queries.executor.enabled': false,
  };
}

const TEZ_SITE: Properties = {
  'tez.local.mode': true,
  'tez.runtime.optimize.local.fetch': true,
  // On HDFS.
  'tez.staging-dir': '/tmp/tez',
  'tez.ignore.lib.uris': true,
  'tez.runtime.io.sort.mb': 16,
  'tez.am.inline.task.execution.max-tasks': 2,
};
