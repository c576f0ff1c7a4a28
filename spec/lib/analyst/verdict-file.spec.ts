import { parseVerdicts } from '../../../lib/analyst/verdict-file.js';
import { hostileTexts, stored } from '../../fakes/hostile.js';

const refused = (message: RegExp): Error =>
  expect.objectContaining({ code: 'VALUE_INVALID', message: expect.stringMatching(message) as string }) as Error;

describe('a file of verdicts', () => {
  it('has clients and names, one or both in a row', () => {
    expect(
      parseVerdicts(
        '\ufeffip,name,severity\r\n10.0.0.1,,high\r\n,"a, ""b"".example",LOW\n\n10.0.0.2,c.example, none\n',
      ),
    ).toEqual([
      { ip: '10.0.0.1', severity: 'high' },
      { name: 'a, "b".example', severity: 'low' },
      { ip: '10.0.0.2', name: 'c.example', severity: 'none' },
    ]);
    expect(parseVerdicts('severity,ip,name\nlow,,x\n')).toEqual([{ name: 'x', severity: 'low' }]);
    expect(parseVerdicts('ip,name,severity\n')).toEqual([]);
  });

  it('gives back any name that was written in quotes', () => {
    const names = hostileTexts().filter((name) => name !== '');
    const rows = names.map((name) => `,"${name.replaceAll('"', '""')}",low`);
    const file = ['ip,name,severity', ...rows].join('\r\n');
    expect(parseVerdicts(stored(file)).map(({ name }) => name)).toEqual(names.map(stored));
  });

  it('keeps the blanks of a name, in quotes or not, wherever it stands', () => {
    const names = [' a', 'a ', '  a  ', ' ', '   ', '\ta\t', '\u00a0a\u3000', '\ufeffa', 'a "b" ', ' "c"', ' a, b '];
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    const given = names.flatMap((name) => (name.includes(',') ? [quoted(name)] : [quoted(name), name]));
    const expected = names.flatMap((name) => (name.includes(',') ? [name] : [name, name]));
    for (const [header, line] of [
      ['ip,name,severity', (name: string) => `,${name},low`],
      ['name,ip,severity', (name: string) => `${name},,low`],
      ['severity,ip,name', (name: string) => `low,,${name}`],
    ] as const)
      for (const end of ['\n', '\r\n', '\r'])
        for (const last of ['', end]) {
          const read = parseVerdicts([header, ...given.map(line)].join(end) + last);
          expect(read).toEqual(expected.map((name) => ({ name, severity: 'low' })));
        }
  });

  it('takes a quote within a name for what it is', () => {
    expect(parseVerdicts('ip,name,severity\n,a"b,low\n,c"",low\n').map(({ name }) => name)).toEqual(['a"b', 'c""']);
  });

  it('is refused as a whole when a row is bad', () => {
    const header = 'ip,name,severity\n,good.example,low\n';
    expect(() => parseVerdicts('name,severity\na,low\n')).toThrow(refused(/first line: expected ip,name,severity/));
    expect(() => parseVerdicts('')).toThrow(refused(/first line/));
    expect(() => parseVerdicts(`${header},a.example,awful\n`)).toThrow(refused(/row 3: severity "awful"/));
    expect(() => parseVerdicts(`${header},,low\n`)).toThrow(refused(/row 3: expected a client/));
    expect(() => parseVerdicts(`${header},a,low,more\n`)).toThrow(refused(/row 3: expected 3 fields, got 4/));
    expect(() => parseVerdicts(`${header}\n\n,,low\n`)).toThrow(refused(/row 5: expected a client/));
    expect(() => parseVerdicts(`${header},"a,low\n`)).toThrow(refused(/row 3: no CSV: expected a closing quote/));
    expect(() => parseVerdicts(`${header},"a"b,low\n`)).toThrow(refused(/row 3: no CSV/));
  });
});
