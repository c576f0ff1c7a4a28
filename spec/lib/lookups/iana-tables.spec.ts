import { fileURLToPath } from 'node:url';
import { loadIanaTable, type IanaDuplicate } from '../../../lib/lookups/iana-tables.js';
import { temporaryFiles } from './temporary-files.js';

const file = temporaryFiles();
const spot = (name: string) => loadIanaTable(fileURLToPath(new URL(`iana/${name}`, import.meta.url)));

describe('loadIanaTable', () => {
  it("reads Spot's classes, whose references go over several lines", async () => {
    expect([...(await spot('spot-dns-qclass.csv'))]).toEqual([
      [0, 'Reserved'],
      [1, 'Internet (IN)'],
      [2, 'Unassigned'],
      [3, 'Chaos (CH)'],
      [4, 'Hesiod (HS)'],
      [5, 'UNKNOWN'],
      [254, 'QCLASS NONE'],
      [255, 'QCLASS * (ANY)'],
    ]);
  });

  it("reads Spot's types and rcodes", async () => {
    const types = await spot('spot-dns-qtype.csv');
    expect([types.get(1), types.get(28), types.get(34), types.get(255), types.get(32768)]).toEqual([
      'A',
      'AAAA',
      'ATMA',
      '*',
      'TA',
    ]);
    const rcodes = await spot('spot-dns-rcode.csv');
    expect([rcodes.get(0), rcodes.get(3), rcodes.get(9), rcodes.get(16)]).toEqual([
      'NoError',
      'NXDomain',
      'NotAuth',
      'BADVERS/BADSIG',
    ]);
  });

  it("reads Spot's HTTP status and IANA's own files, in which ranges name no single code", async () => {
    const http = await loadIanaTable(await file('http.csv', 'CODE,DESCRIPTION\n200,OK\n404,Not Found\n'));
    expect([...http]).toEqual([
      [200, 'OK'],
      [404, 'Not Found'],
    ]);
    const iana =
      'Decimal,Hexadecimal,Name,Reference\r\n254,0x00FE,QCLASS NONE,[RFC2136]\r\n5-253,0x0005-0x00FD,Unassigned,\r\n';
    expect([...(await loadIanaTable(await file('class.csv', iana)))]).toEqual([[254, 'QCLASS NONE']]);
  });

  it('takes columns by their headers, after a byte order mark too', async () => {
    const text = '\ufeff"Name","reference","Code"\n"One, two",,1\n\n';
    expect([...(await loadIanaTable(await file('own.csv', text)))]).toEqual([[1, 'One, two']]);
  });

  it('takes hexadecimal codes too, where the file has no others', async () => {
    const text = 'Hexadecimal,Name\r\n0x0001,Internet (IN)\r\n0X00fe,QCLASS NONE\r\n0x0005-0x00FD,Unassigned\r\n';
    expect([...(await loadIanaTable(await file('hex.csv', `\ufeff${text}`)))]).toEqual([
      [1, 'Internet (IN)'],
      [254, 'QCLASS NONE'],
    ]);
  });

  it('tells of codes with several names, once each', async () => {
    const path = await file('twice.csv', 'code,name\n1,A\n2,B\n1,A\n1,C\n2,B\n1,D\n');
    const duplicates: IanaDuplicate[] = [];
    const table = await loadIanaTable(path, { onDuplicate: (duplicate) => duplicates.push(duplicate) });
    expect([...table]).toEqual([
      [1, 'A/C/D'],
      [2, 'B'],
    ]);
    expect(duplicates).toEqual([{ code: 1, name: 'A/C/D', origin: `${path}, line 7` }]);
  });

  it.each([
    ['too large a code', 'code,name\n65535,last\n65536,x\n', 3, 'code 65536; expected -1 to 65535'],
    ['too large a hexadecimal code', 'code,name\n0x10000,x\n', 2, 'code 0x10000; expected -1 to 65535'],
    ['a negative code', 'code,name\n-2,x\n', 2, 'code -2; expected -1 to 65535'],
    ['a fraction', 'code,name\n1.5,x\n', 2, 'code "1.5"; expected a decimal number, or a hexadecimal one'],
    ['no header', '1,Internet\n', 1, 'header "1,Internet"'],
    ['a code that is none', 'code,name\n1,A\nx2,B\n', 3, 'code "x2"; expected a decimal number'],
    ['a missing name', 'code,name\n1,A\n2,\n', 3, 'no name for code 2'],
    ['a short line', 'code,name\n1\n', 2, 'no name for code 1'],
    ['a bad line behind a field of three lines', 'code,name,meaning\n1,A,"x\ny\nz"\n2\n', 5, 'no name for code 2'],
    ['a file without codes', 'code,name\n', 1, 'no codes'],
    ['an empty file', '', 1, 'no codes'],
  ])('names file and line of %s', async (_what, text, line, problem) => {
    const path = await file('bad.csv', text);
    await expect(loadIanaTable(path)).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(`${path}, line ${line}: ${problem}`),
    });
  });

  it('says which file is missing', async () => {
    await expect(loadIanaTable('no-such-file.csv')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('no-such-file.csv'),
    });
  });
});
