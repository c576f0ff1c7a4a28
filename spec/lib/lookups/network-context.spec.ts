import { loadNetworkContext } from '../../../lib/lookups/network-context.js';
import { temporaryFiles } from './temporary-files.js';

const file = temporaryFiles();

describe('loadNetworkContext', () => {
  it('reads both kinds of files into one look-up', async () => {
    const files = [
      await file(
        'networkcontext.csv',
        'ip,description\n10.192.180.150, NOT IN DNS\n10.192.180.0/24,"Lab, ""old"" wing"\n',
      ),
      await file('ranges-too.csv', '192.0.54.0-192.0.54.254,Guests\n2001:db8::/32,Office\n'),
    ];
    const ranges = [await file('ipranges.csv', 'start_ip,end_ip,name\n10.0.0.0,10.255.255.255,Company\n')];
    const context = await loadNetworkContext({ files, ranges });
    expect(context.size).toBe(5);
    expect(
      ['10.192.180.150', '10.192.180.151', '192.0.54.254', '192.0.54.255', '2001:db8::7', '10.1.1.1'].map((ip) =>
        context.find(ip),
      ),
    ).toEqual(['NOT IN DNS', 'Lab, "old" wing', 'Guests', '', 'Office', 'Company']);
  });

  it.each([
    ['CRLF', '10.0.0.1,one\r\n10.0.0.2,two\r\n'],
    ['no end of the last line', '10.0.0.1,one\n10.0.0.2,two'],
    ['a byte order mark', '\ufeff10.0.0.1,one\n10.0.0.2,two\n'],
    ['a byte order mark before a header', '\ufeffip,description\n10.0.0.1,one\n10.0.0.2,two\n'],
    ['a byte order mark before a quote', '\ufeff"10.0.0.1","one"\n"10.0.0.2","two"\n'],
    ['a header in another case, with blanks', 'IP, Description\n10.0.0.1,one\n10.0.0.2,two\n'],
    ['blank lines', '\n\r\n10.0.0.1,one\n   \n\n10.0.0.2,two\n\n'],
    ['an empty third column', '10.0.0.1,one,\n10.0.0.2,two,\n'],
  ])('takes %s', async (_what, text) => {
    const context = await loadNetworkContext({ files: [await file('context.csv', text)] });
    expect([context.size, context.find('10.0.0.1'), context.find('10.0.0.2')]).toEqual([2, 'one', 'two']);
  });

  it('takes an empty file, and none at all', async () => {
    expect((await loadNetworkContext({ files: [await file('empty.csv', '')] })).size).toBe(0);
    expect((await loadNetworkContext({})).size).toBe(0);
  });

  it('lists lines that give one range different texts, by file and line', async () => {
    const [one, two] = [await file('one.csv', '10.0.0.0/24,A\n'), await file('two.csv', '\n10.0.0.0-10.0.0.255,B\n')];
    const context = await loadNetworkContext({ files: [one, two] });
    expect(context.find('10.0.0.1')).toBe('A');
    expect(context.conflicts).toMatchObject([
      { kept: { origin: `${one}, line 1` }, dropped: { origin: `${two}, line 2` } },
    ]);
  });

  const good = '10.0.0.1,one\n\n';
  it.each([
    ['no address', `${good}10.0.0.256,x\n`, 3, '"10.0.0.256"; expected an IP address, a network'],
    ['a header that is not the first line', `${good}ip,description\n`, 3, '"ip"; expected'],
    ['an address alone', `${good}10.0.0.2\n`, 3, '1 columns; expected 2'],
    ['a text with a comma and no quotes', `${good}10.0.0.2,a, b\n`, 3, '3 columns; expected 2'],
    ['too long a prefix', '10.0.0.0/33,x\n', 1, '"10.0.0.0/33"; expected'],
    ['a range the wrong way round', '10.0.0.9-10.0.0.1,x\n', 1, '"10.0.0.9-10.0.0.1"; expected'],
    ['a quote that is not closed', `${good}10.0.0.2,"x\n10.0.0.3,y\n`, 3, 'a quoted field goes on'],
    ['a comment', '# hosts\n', 1, '1 columns; expected 2'],
  ])('names file and line of %s', async (_what, text, line, problem) => {
    const path = await file('bad.csv', text);
    await expect(loadNetworkContext({ files: [path] })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(`${path}, line ${line}: ${problem}`),
    });
  });

  it.each([
    ['two families', '10.0.0.1,::1,x\n'],
    ['the wrong order', '10.0.0.2,10.0.0.1,x\n'],
    ['a network', '10.0.0.0/8,10.0.0.1,x\n'],
    ['two columns', '10.0.0.1,x\n'],
  ])('refuses %s in ipranges.csv', async (_what, text) => {
    const path = await file('bad-ranges.csv', `start_ip,end_ip,name\n${text}`);
    await expect(loadNetworkContext({ ranges: [path] })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(`${path}, line 2: `),
    });
  });

  it('ends early on a quote that is not closed in a large file', async () => {
    const path = await file('large.csv', `10.0.0.1,one\n10.0.0.2,"two\n${'10.0.0.3,three\n'.repeat(100_000)}`);
    await expect(loadNetworkContext({ files: [path] })).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: `${path}, line 2: the row has no end within 1 MiB; expected a closing quote`,
    });
  });

  it('says which file is missing, and which is no file', async () => {
    await expect(loadNetworkContext({ files: ['no-such-file.csv'] })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'no-such-file.csv: no such file',
    });
    await expect(loadNetworkContext({ files: ['.'] })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
