import fc from 'fast-check';
import { text } from 'node:stream/consumers';
import { encodePath, pathIn } from '../../../../lib/storage/webhdfs/paths.js';
import { codeOf } from '../../../conformance/storage.js';
import { fakeHdfs } from '../../../fakes/hdfs-fixture.js';

describe('encodePath', () => {
  it.each([
    ['/', '/'],
    ['/a/b/', '/a/b'],
    ['/y=2016/m=07', '/y=2016/m=07'],
    ['/a b/c%d/e+f/g#h/i?j/k;l=m', '/a%20b/c%25d/e%2Bf/g%23h/i%3Fj/k%3Bl=m'],
    ['/%2F/%41', '/%252F/%2541'],
    ['/e\u0301', '/e%CC%81'],
    ['/\u00e9', '/%C3%A9'],
  ])('encodes %j', (path, encoded) => expect(encodePath(path)).toBe(encoded));

  it.each([
    ['relative', 'a/b', /absolute/],
    ['empty', '', /absolute/],
    ['colon', '/a:b', /colon/],
    ['empty name', '/a//b', /empty name/],
    ['dot', '/a/./b', /the name \./],
    ['dots', '/a/..', /the name \.\./],
    ['NUL', '/a\0b', /NUL/],
    ['half a character', '/a\ud800b', /surrogate/],
    ['name too long', `/${'ä'.repeat(128)}`, /255 bytes/],
    ['path too long', `/${'a/'.repeat(4001)}a`, /8000/],
    ['too deep', '/a'.repeat(1001), /1000/],
  ])('refuses what HDFS cannot hold: %s', (_what, path, why) => {
    expect(() => encodePath(path)).toThrow(
      expect.objectContaining({ code: 'PATH_INVALID', message: expect.stringMatching(why) }),
    );
  });

  it('gives back every name that it takes', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(name, (any) => {
        fc.pre(!/[:\0/]/.test(any) && any !== '.' && any !== '..');
        const encoded = encodePath(`/${any}`);
        expect(encoded).toMatch(/^\/[\x21-\x7e]+$/);
        expect(decodeURIComponent(encoded)).toBe(`/${any}`);
      }),
    );
  });
});

describe('paths', () => {
  const hdfs = fakeHdfs();

  it.each(['e\u0301', '\u00e9', 'a%2Fb', 'a;k=v', 'ä€日本', '😀', '\'"<>|^`', 'tab\tand\nline'])(
    'reach the server as they are: %j',
    async (name) => {
      hdfs.fake.redirects = true;
      const path = pathIn('/odd', name);
      await hdfs.put(path, name);
      const client = hdfs.client();
      expect((await client.list('/odd')).map((one) => one.path)).toEqual([path]);
      expect(await text(client.open(path))).toBe(name);
    },
  );

  it('are refused before anything is sent', async () => {
    const client = hdfs.client();
    expect(await codeOf(client.stat('/a:b'))).toBe('PATH_INVALID');
    expect(await codeOf(client.rename('/a', '/a:b'))).toBe('PATH_INVALID');
    for (const open of [() => client.open('/a:b'), () => client.create('/a:b')])
      expect(open).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
    expect(hdfs.fake.asked).toEqual([]);
  });
});
