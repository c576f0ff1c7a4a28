/** The two HiveServer2 themselves, asked by Hive's own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { createInterface } from 'node:readline/promises';
import { connect as secureConnect } from 'node:tls';
import { packageFile } from '../../lib/package-root.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';
import { cluster, FETCH_MILLISECONDS } from './cluster.js';
import { beeline } from './hive-servers/beeline.js';
import { startHive } from './hive-servers/hive.js';
import { hiveJars, sparkJars } from './hive-servers/jars.js';
import type { HiveServer } from './hive-servers/server.js';
import { startSpark } from './hive-servers/spark.js';
import { addressesOf, processesWith, until } from './processes.js';

const NO_SASL = 'auth=noSasl';
const LOOPBACK = /^(0100007F|0000000000000000FFFF00000100007F)$/;

/** States of a login by SASL over Thrift. */
const [START, COMPLETE, TAKEN] = [1, 2, 5];

function saslMessage(state: number, text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(state);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

const at = cluster();

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

async function expectLoopbackOnly({ place }: HiveServer): Promise<void> {
  const addresses = (await Promise.all((await processesWith(place.folder)).map(addressesOf))).flat();
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((address) => !LOOPBACK.test(address))).toEqual([]);
}

describe.each([
  ['Hive', startHive],
  ['Spark', startSpark],
])('%s’s server', (_, start) => {
  let server: HiveServer;
  const sql = (...statements: string[]) => beeline(server.port, NO_SASL, ...statements);
  beforeAll(async () => {
    server = await start({ hdfs: at.hdfs });
  }, FETCH_MILLISECONDS);
  afterAll(() => server?.stop());

  it('works on HDFS as the user hive, whoever asks', async () => {
    const [storage, folder] = [at.storage(), at.newFolder()];
    await storage.client.mkdirs(folder);
    await storage.client.setOwner(folder, { owner: 'hive' });
    const rows = await sql(
      `CREATE EXTERNAL TABLE t (a STRING) PARTITIONED BY (d TINYINT) STORED AS PARQUET LOCATION '${folder}'`,
      `INSERT INTO t PARTITION (d=8) VALUES ('kept')`,
      'SELECT a, d FROM t',
    );
    expect(rows).toEqual(['kept\t8']);
    expect(await storage.client.stat(`${folder}/d=8`)).toMatchObject({ owner: 'hive' });
  });

  it('replaces variables in statements, as servers do by default', async () => {
    expect(await sql(`SELECT '\${env:HOME}'`)).toEqual([server.place.folder]);
  });

  it('has the same tables when it was killed and came back', async () => {
    await server.kill();
    expect(await answers(server.port)).toBe(false);
    await server.restart();
    expect(await sql('SELECT a, d FROM t')).toEqual(['kept\t8']);
  });

  it('listens on the loopback only', () => expectLoopbackOnly(server));

  it('leaves no process and no file', async () => {
    const { folder } = server.place;
    await server.stop();
    expect(await answers(server.port)).toBe(false);
    expect(await processesWith(folder)).toEqual([]);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });
});

describe.each([
  ['Hive', startHive],
  ['Spark', startSpark],
])('%s’s server with TLS and PLAIN', (_, start) => {
  let server: HiveServer;
  beforeAll(async () => {
    server = await start({ hdfs: at.hdfs, tls: true, auth: 'plain' });
  });
  afterAll(() => server?.stop());

  /** The first byte of the answer to a login: 5 when it is taken. */
  async function login(password: string): Promise<number> {
    const socket = secureConnect({ host: '127.0.0.1', port: server.port, ca: await at.hdfs.certificate() });
    await once(socket, 'secureConnect');
    socket.write(saslMessage(START, 'PLAIN'));
    socket.write(saslMessage(COMPLETE, `\0spot\0${password}`));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer[0]!;
  }

  it('has the certificate of the HDFS, and takes a user with a password', async () => {
    expect(await login('any')).toBe(TAKEN);
    expect(await login('')).not.toBe(TAKEN);
  });

  it('listens on the loopback only', () => expectLoopbackOnly(server));
});

describe('`npm run cluster -- --with spark`', () => {
  const temporary = temporaryFolder();

  it('leaves no process and no file', async () => {
    const program = packageFile('dist/spec/cluster/start.js');
    const child = spawn(process.execPath, [program, '--name-nodes', '1', '--with', 'spark'], {
      env: { ...process.env, TMPDIR: temporary.path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(child, 'exit');
    let port = 0;
    for await (const line of createInterface(child.stdout!)) {
      port ||= Number(/^HIVESERVER2=127\.0\.0\.1:(\d+)$/.exec(line)?.[1] ?? 0);
      if (line.startsWith('Ctrl-C')) break;
    }
    expect(await answers(port)).toBe(true);
    child.kill('SIGINT');
    await gone;
    await until(async () => (await readdir(temporary.path)).length === 0);
    await until(async () => !(await answers(port)));
    expect(await processesWith(temporary.path)).toEqual([]);
  });
});

describe('a server that does not start', () => {
  const temporary = temporaryFolder();

  it('has its log in the message', async () => {
    await mkdir(`${temporary.path}/spot-dns-oa/spark-3.5.8`, { recursive: true });
    const env = { ...process.env, XDG_CACHE_HOME: temporary.path };
    await expect(startSpark({ hdfs: at.hdfs, env })).rejects.toThrow(
      /it has ended[^]*spark:\n[^]*ClassNotFoundException/,
    );
  });
});

describe('without Python or Maven', () => {
  const temporary = temporaryFolder();
  const env = () => ({ PATH: temporary.path, XDG_CACHE_HOME: temporary.path });

  it('the message says how to get Spark’s jars', async () => {
    await expect(sparkJars(env())).rejects.toThrow(/needs Python.*apt-get install .*python3-pip/);
    expect(await readdir(`${temporary.path}/spot-dns-oa`)).toEqual([]);
  });

  it('the message says how to get Hive’s', async () => {
    await mkdir(`${temporary.path}/spot-dns-oa`);
    await expect(hiveJars(env())).rejects.toThrow(/need Maven.*apt-get install .*maven/);
    expect(await readdir(`${temporary.path}/spot-dns-oa`)).toEqual([]);
  });
});
