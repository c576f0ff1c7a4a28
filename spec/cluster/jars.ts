/** Java 17 of this machine, and Hadoop's jars: fetched once by Maven into a cache folder outside the tree. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageFile } from '../../lib/package-root.js';

const run = promisify(execFile);

const HADOOP_VERSION = '3.4.2';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
/** Each download is tried again; `-U` forgets what could not be found the last time. */
const PATIENT = ['-U', '-Dmaven.wagon.http.retryHandler.count=5', '-Daether.connector.http.retryHandler.count=5'];
/** What was fetched stays in Maven's own repository, so each call has less to do. */
const MAVEN_TRIES = 3;
const MAVEN_PAUSE_MILLISECONDS = 5000;
const ADVICE = 'on Debian or Ubuntu: apt-get install openjdk-17-jre-headless maven';

/** First line of `java -version`, or why it did not run. */
async function versionOf(java: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stderr } = await run(java, ['-version'], { env });
    return stderr.split('\n', 1)[0]!;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Path of a Java 17: of the `PATH`, of `JAVA_HOME`, or where Debian installs it. Hadoop 3.4 does not run on 24 and
 * newer, which have no security manager.
 * @param folder where installed ones lie
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env, folder = '/usr/lib/jvm'): Promise<string> {
  const installed = await readdir(folder).catch((): string[] => []);
  const homes = [
    env.JAVA_HOME ?? '',
    ...installed.filter((name) => name.includes('17')).map((name) => join(folder, name)),
  ];
  const candidates = ['java', ...homes.filter((home) => home !== '').map((home) => join(home, 'bin', 'java'))];
  const seen: string[] = [];
  for (const java of candidates) {
    const version = await versionOf(java, env);
    if (/ version "17[."]/.test(version)) return java;
    seen.push(`${java}: ${version}`);
  }
  throw new Error(`The cluster tests need Java 17 (${ADVICE}); found:\n${seen.join('\n')}`);
}

/** Folder with Hadoop's jars. The first call on a machine downloads 65 MB. */
export function hadoopJars(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const what = `Hadoop ${HADOOP_VERSION}`;
  return cached(`hadoop-${HADOOP_VERSION}`, env, (folder) => copyJars(what, 'spec/cluster/pom.xml', folder, env));
}

/** A folder of the cache, outside the tree. When it is missing, it is filled under another name and then appears. */
export async function cached(
  name: string,
  env: NodeJS.ProcessEnv,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spot-dns-oa');
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    await fill(unfinished);
    // Another process may have been faster; its folder holds the same.
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Copies what a pom of this package needs at run time into the folder. */
export async function copyJars(
  what: string,
  pom: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  without: readonly string[] = [],
): Promise<void> {
  const options = ['-q', '-B', '-f', packageFile(pom), COPY, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  if (without.length > 0) options.push(`-DexcludeArtifactIds=${without.join(',')}`);
  for (let tries = 1; ; tries++) {
    try {
      await run('mvn', [...options, ...PATIENT], { env, maxBuffer: 1 << 26 });
      return;
    } catch (error) {
      const { code, stdout = '', message } = error as NodeJS.ErrnoException & { stdout?: string };
      if (code === 'ENOENT')
        throw new Error(`The cluster tests need Maven, and there is no mvn (${ADVICE})`, { cause: error });
      if (tries === MAVEN_TRIES)
        throw new Error(`Maven could not fetch ${what}: ${message}\n${stdout}`, { cause: error });
      await wait(tries * MAVEN_PAUSE_MILLISECONDS);
    }
  }
}
