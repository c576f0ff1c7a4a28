import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { OutcomeUnknown } from '../../../../lib/engine/hiveserver2.js';
import type { HiveServer2Options } from '../../../../lib/engine/hiveserver2.js';
import { packageFile } from '../../../../lib/package-root.js';
import { CA, CLIENT, DATA_NODE, EXPIRED, SERVER } from '../../../fakes/certificates.js';
import { at, client, failureOf, numbered, rowsOf, serve, until } from '../../../fakes/hiveserver2-fixture.js';

/** A port that nobody listens on. */
async function deadPort(): Promise<string> {
  const server = await serve();
  await server.close();
  return `127.0.0.1:${server.port}`;
}

const open: Server[] = [];

/** A server that speaks something else. */
async function stranger(answer: string | Buffer | undefined): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => answer !== undefined && socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  server.unref();
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => open.splice(0).forEach((server) => server.close()));

/** As long as it takes to hear of an end. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a server that dies', () => {
  it('while a session is opened is one that cannot be reached', async () => {
    const server = await serve();
    server.faults.dieAt = 'OpenSession';
    const error = await failureOf(client({ hosts: at(server) }).execute('INSERT'));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true });
    expect(error).not.toBeInstanceOf(OutcomeUnknown);
  });

  it.each(['ExecuteStatement', 'GetOperationStatus'] as const)(
    'at %s leaves open what became of a change',
    async (dieAt) => {
      const server = await serve({ dialect: 'hive' });
      const hs2 = client({ dialect: 'hive', hosts: at(server) });
      await hs2.execute('BEFORE');
      server.faults.dieAt = dieAt;
      const error = await failureOf(hs2.execute('INSERT INTO t'));
      expect(error).toBeInstanceOf(OutcomeUnknown);
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false, outcomeUnknown: true });
      expect(error.message).toMatch(/not known.*$/);
      expect(error.message).toMatch(/INSERT INTO t/);
    },
  );

  it.each(['ExecuteStatement', 'GetOperationStatus', 'FetchResults'] as const)(
    'at %s ends a query',
    async (dieAt) => {
      const server = await serve();
      server.faults.dieAt = dieAt;
      const error = await failureOf(rowsOf(client({ hosts: at(server) }).pages('SELECT')));
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true });
      expect(error).not.toBeInstanceOf(OutcomeUnknown);
      expect(server.executed.length).toBeLessThan(2);
    },
  );

  it('while pages are fetched gives no page twice: the fetch is not tried again', async () => {
    const server = await serve();
    const other = await serve();
    const hs2 = client({ hosts: at(server, other) });
    const pages = hs2.pages('SELECT');
    await pages.next();
    server.faults.cutAt = 'FetchResults';
    await failureOf(rowsOf(pages));
    expect(other.asked).toEqual([]);
    expect(await rowsOf(hs2.pages('SELECT'))).toHaveLength(25);
  });

  it('between two statements is replaced by the next one', async () => {
    const [server, other] = [await serve(), await serve()];
    const hs2 = client({ hosts: at(server, other) });
    await hs2.execute('A');
    await server.close();
    await aWhile();
    await hs2.execute('B');
    expect(other.executed).toEqual(['B']);
  });

  it('and comes back does not know the session: the statement goes to a new one', async () => {
    const server = await serve();
    const hs2 = client({ hosts: at(server) });
    await hs2.execute('A');
    server.forgetSessions();
    await hs2.execute('B');
    expect(server.executed).toEqual(['A', 'B']);
    expect(server.sessions).toHaveLength(2);
    expect(hs2.statements).toBe(2);
  });
});

describe('hosts', () => {
  it('are tried in order, the one that answered first from then on', async () => {
    const [one, two] = [await serve(), await serve()];
    const hs2 = client({ hosts: [await deadPort(), ...at(one, two)] });
    await hs2.execute('A');
    expect([one.executed, two.executed]).toEqual([['A'], []]);
    await one.close();
    await aWhile();
    await hs2.execute('B');
    expect(two.executed).toEqual(['B']);
  });

  it('that cannot be reached are all named', async () => {
    const hosts = [await deadPort(), await deadPort()];
    const error = await failureOf(client({ hosts }).execute('A'));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true });
    for (const host of hosts) expect(error.message).toContain(`${host}: nothing listens there (ECONNREFUSED)`);
  });

  it('after one that refuses the login are not tried', async () => {
    const [one, two] = [await serve({ auth: 'plain', users: {} }), await serve({ auth: 'plain' })];
    const error = await failureOf(client({ auth: 'plain', hosts: at(one, two) }).execute('A'));
    expect(error.code).toBe('PERMISSION_DENIED');
    expect(two.connections).toBe(0);
  });
});

describe('opening', () => {
  const soon: Partial<HiveServer2Options> = { timeouts: { open: 100 } };

  it('ends in time at a server that waits for a login, and the error says so', async () => {
    const server = await serve({ auth: 'plain' });
    const error = await failureOf(client({ ...soon, hosts: at(server) }).execute('A'));
    expect(error).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringMatching(/no session within 100 ms; .*login than nosasl/),
    });
  });

  it('ends in time at a server that never answers', async () => {
    const hosts = [await stranger(undefined)];
    for (const auth of ['nosasl', 'plain'] as const) {
      expect((await failureOf(client({ ...soon, auth, hosts }).execute('A'))).message).toMatch(
        /no session within 100 ms/,
      );
    }
    expect((await failureOf(client({ ...soon, transport: 'http', hosts }).execute('A'))).message).toMatch(
      /no session within/,
    );
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['nothing known', Buffer.from('80020001ffffffff', 'hex')],
    ['messages without end', Buffer.from('80010002' + '7fffffff' + '00'.repeat(64), 'hex')],
    ['frames without end', Buffer.from('7fffffff' + '00'.repeat(64), 'hex')],
  ])('is refused by a server that speaks %s', async (_what, answer) => {
    for (const auth of ['nosasl', 'plain'] as const) {
      const error = await failureOf(client({ auth, hosts: [await stranger(answer)] }).execute('A'));
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
      expect(error.message).toMatch(/expected/);
    }
  });

  it('is given up by the signal', async () => {
    const controller = new AbortController();
    const failed = failureOf(
      client({ hosts: [await stranger(undefined)] }).execute('A', { signal: controller.signal }),
    );
    controller.abort(new Error('enough'));
    expect((await failed).message).toBe('enough');
  });

  it('is refused for a protocol without columns, and for results that are none', async () => {
    const server = await serve();
    server.faults.protocol = 4;
    expect((await failureOf(client({ hosts: at(server) }).execute('A'))).message).toMatch(
      /expected protocol V6 or later, got V5/,
    );
    server.faults.protocol = undefined;
    server.faults.binaryColumns = true;
    expect((await failureOf(rowsOf(client({ hosts: at(server) }).pages('A')))).message).toMatch(/expected columns/);
  });

  it('tells what the server says of a database that is none', async () => {
    const server = await serve();
    const open = server.OpenSession;
    server.OpenSession = async (request) => {
      if (request.configuration?.['use:database']) throw new Error("Database 'nope' not found");
      return open(request);
    };
    const error = await failureOf(client({ hosts: at(server), database: 'nope' }).execute('A'));
    expect(error).toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringMatching(/opened no session: Database 'nope' not found/),
    });
  });
});

describe('answers', () => {
  it.each([
    ['cut off', (answer: Buffer) => Buffer.concat([answer.subarray(0, 40), Buffer.alloc(answer.length - 40, 0xff)])],
    [
      'of another call',
      (answer: Buffer) => Buffer.from(answer.toString('latin1').replace('FetchResults', 'FetchResultz'), 'latin1'),
    ],
    ['twice', (answer: Buffer) => Buffer.concat([answer, answer, answer])],
  ])('that are none give an error: %s', async (_what, garble) => {
    for (const auth of ['nosasl', 'plain'] as const) {
      const server = await serve({ auth });
      server.faults.garble = (answer, method) => (method === 'FetchResults' ? garble(answer) : answer);
      const work = rowsOf(client({ auth, hosts: at(server) }).pages('SELECT'));
      // In frames more than one message is nothing but bytes too many.
      if (_what === 'twice' && auth === 'plain') expect(await work).toHaveLength(25);
      else expect(await failureOf(work)).toMatchObject({ code: 'CONNECTION_FAILED' });
    }
  });

  it('that are longer than any page end the connection before they fill the memory', async () => {
    const server = await serve();
    const huge = Buffer.alloc(1 << 20);
    server.faults.garble = (answer, method) => {
      if (method !== 'FetchResults') return answer;
      const text = Buffer.from('0b0001' + '0fffffff', 'hex');
      return Buffer.concat([answer.subarray(0, 24), text, huge]);
    };
    const error = await failureOf(rowsOf(client({ hosts: at(server) }).pages('SELECT')));
    expect(error.message).toMatch(/expected a message of at most \d+ bytes/);
  });

  it('in portions of any size are read', async () => {
    const server = await serve({ run: async () => numbered(40) });
    for (const portion of [1, 7, 64]) {
      server.faults.portion = portion;
      expect(await rowsOf(client({ hosts: at(server), pageRows: 30 }).pages('SELECT'))).toHaveLength(40);
    }
  });
});

describe('logins', () => {
  const users = { spot: 'pass word' };

  it.each(['binary', 'http'] as const)('are checked: %s', async (transport) => {
    const server = await serve({ auth: 'plain', transport, users });
    const login = { auth: 'plain', transport, hosts: at(server) } as const;
    expect(await rowsOf(client({ ...login, password: 'pass word' }).pages('SELECT'))).toHaveLength(25);
    const error = await failureOf(client({ ...login, password: 'secret' }).execute('A'));
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', retriable: false });
    expect(error.message).toMatch(
      transport === 'http'
        ? /refused the login of spot: HTTP 401: Authentication failed/
        : /Error validating the login/,
    );
    expect(error.message).not.toMatch(/secret/);
  });

  it('have some password by default, and over HTTP a header even without a login', async () => {
    for (const transport of ['binary', 'http'] as const) {
      const server = await serve({ auth: 'plain', transport });
      expect(await rowsOf(client({ auth: 'plain', transport, hosts: at(server) }).pages('SELECT'))).toHaveLength(25);
    }
    const server = await serve({ transport: 'http', users: { anonymous: 'anonymous' } });
    expect(
      await rowsOf(client({ transport: 'http', user: 'anonymous', hosts: at(server) }).pages('SELECT')),
    ).toHaveLength(25);
  });
});

describe('HTTP', () => {
  it('keeps one connection for the calls of a session', async () => {
    const server = await serve({ transport: 'http' });
    const hs2 = client({ transport: 'http', hosts: at(server) });
    expect(await rowsOf(hs2.pages('SELECT'))).toHaveLength(25);
    await hs2.execute('A');
    expect(server.connections).toBe(1);
  });

  it('is cancelled as well', async () => {
    const server = await serve({ transport: 'http', run: async () => numbered(1000) });
    const hs2 = client({ transport: 'http', hosts: at(server) });
    for await (const page of hs2.pages('SELECT')) {
      expect(page).toHaveLength(10);
      break;
    }
    expect(server.operations).toBe(0);
  });

  it('tells of a path that is none, and of a server that dies', async () => {
    const server = await serve({ transport: 'http' });
    const wrong = client({ transport: 'http', httpPath: '/other', hosts: at(server) });
    expect((await failureOf(wrong.execute('A'))).message).toMatch(
      /expected an answer of HiveServer2, got HTTP 405: Error 405/,
    );
    server.faults.dieAt = 'FetchResults';
    const error = await failureOf(rowsOf(client({ transport: 'http', hosts: at(server) }).pages('SELECT')));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: true });
  });
});

describe('TLS', () => {
  const ca = CA;

  it.each(['binary', 'http'] as const)('is spoken, and certificates are verified: %s', async (transport) => {
    const server = await serve({ transport, tls: SERVER });
    const hosts = at(server);
    const named = [`localhost:${server.port}`];
    expect(await rowsOf(client({ transport, hosts, tls: { ca } }).pages('SELECT'))).toHaveLength(25);
    expect(await rowsOf(client({ transport, hosts: named, tls: { ca } }).pages('SELECT'))).toHaveLength(25);
    expect(await rowsOf(client({ transport, hosts, tls: { verify: false } }).pages('SELECT'))).toHaveLength(25);
    const error = await failureOf(client({ transport, hosts, tls: {} }).execute('A'));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
    expect(error.message).toMatch(/the certificate was not accepted/);
  });

  it.each([
    ['another name', DATA_NODE, /not accepted: .*(altnames|does not match|IP)/],
    ['out of date', EXPIRED, /not accepted: certificate has expired/],
  ])('refuses a certificate of a server with %s', async (_what, tls, words) => {
    for (const transport of ['binary', 'http'] as const) {
      const server = await serve({ transport, tls });
      for (const host of ['127.0.0.1', 'localhost']) {
        const hs2 = client({ transport, hosts: [`${host}:${server.port}`], tls: { ca } });
        const error = await failureOf(hs2.execute('A'));
        expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
        expect(error.message).toMatch(words);
        expect(server.asked).toEqual([]);
      }
    }
  });

  it('is not spoken by a server without, nor is a plain client understood by one with', async () => {
    const [plain, secure] = [await serve(), await serve({ tls: SERVER })];
    const error = await failureOf(client({ hosts: at(plain), tls: { ca }, timeouts: { open: 300 } }).execute('A'));
    expect(error.code).toBe('CONNECTION_FAILED');
    expect(await failureOf(client({ hosts: at(secure), timeouts: { open: 300 } }).execute('A'))).toMatchObject({
      code: 'CONNECTION_FAILED',
    });
  });

  it('shows a certificate of its own', async () => {
    const server = await serve({ tls: { ...SERVER, ca, requestCert: true, rejectUnauthorized: true } });
    const { cert, key, passphrase } = CLIENT;
    expect(
      await failureOf(client({ hosts: at(server), tls: { ca }, timeouts: { open: 1000 } }).execute('A')),
    ).toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    const hs2 = client({ hosts: at(server), tls: { ca, cert, key, passphrase } });
    expect(await rowsOf(hs2.pages('SELECT'))).toHaveLength(25);
  });

  it('with a login', async () => {
    const server = await serve({ auth: 'plain', tls: SERVER });
    expect(await rowsOf(client({ auth: 'plain', hosts: at(server), tls: { ca } }).pages('SELECT'))).toHaveLength(25);
  });
});

describe('an idle client', () => {
  it.each(['binary', 'http'] as const)(
    'holds no process back: %s',
    async (transport) => {
      const server = await serve({ transport, dialect: 'hive' });
      const program = `
      const { HiveServer2 } = await import(${JSON.stringify(packageFile('dist/lib/engine/hiveserver2.js'))});
      const client = new HiveServer2({ dialect: 'hive', auth: 'nosasl', transport: '${transport}', hosts: ['127.0.0.1:${server.port}'] });
      for await (const page of client.pages('SELECT')) console.log(page.length);
      console.log('end');
    `;
      const ended = await new Promise<string>((resolve, reject) => {
        execFile(
          process.execPath,
          ['--input-type=module', '-e', program],
          { timeout: 20_000 },
          (error, stdout, stderr) => (error ? reject(error) : resolve(stdout + stderr)),
        );
      });
      expect(ended).toBe('25\nend\n');
      await until(() => server.connections === 1);
    },
    30_000,
  );
});
