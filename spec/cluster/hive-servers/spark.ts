/** Spark's HiveServer2 (its "Thrift Server"), in one process, with an embedded metastore. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Properties } from '../configuration.js';
import { findJava } from '../jars.js';
import { sparkJars } from './jars.js';
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

const MAIN_CLASS = 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2';

/** Variables in statements are replaced, as by default: clients have to switch that off. */
export async function startSpark(options: HiveServerOptions): Promise<HiveServer> {
  const [java, jars] = [await findJava(options.env), await sparkJars(options.env)];
  return startServer(options, (place) => configure(options, place, java, jars));
}

async function configure(options: HiveServerOptions, place: Place, java: string, jars: string): Promise<Program> {
  const { folder, warehouse } = place;
  const [conf, temp] = [join(folder, 'conf'), join(folder, 'temp')];
  await writeFile(join(conf, 'log4j2.properties'), LOG4J);
  const properties: Properties = {
    'log4j2.configurationFile': join(conf, 'log4j2.properties'),
    'spark.master': 'local[2]',
    'spark.app.name': 'spot-dns-oa',
    'spark.ui.enabled': false,
    'spark.local.dir': temp,
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.sql.warehouse.dir': warehouse,
    // 200 by default, for clusters.
    'spark.sql.shuffle.partitions': 2,
    'spark.hadoop.javax.jdo.option.ConnectionURL': metastoreUrl(folder),
    ...options.settings,
  };
  return {
    name: 'spark',
    java,
    options: [
      ...javaOptions(options, place),
      // Without the second one LOAD DATA, INSERT and ADD PARTITION fail.
      ...['sun.nio.ch', 'java.net'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
      ...['-cp', `${conf}:${options.hdfs.folder}/conf:${jars}/*`, MAIN_CLASS],
      ...Object.entries(commonSettings(options, place)).flatMap(([name, value]) => [
        '--hiveconf',
        `${name}=${value}`,
      ]),
    ],
  };
}
