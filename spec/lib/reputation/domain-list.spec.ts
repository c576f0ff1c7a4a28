import { DomainList, loadDomainList } from '../../../lib/reputation/domain-list.js';
import { temporaryFiles } from '../lookups/temporary-files.js';

const file = temporaryFiles();

describe('DomainList', () => {
  const list = new DomainList(['example.com', 'Deep.Example.NET.', 'пример.рф', 'it"s $(odd).test']);

  it.each([
    'example.com',
    'EXAMPLE.com.',
    'www.example.com',
    'a..b.example.com',
    'deep.example.net',
    'x.deep.example.net',
    'пример.рф',
    'xn--e1afmkfd.xn--p1ai',
    'a.it"s $(odd).test',
  ])('has %j', (name) => {
    expect(list.has(name)).toBe(true);
  });

  it.each(['evilexample.com', 'example.com.evil.org', 'example.net', 'com', '', '.', 'example', 'xample.com', 'рф'])(
    'has not %j',
    (name) => {
      expect(list.has(name)).toBe(false);
    },
  );
});

describe('loadDomainList', () => {
  it('reads plain lines, hosts lines and comments', async () => {
    const text = [
      '\ufeff# a list',
      'First.example.com.',
      '',
      '   second.example.com   # why',
      '0.0.0.0 third.example.com',
      '127.0.0.1\tfourth.example.com fifth.example.com',
      ':: sixth.example.com',
      '*.seventh.example.com',
      '.eighth.example.com\r',
      '_under_score.example.com',
      '\t',
      'last.example.com',
    ].join('\n');
    const list = await loadDomainList(await file('list.txt', text));
    const listed = [
      'first',
      'second',
      'third',
      'fourth',
      'fifth',
      'sixth',
      'seventh',
      'eighth',
      '_under_score',
      'last',
    ];
    expect(listed.filter((name) => !list.has(`${name}.example.com`))).toEqual([]);
    expect(list.size).toBe(listed.length);
    expect(list.has('www.eighth.example.com')).toBe(true);
    expect(list.has('example.com')).toBe(false);
  });

  it("leaves out a hosts file's names for the machine itself", async () => {
    const text =
      '127.0.0.1 localhost localhost.localdomain local\n::1 ip6-localhost\n0.0.0.0 0.0.0.0\n0.0.0.0 bad.example\n';
    const list = await loadDomainList(await file('hosts', text));
    expect(list.size).toBe(1);
    expect(['bad.example', 'localhost', 'x.local', '0.0.0.0'].map((name) => list.has(name))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['two words', 'bad example', 'holds blanks'],
    ['a list with columns', 'example.com,malware 7', 'holds blanks'],
    ['a name that is too long', `${'a'.repeat(252)}.com`, 'a name of more than 255 bytes'],
    ['a name that is too long in bytes', `${'é'.repeat(128)}.com`, 'a name of more than 255 bytes'],
    ['an empty label', 'a..example.com', 'a name with an empty label'],
    ['dots', '..', 'a name with an empty label'],
    ['a URL', 'http://example.com/x', 'a URL or a filter rule'],
    ['a filter rule', '||example.com^', 'a URL or a filter rule'],
    ['a bad name in a hosts line', '0.0.0.0 good.example a..example', 'a name with an empty label'],
  ])('names file and line of %s', async (_what, bad, problem) => {
    const path = await file('bad.txt', `# list\ngood.example\n\n${bad}\n`);
    await expect(loadDomainList(path)).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringMatching(new RegExp(`bad\\.txt, line 4: .*${problem}`)),
    });
  });

  it('takes a name of 255 bytes and an empty list', async () => {
    const name = `${'a'.repeat(251)}.com`;
    expect((await loadDomainList(await file('long.txt', name))).has(name)).toBe(true);
    expect((await loadDomainList(await file('empty.txt', ''))).size).toBe(0);
  });

  it('says which file is missing', async () => {
    await expect(loadDomainList('no-list.txt')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'no-list.txt: no such file',
    });
  });
});
