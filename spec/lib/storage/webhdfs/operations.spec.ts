import { text } from 'node:stream/consumers';
import type { OaError } from '../../../../schemas/errors.js';
import { codeOf } from '../../../conformance/storage.js';
import { fakeHdfs } from '../../../fakes/hdfs-fixture.js';

const failureOf = (work: Promise<unknown>) => work.catch((error: unknown) => error) as Promise<OaError>;

describe('operations', () => {
  const hdfs = fakeHdfs();

  it('tell of files, folders and the user', async () => {
    await hdfs.put('/d/f', '12345');
    const client = hdfs.client();
    expect(await client.stat('/d/')).toMatchObject({ path: '/d', name: 'd', type: 'DIRECTORY' });
    expect(await client.list('/d')).toEqual([
      expect.objectContaining({ path: '/d/f', name: 'f', type: 'FILE', length: 5, permission: '644' }),
    ]);
    expect(await client.list('/d/f')).toEqual([expect.objectContaining({ path: '/d/f' })]);
    expect(await client.contentSummary('/d')).toMatchObject({ directoryCount: 1, fileCount: 1, length: 5 });
    expect(await client.checksum('/d/f')).toMatchObject({ algorithm: expect.any(String), length: 28 });
    expect(await client.homeDirectory()).toBe('/user/spot');
    expect([await client.exists('/d'), await client.exists('/e')]).toEqual([true, false]);
  });

  it('list a whole folder where there are no pages', async () => {
    for (const name of ['a', 'b']) await hdfs.put(`/d/${name}`, '');
    const message = 'Invalid value for webhdfs parameter "op": No enum constant GetOpParam.Op.LISTSTATUS_BATCH';
    hdfs.fake.fail('LISTSTATUS_BATCH', { exception: 'IllegalArgumentException', message, status: 400 });
    expect((await hdfs.client().list('/d')).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('delete, and say whether there was anything', async () => {
    await hdfs.put('/d/f', 'x');
    const client = hdfs.client();
    expect(await codeOf(client.delete('/d'))).toBe('STORAGE_FAILED');
    expect(await client.delete('/d', { recursive: true })).toBe(true);
    expect(await client.delete('/d')).toBe(false);
  });

  it('fail when something cannot be deleted or made, without a reason', async () => {
    const answer = { status: 200, body: '{"boolean":false}' };
    await hdfs.put('/f', 'x');
    hdfs.fake.fail('DELETE', answer);
    expect(await codeOf(hdfs.client().delete('/f'))).toBe('STORAGE_FAILED');
    hdfs.fake.fail('MKDIRS', answer);
    expect(await codeOf(hdfs.client().mkdirs('/d'))).toBe('STORAGE_FAILED');
  });

  it.each([
    ['a source that is missing', '/none', '/d/x', 'FILE_NOT_FOUND', /source/],
    ['a target folder that is missing', '/f', '/none/x', 'FILE_NOT_FOUND', /\/none/],
    ['a target that is there', '/f', '/g', 'FILE_EXISTS', /\/g/],
  ])('rename, or say why not: %s', async (_what, from, to, code, why) => {
    for (const path of ['/f', '/g', '/d/h']) await hdfs.put(path, path);
    const client = hdfs.client();
    for (const boolean of [false, true]) {
      // An old server or a gateway answers `{"boolean":false}` alone.
      if (boolean) hdfs.fake.fail('RENAME', { status: 200, body: '{"boolean":false}' });
      const failure = await failureOf(client.rename(from, to));
      expect(failure).toMatchObject({ code, message: expect.stringMatching(why) });
    }
    await client.rename('/f', '/g', { overwrite: true });
    expect(await text(client.open('/g'))).toBe('/f');
  });

  it('know a rename whose answer was lost for done', async () => {
    await hdfs.put('/f', 'x');
    hdfs.fake.fail('RENAME', { reset: true, done: true });
    await hdfs.client().rename('/f', '/g');
    hdfs.fake.fail('RENAME', { reset: true });
    expect(await codeOf(hdfs.client().rename('/f', '/h'))).toBe('FILE_NOT_FOUND');
  });

  it('send who asks', async () => {
    await hdfs.client({ user: 'svc', doas: 'alice' }).exists('/a');
    await hdfs.client({ user: 'svc', token: 'secret-token' }).exists('/a');
    const [first, second] = hdfs.fake.asked.map(({ query }) => Object.fromEntries(query));
    expect(first).toMatchObject({ 'user.name': 'svc', doas: 'alice' });
    expect(second).toEqual({ op: 'GETFILESTATUS', delegation: 'secret-token' });
  });

  it('fetch a new token when the present one has expired, once for many', async () => {
    hdfs.fake.token = 'fresh';
    let fetched = 0;
    const newToken = () => {
      fetched += 1;
      return Promise.resolve('fresh');
    };
    const client = hdfs.client({ token: 'stale-token', newToken });
    await Promise.all([client.mkdirs('/a'), client.mkdirs('/b'), client.mkdirs('/c')]);
    expect(fetched).toBe(1);
    await hdfs.client({ newToken }).mkdirs('/d');
    expect(hdfs.fake.asked.at(-1)!.query.get('delegation')).toBe('fresh');
  });

  it('fetch a new token when a DataNode calls the present one invalid, to read and to write', async () => {
    hdfs.fake.files.makeUp('/f', 10);
    const tokens = ['first', 'second', 'third'];
    const client = hdfs.client({ newToken: () => Promise.resolve(tokens.shift()!) });
    const sent = () => hdfs.fake.asked.at(-1)!.query.get('delegation');
    hdfs.fake.fail('OPEN', { exception: 'InvalidToken' }, { server: /dn/ });
    expect(await text(client.open('/f'))).toHaveLength(10);
    expect(sent()).toBe('second');
    hdfs.fake.fail('CREATE', { exception: 'InvalidToken' }, { server: /dn/ });
    await hdfs.put('/g', 'content', client);
    expect(sent()).toBe('third');
    expect(hdfs.fake.files.get('/g').length).toBe(7);
    // Where there is no other one, it ends at once.
    hdfs.fake.fail('OPEN', { exception: 'InvalidToken' }, { server: /dn/, times: 10 });
    expect(await codeOf(text(hdfs.client({ token: 'only' }).open('/f')))).toBe('TOKEN_EXPIRED');
    expect(sent()).toBe('only');
  });

  it('say that the token has expired, and not what it is', async () => {
    hdfs.fake.token = 'fresh';
    const failure = await failureOf(hdfs.client({ token: 'stale-token' }).stat('/a'));
    expect(failure.code).toBe('TOKEN_EXPIRED');
    expect(failure.message).not.toContain('stale-token');
    hdfs.fake.fail('RENEWDELEGATIONTOKEN', { exception: 'IOException', message: 'unknown token abc-def' });
    hdfs.fake.token = undefined;
    const renewal = await failureOf(hdfs.client().renewDelegationToken('abc-def'));
    expect(renewal.message).toMatch(/unknown token \*\*\*/);
  });

  it('get, renew and cancel tokens', async () => {
    const client = hdfs.client();
    const token = await client.getDelegationToken({ renewer: 'spot' });
    expect(token).toBe('token-of-the-fake');
    expect(await client.renewDelegationToken(token!)).toBe(1_700_000_000_000);
    await client.cancelDelegationToken(token!);
    expect(hdfs.fake.asked.map(({ query }) => query.get('token'))).toEqual([null, token, token]);
  });

  it.each([
    ['a modest one', { exception: 'FileNotFoundException', status: 404 }, 'FILE_NOT_FOUND', /told so/],
    ['one by class alone', { exception: '', javaClassName: 'a.b.SecretManager$InvalidToken' }, 'TOKEN_EXPIRED', /./],
    ['HTML', { status: 400, body: '<html><title>Error 400 Illegal character</title>' }, 'STORAGE_FAILED', /Illegal/],
    ['nothing', { status: 500, body: '' }, 'STORAGE_FAILED', /HTTP 500/],
    ['401', { status: 401, body: '<html><title>Authentication required</title>' }, 'PERMISSION_DENIED', /Auth/],
    ['no JSON', { status: 200, body: 'hello' }, 'STORAGE_FAILED', /expected JSON, got "hello"/],
  ])('understand an answer that is %s', async (_what, fault, code, message) => {
    hdfs.fake.fail('GETFILESTATUS', fault, { times: 10 });
    expect(await failureOf(hdfs.client().stat('/a'))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('cut Java stack traces', async () => {
    hdfs.fake.fail('OPEN', { exception: 'AccessControlException', message: 'why' }, { server: /dn/ });
    await hdfs.put('/f', 'x');
    const { message } = await failureOf(text(hdfs.client().open('/f')));
    expect(message).toMatch(/no permission: why \(AccessControlException\)$/);
  });

  it('follow only http and https, and send headers only where they belong', async () => {
    await hdfs.put('/f', 'x');
    for (const location of ['file:///etc/passwd', 'ftp://host/f', 'nonsense', 'http://'])
      hdfs.fake.fail('OPEN', { location });
    for (let i = 0; i < 4; i++)
      expect(await failureOf(text(hdfs.client().open('/f')))).toMatchObject({
        code: 'STORAGE_FAILED',
        message: expect.stringMatching(/expected a Location of http or https/),
      });
    const headers = { authorization: 'Negotiate abcdefgh', 'X-XSRF-HEADER': '""' };
    await text(hdfs.client({ headers }).open('/f'));
    const [status, first, second] = hdfs.fake.asked.slice(-3);
    for (const one of [status, first]) expect(one!.headers.authorization).toBe('Negotiate abcdefgh');
    expect(second!.server).toBe('dn1');
    expect(second!.headers).toMatchObject({ 'x-xsrf-header': '""' });
    expect(second!.headers.authorization).toBeUndefined();
    await text(hdfs.client({ dataNodeHeaders: { 'x-site': '1' } }).open('/f'));
    expect(hdfs.fake.asked.at(-1)!.headers).toMatchObject({ 'x-site': '1' });
  });

  it('send user and password of the URL, and never show them', async () => {
    const [url] = hdfs.fake.nameNodes;
    const client = hdfs.client({ nameNodes: [url!.replace('http://', 'http://me:hunter22@')] });
    const basic = `Basic ${Buffer.from('me:hunter22').toString('base64')}`;
    hdfs.fake.fail('GETFILESTATUS', { exception: 'IOException', message: `bad hunter22 in ${basic}` });
    const failure = await failureOf(client.stat('/a'));
    expect(hdfs.fake.asked[0]!.headers.authorization).toBe(basic);
    expect(failure.message).toMatch(/bad \*\*\* in \*\*\*/);
    expect(JSON.stringify([client, client.name, failure])).not.toContain('hunter22');
  });

  it('find a DataNode where the host map says it is', async () => {
    await hdfs.put('/f', 'x');
    hdfs.fake.dataNodeHost = 'dn1.cluster';
    const port = hdfs.fake.url('dn1').split(':').at(-1)!;
    for (const hostMap of [{ 'dn1.cluster': '127.0.0.1' }, { [`dn1.cluster:${port}`]: `127.0.0.1:${port}` }])
      expect(await text(hdfs.client({ hostMap }).open('/f'))).toBe('x');
  });
});
