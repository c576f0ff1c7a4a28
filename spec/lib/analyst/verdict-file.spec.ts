import { parseVerdicts } from '../../../lib/analyst/verdict-file.js';
import { hostileTexts, stored } from '../../fakes/hostile.js';

const refused = (message: RegExp): Error =>
  expect.objectContaining({ code: 'VALUE_INVALID', message: expect.stringMatching(message) as string }) as Error;

describe('a file of verdicts', () => {
  it('has clients and names, one or both in a row', async () => {
    expect(
      await parseVerdicts(
        '\ufeffip,name,severity\r\n10.0.0.1,,high\r\n,"a, ""b"".example",LOW\n\n10.0.0.2,c.example, none\n',
      ),
    ).toEqual([
      { ip: '10.0.0.1', severity: 'high' },
      { name: 'a, "b".example', severity: 'low' },
      { ip: '10.0.0.2', name: 'c.example', severity: 'none' },
    ]);
    expect(await parseVerdicts('severity,ip,name\nlow,,x\n')).toEqual([{ name: 'x', severity: 'low' }]);
    expect(await parseVerdicts('ip,name,severity\n')).toEqual([]);
  });

  it('gives back any name that was written in quotes', async () => {
    const names = hostileTexts().filter((name) => name !== '');
    const rows = names.map((name) => `,"${name.replaceAll('"', '""')}",low`);
    const file = ['ip,name,severity', ...rows].join('\r\n');
    expect((await parseVerdicts(file)).map(({ name }) => name)).toEqual(names.map(stored));
  });

  it('is refused as a whole when a row is bad', async () => {
    const header = 'ip,name,severity\n,good.example,low\n';
    await expect(parseVerdicts('name,severity\na,low\n')).rejects.toThrow(
      refused(/first line: expected ip,name,severity/),
    );
    await expect(parseVerdicts('')).rejects.toThrow(refused(/first line/));
    await expect(parseVerdicts(`${header},a.example,awful\n`)).rejects.toThrow(refused(/row 3: severity "awful"/));
    await expect(parseVerdicts(`${header},,low\n`)).rejects.toThrow(refused(/row 3: expected a client/));
    await expect(parseVerdicts(`${header},a,low,more\n`)).rejects.toThrow(refused(/row 3: expected 3 fields, got 4/));
    await expect(parseVerdicts(`${header},"a,low\n`)).rejects.toThrow(refused(/./));
  });
});
