/** Hive's own client, out of Spark's jars: what it reads was not written by this library's. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findJava } from '../jars.js';
import { sparkJars } from './jars.js';

const OPTIONS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'];
const FORMAT = ['--silent=true', '--outputformat=tsv2', '--showHeader=false'];
const PROMPT = /^(?:[\d:. ]*jdbc:[^>]*> )+/;

const PATIENCE = 120_000;

/**
 * Runs statements in one session.
 * @param session of the JDBC URL: `auth=noSasl`; empty for PLAIN
 * @returns rows of all of them, columns parted by tabs
 */
export async function beeline(port: number, session: string, ...statements: string[]): Promise<string[]> {
  const [java, jars] = [await findJava(), await sparkJars()];
  const url = `jdbc:hive2://127.0.0.1:${port}/;${session}`;
  const running = promisify(execFile)(
    java,
    [
      ...OPTIONS,
      ...['-cp', `${jars}/*`, 'org.apache.hive.beeline.BeeLine', ...FORMAT, '-u', url, '-n', 'spot', '-p', 'any'],
      // Without its semicolon a statement is thought to go on in the standard input.
      ...statements.flatMap((statement) => ['-e', `${statement};`]),
    ],
    { timeout: PATIENCE },
  );
  running.child.stdin?.end();
  const { stdout } = await running;
  return stdout
    .split('\n')
    .map((line) => line.replace(PROMPT, ''))
    .filter((line) => line.trim() !== '');
}
