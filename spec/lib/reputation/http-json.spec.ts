import { retryAfterOf } from '../../../lib/reputation/http.js';
import { httpJson, verdictOf } from '../../../lib/reputation/http-json.js';
import { jsonPointer } from '../../../lib/reputation/json-pointer.js';
import type { SettingsOf } from '../../../lib/reputation/reputation-settings.js';
import { closedPort, fakeHttp, hang, huge, json, status } from '../../fakes/reputation-http.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';

const http = fakeHttp();
const other = fakeHttp();
const { signal } = new AbortController();
const KEY = 'secret-api-key';

const service = (more: Partial<SettingsOf<'http-json'>> = {}) =>
  httpJson({
    service: 'http-json',
    name: 'vt',
    url: `${http.origin}/api/v3/domains/{key}?full=1`,
    checks: 'domain',
    headers: { 'x-apikey': KEY },
    pointer: '/data/label',
    ...more,
  });
const check = async (keys: readonly string[], more?: Partial<SettingsOf<'http-json'>>) =>
  Object.fromEntries(await (await service(more)).check(keys, { signal }));

describe('httpJson', () => {
  it('asks with the secret in a header, and finds the label', async () => {
    http.respond = json({ data: { label: 'HIGH' } });
    expect(await check(['evil.com'])).toEqual({ 'evil.com': { label: 'HIGH', value: 3 } });
    expect(http.asked).toMatchObject([
      { method: 'GET', url: '/api/v3/domains/evil.com?full=1', headers: { 'x-apikey': KEY } },
    ]);
  });

  it('takes 404 for not listed, and a refused key for no answer about it', async () => {
    http.respond = (asked, response) => status(asked.url.includes('evil') ? 404 : 400)(asked, response);
    expect(await check(['evil.com', 'odd.com'])).toEqual({ 'odd.com': { label: 'UNAVAILABLE', value: -1 } });
  });

  it('gives every name to the service as it is', async () => {
    http.respond = json({});
    await check([...HOSTILE_NAMES, '\ud800.com']);
    const names = http.asked.map(({ url }) => {
      const [, name] = /^\/api\/v3\/domains\/([^/?#]*)\?full=1$/.exec(url)!;
      return decodeURIComponent(name!);
    });
    expect(names).toEqual([...HOSTILE_NAMES, '\ufffd.com']);
  });

  it.each([
    ['too many requests', status(429, { 'retry-after': '7' }), 'HTTP 429', true, 7000],
    ['a fault', status(503), 'HTTP 503', true, undefined],
    ['no rights', status(401), 'HTTP 401', false, undefined],
    ['garbage', status(200, {}, '<html>'), 'expected JSON, got something else', false, undefined],
    ['a body without end', huge, 'an answer of more than 4 MiB', false, undefined],
  ])('fails for %s', async (_what, respond, message, retriable, retryAfter) => {
    http.respond = respond;
    const error = await check(['evil.com']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REPUTATION_FAILED', message, retriable, retryAfter });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toMatch(/secret|evil/);
  });

  it('is sent to the same host, and never with the secret to another one', async () => {
    http.respond = (asked, response) =>
      (asked.url === '/moved' ? json({ data: { label: 'LOW' } }) : status(302, { location: '/moved' }))(
        asked,
        response,
      );
    expect(await check(['evil.com'])).toEqual({ 'evil.com': { label: 'LOW', value: 1 } });
    for (const location of [`${other.origin}/x`, 'ftp://127.0.0.1/', '']) {
      http.respond = status(307, { location });
      const failed = { message: expect.stringMatching(/redirect/) as string, retriable: false };
      await expect(check(['evil.com'])).rejects.toMatchObject(failed);
    }
    expect(other.asked).toEqual([]);
  });

  it('says that nobody is there, and stops when it is told to', async () => {
    await expect(check(['evil.com'], { url: `http://127.0.0.1:${await closedPort()}/{key}` })).rejects.toMatchObject({
      message: 'no connection (ECONNREFUSED)',
      retriable: true,
    });
    const abort = new AbortController();
    http.respond = hang;
    const work = (await service()).check(['evil.com'], { signal: abort.signal });
    while (http.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });

  it('names the secret that is missing', async () => {
    await expect(service({ headers: { 'x-apikey': { env: 'NO_SUCH_VARIABLE' } } })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('headers.x-apikey') as string,
    });
  });
});

describe('verdictOf', () => {
  const labels = [
    { atLeast: 5, label: 'HIGH' },
    { atLeast: 1, label: 'Some', value: 2 },
    { is: 0, label: 'NONE' },
    { is: 'bad', label: 'MEDIUM' },
  ];
  it.each([
    [{ n: 9 }, { label: 'HIGH', value: 3 }],
    [{ n: 1 }, { label: 'Some', value: 2 }],
    [{ n: 0 }, { label: 'NONE', value: 0 }],
    [{ n: 'bad' }, { label: 'MEDIUM', value: 2 }],
    [{ n: 'else' }, null],
    [{ n: null }, null],
    [{}, null],
    [null, null],
  ])('of %j', (document, verdict) => {
    expect(verdictOf(document, { pointer: '/n', labels })).toEqual(verdict);
  });

  it('takes the value that it is told, from -1 to 3', () => {
    const pointers = { pointer: '/l', valuePointer: '/v' };
    expect(verdictOf({ l: 'x', v: 2 }, pointers)).toEqual({ label: 'x', value: 2 });
    expect(verdictOf({ l: 'LOW', v: 17 }, pointers)).toEqual({ label: 'LOW', value: 1 });
  });
});

describe('jsonPointer', () => {
  // The document and pointers of RFC 6901 section 5.
  const document = {
    foo: ['bar', 'baz'],
    '': 0,
    'a/b': 1,
    'c%d': 2,
    'e^f': 3,
    'g|h': 4,
    'i\\j': 5,
    'k"l': 6,
    ' ': 7,
    'm~n': 8,
  };
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
    ['/foo/2', undefined],
    ['/foo/-', undefined],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
  ])('%j', (pointer, value) => {
    expect(jsonPointer(document, pointer)).toEqual(value);
  });
});

describe('retryAfterOf', () => {
  it.each([
    ['120', 120_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 60_000],
    ['Wed, 21 Oct 2015 07:26:00 GMT', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('%j', (header, milliseconds) => {
    expect(retryAfterOf(header, Date.parse('2015-10-21T07:27:00Z'))).toBe(milliseconds);
  });
});
