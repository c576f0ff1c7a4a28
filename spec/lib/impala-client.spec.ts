import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, OaError, type ImpalaClient, type Row } from '../../lib/impala-client.js';
import { packageFile } from '../../lib/package-root.js';
import { at, failureOf, numbered, serve, until } from '../fakes/hiveserver2-fixture.js';
import type { FakeHiveServer2, FakeHiveServer2Options } from '../fakes/hiveserver2-server.js';

/** All files that a source loads, types aside, as paths in the package, and the packages. */
async function loaded(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = (await readFile(packageFile(path), 'utf8')).replace(/^(import|export) type [^;]*;/gms, '');
  for (const [, specifier] of text.matchAll(/(?:^|[;\s}])(?:from|import)\s*\(?\s*'([^'\n]+)'/g)) {
    if (specifier!.startsWith('.')) await loaded(join(dirname(path), specifier!).replace(/\.js$/, '.ts'), seen);
    else if (!specifier!.startsWith('node:')) seen.add(specifier!);
  }
  return seen;
}

function run(program: string[], env: NodeJS.ProcessEnv): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      program,
      { env: { PATH: process.env['PATH'], HADOOP_USER_NAME: 'spot', ...env } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function using<T>(
  options: Partial<FakeHiveServer2Options>,
  work: (client: ImpalaClient, server: FakeHiveServer2) => Promise<T>,
): Promise<T> {
  const server = await serve(options);
  await using client = connect({ host: at(server)[0]!, user: 'spot', pageRows: 10 });
  return await work(client, server);
}

describe('spot-dns-oa/impala-client', () => {
  it('has no DNS code and no other engine', async () => {
    const files = [...(await loaded('lib/impala-client.ts'))];
    expect(files).toEqual(expect.arrayContaining(['lib/engine/hiveserver2.ts', 'schemas/errors.ts', 'thrift']));
    const own =
      /^lib\/(impala-client|lost-connection|engine\/(hiveserver2(\/.*)?|literals)|storage\/hadoop-user)\.ts$|^schemas\/(errors|columns)\.ts$|^(thrift|hive-driver\/.*)$/;
    expect(files.filter((path) => !own.test(path))).toEqual([]);
  });

  it('loads thrift with the first connection, not before', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const { connect } = await import(${JSON.stringify(packageFile('dist/lib/impala-client.js'))});
      const { cache } = createRequire(import.meta.url);
      const isLoaded = () => Object.keys(cache).some((path) => /thrift/.test(path));
      const client = connect({ host: '127.0.0.1:1' });
      const before = isLoaded();
      await client.execute('A').catch(() => undefined);
      console.log(before, isLoaded());
      await client.close();`;
    expect(await run(['--input-type=module', '-e', program], {})).toEqual({
      status: 0,
      stderr: '',
      stdout: 'false true\n',
    });
  }, 30_000);

  it('streams rows, with values as literals', () =>
    using({}, async (client, server) => {
      const rows: Row[] = [];
      const stream = client.query('SELECT ? FROM t WHERE a = ?', { params: ["o'neil", 5] });
      for await (const row of stream) rows.push(row as Row);
      expect(rows).toEqual(numbered(25).rows.map(([n, name]) => ({ n, name })));
      expect(stream.readableObjectMode).toBe(true);
      await client.execute('INSERT :x', { params: { x: true }, overlay: { SYNC_DDL: 'true' } });
      expect(server.executed).toEqual([String.raw`SELECT 'o\'neil' FROM t WHERE a = 5`, 'INSERT TRUE']);
      expect((await client.columns('SELECT ?', { params: [1] })).map(({ type }) => type)).toEqual(['int', 'string']);
    }));

  it('refuses values that do not fit before anything is sent', () =>
    using({}, async (client, server) => {
      expect(() => client.query('?', { params: [] })).toThrow(OaError);
      expect((await failureOf(client.execute(':a', { params: {} }))).code).toBe('VALUE_INVALID');
      expect(server.asked).toEqual([]);
    }));

  it(
    'fetches only as fast as rows are taken',
    () =>
      using({ run: async () => numbered(5000) }, async (client, server) => {
        const fetched = () => server.asked.filter((method) => method === 'FetchResults').length;
        let seen = 0;
        let release: () => void = () => undefined;
        const slow = new Writable({
          objectMode: true,
          highWaterMark: 1,
          write: (_row, _encoding, callback) => {
            seen += 1;
            if (seen === 1) release = () => callback();
            else callback();
          },
        });
        const done = pipeline(client.query('SELECT'), slow);
        await until(() => seen === 1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        // A thousand rows wait in the stream, in pages of ten, and one page more is under way.
        expect(fetched()).toBeLessThan(110);
        release();
        await done;
        expect(seen).toBe(5000);
      }),
    60_000,
  );

  it('cancels the query when the loop is left, the stream destroyed or the signal fires', () =>
    using({ run: async () => numbered(5000) }, async (client, server) => {
      for await (const row of client.query('SELECT')) {
        expect(row).toEqual({ n: 0, name: 'name 0' });
        break;
      }
      await until(() => server.operations === 0);

      const stream = client.query('SELECT');
      await new Promise((resolve) => stream.once('readable', resolve));
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.destroy();
      await closed;
      expect(server.operations).toBe(0);

      const controller = new AbortController();
      const error = await failureOf(
        (async () => {
          for await (const row of client.query('SELECT', { signal: controller.signal })) {
            void row;
            controller.abort(new Error('enough'));
          }
        })(),
      );
      expect(error.message).toBe('enough');
      await until(() => server.operations === 0);
    }));

  it('that is never read sends nothing', () =>
    using({}, async (client, server) => {
      client.query('SELECT').destroy();
      expect(server.asked).toEqual([]);
    }));

  it('gives the errors of the query to whoever reads', () =>
    using({}, async (client, server) => {
      server.faults.failPage = 2;
      const error = await failureOf(client.query('SELECT').toArray());
      expect(error).toMatchObject({ code: 'QUERY_FAILED' });
    }));

  it('tries several hosts', async () => {
    const server = await serve();
    const client = connect({ host: ['127.0.0.1:1', ...at(server)] });
    await client.execute('A');
    await client.close();
    expect(server.sessions).toMatchObject([{ open: false }]);
  });
});

describe('examples/impala-client', () => {
  it('passes values, leaves a stream early, and tells of a refusal', async () => {
    const answer = async (sql: string) => {
      if (sql === 'SELECT FROM') throw Object.assign(new Error('syntax error'), { sqlState: '42000' });
      if (sql.startsWith('SELECT n')) return { columns: [{ name: 'n', type: 'int' }], rows: [[1], [2], [3]] };
      expect(sql).toBe(
        String.raw`SELECT CAST('o\'neil\'s $\{env:HOME} \\ 數據' AS STRING) AS name, TRUE AS is_there`,
      );
      const columns = [
        { name: 'name', type: 'string' },
        { name: 'is_there', type: 'boolean' },
      ];
      return { columns, rows: [["o'neil's ${env:HOME} \\ 數據", true]] };
    };
    for (const dialect of ['impala', 'hive'] as const) {
      const server = await serve({ dialect, run: answer });
      const env = { IMPALA_URL: at(server)[0], IMPALA_DIALECT: dialect };
      expect(await run([packageFile('dist/examples/impala-client.js')], env)).toEqual({
        status: 0,
        stderr: '',
        stdout: "o'neil's ${env:HOME} \\ 數據 true\n3\nCAST('1970-01-01 00:00:00.000' AS TIMESTAMP)\nQUERY_FAILED\n",
      });
      expect(server.operations).toBe(0);
      expect(server.sessions.every(({ open }) => !open)).toBe(true);
    }
  }, 60_000);

  it('says what it needs', async () => {
    const program = [packageFile('dist/examples/impala-client.js')];
    expect(await run(program, {})).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^IMPALA_URL is not set/),
    });
    expect(await run(program, { IMPALA_URL: 'x', IMPALA_DIALECT: 'y' })).toMatchObject({ status: 2 });
  });
});
