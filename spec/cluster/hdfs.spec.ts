import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { packageFile } from '../../lib/package-root.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';
import { FETCH_MILLISECONDS } from './cluster.js';
import { Daemons } from './daemons.js';
import { findJava, hadoopJars } from './jars.js';
import { startHdfs } from './hdfs.js';
import { processesWith, until } from './processes.js';

const answers = (url: string) =>
  fetch(`${url}/jmx`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  );

describe('startHdfs', () => {
  const temporary = temporaryFolder();

  // Not by three processes at once.
  beforeAll(async () => void (await hadoopJars()), FETCH_MILLISECONDS);

  async function startAndEnd(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const folder = `${temporary.path}/${signal}`;
    await mkdir(folder);
    const child = spawn(process.execPath, [packageFile('dist/spec/cluster/start.js'), '--name-nodes', '1'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    expect(line).toMatch(/^HDFS_URL=http:\/\/127\.0\.0\.1:\d+$/);
    const url = line.slice('HDFS_URL='.length);
    expect(await answers(url)).toBe(true);
    expect((await processesWith(folder)).length).toBeGreaterThan(2);
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    await until(async () => !(await answers(url)));
    await until(async () => (await readdir(folder)).length === 0);
    expect(await processesWith(folder)).toEqual([]);
  }

  it('leaves no process and no file, however `npm run cluster` is ended', async () => {
    await Promise.all((['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map(startAndEnd));
  });

  it('says what Java said when a server does not start', async () => {
    const cache = `${temporary.path}/spot-dns-oa`;
    await mkdir(`${cache}/hadoop-3.4.2`, { recursive: true });
    const env = { ...process.env, XDG_CACHE_HOME: temporary.path };
    await expect(startHdfs({ env })).rejects.toThrow(/NameNode .*-format.* failed[^]*ClassNotFoundException/);
  });
});

describe('the processes of a cluster', () => {
  const temporary = temporaryFolder();

  it('have a log each, whose end is told', async () => {
    const daemons = new Daemons(temporary.path);
    daemons.start('one', 'sh', ['-c', 'seq 100; echo broken >&2'], process.env);
    await until(() => !daemons.isRunning('one'));
    expect(await daemons.tail('one')).toMatch(/^one:\n[^]*99\n100\nbroken$/);
    await daemons.stop();
  });

  it('may be missing', async () => {
    const daemons = new Daemons(temporary.path);
    daemons.start('one', `${temporary.path}/missing`, [], process.env);
    await until(() => !daemons.isRunning('one'));
    await daemons.stop();
    await daemons.stop();
  });
});

describe('without Java or Maven', () => {
  const temporary = temporaryFolder();
  const env = () => ({ PATH: temporary.path, XDG_CACHE_HOME: temporary.path });

  it('the message says how to get Maven', async () => {
    await expect(hadoopJars(env())).rejects.toThrow(/need Maven.*apt-get install .*maven/);
    expect(await readdir(`${temporary.path}/spot-dns-oa`)).toEqual([]);
  });

  it('the message says how to get Java, and what was found', async () => {
    const failure = await findJava({ ...env(), JAVA_HOME: temporary.path }, temporary.path).catch(String);
    expect(failure).toMatch(/need Java 17.*apt-get install .*openjdk-17/);
    expect(failure).toContain(`${temporary.path}/bin/java: `);
  });
});
