import { gti } from '../../../lib/reputation/gti.js';
import type { SettingsOf } from '../../../lib/reputation/reputation-settings.js';
import { gtiClient, type Call, type GtiClient } from '../../fakes/reputation-gti.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';
import { writeFile } from 'node:fs/promises';

const folder = temporaryFolder();
const { signal } = new AbortController();
const PASSWORD = 'pa$$ "word" ###QUERY###';
let client: GtiClient;
beforeEach(async () => {
  client = await gtiClient(folder.path);
});

const service = (server: string, more: Partial<SettingsOf<'gti'>> = {}) =>
  gti({
    service: 'gti',
    name: 'gti',
    refclient: client.refclient,
    server,
    user: client.log,
    password: PASSWORD,
    passwordBy: 'argument',
    ci: '{"ci":{"cliid":"x"},"q":[###QUERY###]}',
    ...more,
  });
const check = async (server: string, keys: readonly string[], more?: Partial<SettingsOf<'gti'>>) =>
  Object.fromEntries(await (await service(server, more)).check(keys, { signal }));

describe('gti', () => {
  it('calls the client as Spot does', async () => {
    await check('answers', ['a.evil.com', 'b.evil.com']);
    const [{ args }] = (await client.calls()) as [Call];
    const query = '{"op":"url","url":"a.evil.com"},{"op":"url","url":"b.evil.com"}';
    const ci = `{"ci":{"cliid":"x"},"q":[${query}]}`;
    expect(args).toEqual(['-s', 'answers', '-q', ci, '-i', client.log, '-p', PASSWORD, '-t']);
  });

  it.each([
    [0, 'Minimal', 1],
    [14, 'Minimal', 1],
    [15, 'Unverified', -1],
    [29, 'Unverified', -1],
    [30, 'Medium', 2],
    [49, 'Medium', 2],
    [50, 'High', 3],
    [127, 'High', 3],
  ])('takes %d for %s', async (rep, label, value) => {
    expect(await check('answers', [`rep${rep}.com`])).toEqual({ [`rep${rep}.com`]: { label, value } });
  });

  it('takes a missing reputation for 16', async () => {
    expect(await check('answers', ['none.com'])).toEqual({ 'none.com': { label: 'Unverified', value: -1 } });
  });

  it('waits for a slow client, and takes one character more than JSON', async () => {
    const high = { 'rep60.com': { label: 'High', value: 3 } };
    expect(await check('slow', ['rep60.com'])).toEqual(high);
    expect(await check('trailing', ['rep60.com'])).toEqual(high);
  });

  it('gives every name to the client as it is', async () => {
    await check('answers', HOSTILE_NAMES);
    const [{ args }] = (await client.calls()) as [Call];
    const { q } = JSON.parse(args[args.indexOf('-q') + 1]!) as { q: { op: string; url: string }[] };
    expect(q).toEqual(HOSTILE_NAMES.map((url) => ({ op: 'url', url })));
  });

  it('keeps the password off the command line where the client takes it otherwise', async () => {
    await check('stdin', ['a.com'], { passwordBy: 'stdin' });
    await check('answers', ['a.com'], { passwordBy: 'env' });
    const [byStdin, byEnv] = await client.calls();
    expect(byStdin).toMatchObject({ stdin: `${PASSWORD}\n`, variable: null });
    expect(byEnv).toMatchObject({ variable: PASSWORD });
    for (const call of [byStdin!, byEnv!]) expect(call.args.join(' ')).not.toContain(PASSWORD);
    expect(process.env.GTI_PASSWORD).toBeUndefined();
  });

  it('appends categories of the file', async () => {
    const categories = `${folder.path}/categories.csv`;
    await writeFile(categories, 'code,name,group\n1,Malicious Sites,Risk/Fraud\n2,"Spam, URLs",Risk\n');
    expect(await check('answers', ['rep60.com'], { categories })).toEqual({
      'rep60.com': {
        label: 'High',
        value: 3,
        categories: [
          { name: 'Malicious Sites', group: 'Risk/Fraud' },
          { name: 'Spam, URLs', group: 'Risk' },
        ],
      },
    });
    await writeFile(categories, '1,only two\n2,\n');
    await expect(service('answers', { categories })).rejects.toMatchObject({ code: 'LOOKUP_FILE_INVALID' });
  });

  it.each([
    ['fails', 'the client ended with status 7', true],
    ['garbage', 'expected JSON with answers under "a"', true],
    ['short', 'expected as many answers as names', true],
    ['words', 'expected a number as rep', true],
    ['floods', 'the client prints too much', false],
  ])('fails without a secret in the error: the client %s', async (server, message, retriable) => {
    const error = await check(server, ['a.com']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REPUTATION_FAILED', message, retriable });
    expect(JSON.stringify([error, (error as Error).cause ?? null, (error as Error).stack])).not.toContain('word');
  });

  it('finds the names at which the client breaks, and the others are looked up all the same', async () => {
    const names = ['rep60.com', 'rep1.com', 'bad1.com', 'rep40.com', 'bad2.com', 'rep2.com', 'rep3.com', 'rep4.com'];
    const found = await check('crashes', names);
    expect(Object.keys(found).sort()).toEqual([...names].sort());
    for (const [name, { label }] of Object.entries(found)) {
      expect(label === 'UNAVAILABLE').toBe(name.startsWith('bad'));
    }
    expect(found['rep60.com']).toEqual({ label: 'High', value: 3 });
  });

  it('that breaks at everything is no matter of the names: a call about a harmless one tells', async () => {
    await expect(check('fails', ['a.com', 'b.com', 'c.com', 'd.com'])).rejects.toThrow(
      'the client ended with status 7',
    );
    expect(await client.calls()).toHaveLength(2);
    expect(await check('crashes', ['bad.com'])).toEqual({ 'bad.com': { label: 'UNAVAILABLE', value: -1 } });
  });

  it('says that there is no client', async () => {
    await expect(check('answers', ['a.com'], { refclient: '/nowhere/refclient' })).rejects.toMatchObject({
      message: 'the client cannot be started (ENOENT)',
      retriable: false,
    });
  });

  it('ends a client that hangs', async () => {
    const abort = new AbortController();
    const work = (await service('hangs')).check(['a.com'], { signal: abort.signal });
    while ((await client.calls()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
