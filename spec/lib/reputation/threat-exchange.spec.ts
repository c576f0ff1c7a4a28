import { threatExchange } from '../../../lib/reputation/threat-exchange.js';
import { fakeHttp, json, status, type Asked } from '../../fakes/reputation-http.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';

const http = fakeHttp();
const { signal } = new AbortController();
const TOKEN = 'app-secret';

const service = () =>
  threatExchange({
    service: 'fb',
    name: 'fb',
    appId: '17',
    secret: TOKEN,
    baseUrl: `${http.origin}/`,
    version: 'v21.0',
  });
const check = async (...keys: string[]) => Object.fromEntries(await (await service()).check(keys, { signal }));

const part = (data: unknown, code = 200) => ({ code, headers: [], body: JSON.stringify(data) });
const found = part({ data: [{ id: '1' }] });
const statuses = (...all: string[]) => part({ data: all.map((one) => ({ status: one })) });
const form = ({ body }: Asked) => new URLSearchParams(body);

describe('threatExchange', () => {
  it('asks for indicators and their descriptors in one batch, the token in the form alone', async () => {
    http.respond = json([found, statuses('MALICIOUS'), found, statuses('UNKNOWN')]);
    await check('evil.com', 'odd.com');
    const [asked] = http.asked as [Asked];
    expect([asked.method, asked.url]).toEqual(['POST', '/v21.0/']);
    expect(JSON.stringify(asked.headers)).not.toContain(TOKEN);
    expect(form(asked).get('access_token')).toBe(`17|${TOKEN}`);
    expect(JSON.parse(form(asked).get('batch')!)).toMatchObject([
      { method: 'GET', name: 'n0', relative_url: 'threat_indicators?type=DOMAIN&text=evil.com' },
      { method: 'GET', relative_url: '{result=n0:$.data.*.id}/descriptors' },
      { method: 'GET', name: 'n1', relative_url: 'threat_indicators?type=DOMAIN&text=odd.com' },
      { method: 'GET', relative_url: '{result=n1:$.data.*.id}/descriptors' },
    ]);
  });

  it.each([
    [['UNKNOWN'], 'UNKNOWN', -1],
    [['NON_MALICIOUS'], 'NON_MALICIOUS', 0],
    [['SUSPICIOUS'], 'SUSPICIOUS', 2],
    [['MALICIOUS'], 'MALICIOUS', 3],
    [['UNKNOWN', 'MALICIOUS', 'NON_MALICIOUS', 'NEW'], 'MALICIOUS', 3],
  ])('takes %j for %s', async (all, label, value) => {
    http.respond = json([found, statuses(...all)]);
    expect(await check('evil.com')).toEqual({ 'evil.com': { label, value } });
  });

  it('tells a name without indicators from one that could not be looked up', async () => {
    const error = part({ error: { code: 100 } }, 400);
    const unlisted = [part({ data: [] }), error];
    const failed = [part({ error: {} }, 500), error];
    http.respond = json([...unlisted, ...failed, null, null, found, { code: 200, body: 'x' }, found, statuses()]);
    const unavailable = { label: 'UNAVAILABLE', value: -1 };
    expect(await check('a.com', 'b.com', 'c.com', 'd.com', 'e.com')).toEqual({
      'b.com': unavailable,
      'c.com': unavailable,
      'd.com': unavailable,
    });
  });

  it('takes an answer without the first parts, which Graph leaves out', async () => {
    http.respond = json([null, statuses('SUSPICIOUS')]);
    expect(await check('evil.com')).toEqual({ 'evil.com': { label: 'SUSPICIOUS', value: 2 } });
  });

  it('gives every name to the service as it is', async () => {
    http.respond = json(HOSTILE_NAMES.flatMap(() => [part({ data: [] }), null]));
    await check(...HOSTILE_NAMES);
    const batch = JSON.parse(form(http.asked[0]!).get('batch')!) as { relative_url: string }[];
    const asked = batch.filter((_, i) => i % 2 === 0).map(({ relative_url: url }) => url);
    expect(asked.map((url) => new URL(`http://x/${url}`).searchParams.get('text'))).toEqual(HOSTILE_NAMES);
    expect(asked.every((url) => new URL(`http://x/${url}`).searchParams.size === 2)).toBe(true);
  });

  it.each([
    ['a bad token', json({ error: { code: 190, message: `Bad ${TOKEN}` } }, 400), 'HTTP 400, Graph error 190', false],
    ['a limit', json({ error: { code: 4 } }, 400), 'HTTP 400, Graph error 4', true],
    ['a fault', status(502), 'HTTP 502', true],
    ['a redirect', status(302, { location: '/x' }), 'it redirects to another place, which is not followed', false],
    ['garbage', status(200, {}, 'no'), 'expected JSON, got something else', false],
    ['another number of answers', json([found]), 'expected 2 answers in the batch', false],
  ])('fails for %s, without the secret', async (_what, respond, message, retriable) => {
    http.respond = respond;
    const error = await check('evil.com').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REPUTATION_FAILED', message, retriable });
    expect(String((error as Error).cause)).not.toContain(TOKEN);
  });
});
