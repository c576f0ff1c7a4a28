/** The jars of the two HiveServer2 servers, fetched once each: Hive's by Maven, Spark's out of its Python package. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, copyJars } from '../jars.js';

const run = promisify(execFile);

const HIVE_VERSION = '4.0.1';
const SPARK_VERSION = '3.5.8';
/** Second loggers, and classes that others hold already. */
const SPARE = ['slf4j-log4j12', 'slf4j-reload4j', 'log4j', 'hadoop-client-api', 'apache-curator'];
const ADVICE = 'on Debian or Ubuntu: apt-get install python3 python3-pip python3-venv';

/** Folder with the jars of Hive's server. The first call on a machine downloads 274 MB. */
export function hiveJars(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const pom = 'spec/cluster/hive-servers/pom.xml';
  return cached(`hive-${HIVE_VERSION}`, env, (folder) => copyJars(`Hive ${HIVE_VERSION}`, pom, folder, env, SPARE));
}

/** Folder with the jars of Spark. The first call on a machine downloads 318 MB. */
export function sparkJars(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return cached(`spark-${SPARK_VERSION}`, env, (folder) => unpackSpark(folder, env));
}

async function unpackSpark(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const name = `pyspark-${SPARK_VERSION}`;
  const download = ['download', '--quiet', '--no-deps', '--no-binary', ':all:', '--retries', '10'];
  await pip([...download, '--dest', folder, `pyspark==${SPARK_VERSION}`], env);
  const archive = join(folder, `${name}.tar.gz`);
  await run('tar', ['-xzf', archive, '-C', folder, '--strip-components=3', `${name}/deps/jars`], { env });
  await rm(archive);
}

async function pip(options: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run('python3', ['-m', 'pip', ...options], { env });
  } catch (error) {
    const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT' || stderr.includes('No module named pip'))
      throw new Error(`Spark's server needs Python's pip, and there is none (${ADVICE})`, { cause: error });
    throw new Error(`pip could not fetch Spark ${SPARK_VERSION}: ${message}`, { cause: error });
  }
}
