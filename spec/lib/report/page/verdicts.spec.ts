import csvParser from 'csv-parser';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { parseVerdicts } from '../../../../lib/analyst/verdict-file.js';
import { HOSTILE_NAMES } from '../../../../lib/demo/hostile-names.js';
import { VERDICTS, Verdicts } from '../../../../lib/report/page/verdicts.js';

async function readBack(csv: string): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const row of Readable.from([csv]).pipe(csvParser())) rows.push(row as Record<string, string>);
  return rows;
}

describe('Verdicts', () => {
  it('are kept by name and by client, and can be taken back', () => {
    const verdicts = new Verdicts();
    let changes = 0;
    verdicts.onChange(() => (changes += 1));
    verdicts.set('name', 'constructor', 'low');
    verdicts.set('name', 'constructor', 'high');
    verdicts.set('name', 'constructor', 'high');
    verdicts.set('client', 'constructor', 'medium');
    verdicts.set('client', '10.0.0.1', 'low');
    verdicts.set('client', '10.0.0.1', undefined);
    verdicts.set('name', '', 'low');
    expect([changes, verdicts.size, verdicts.unsaved]).toEqual([5, 2, true]);
    expect(verdicts.of('name', 'constructor')).toBe('high');
    expect(verdicts.of('name', '10.0.0.1')).toBeUndefined();
    verdicts.saved();
    expect(verdicts.unsaved).toBe(false);
  });

  it('are a file in which every name is one field, whatever it holds', async () => {
    const name = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.string({ unit: 'grapheme' }), fc.string());
    const given = fc.array(fc.tuple(name, fc.constantFrom(...VERDICTS)), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(given, async (pairs) => {
        const verdicts = new Verdicts();
        for (const [of, verdict] of pairs) verdicts.set('name', of, verdict);
        verdicts.set('client', '2001:db8::1', 'low');
        const expected = [...new Map(pairs)]
          .filter(([of]) => of !== '')
          .map(([of, severity]) => ({ ip: '', name: of, severity }));
        expect(await readBack(verdicts.csv())).toEqual([
          ...expected,
          { ip: '2001:db8::1', name: '', severity: 'low' },
        ]);
      }),
    );
  });

  it('come back from `score --file` as they were, blanks and all', () => {
    const names = [
      ' a.example',
      'a.example ',
      ' ',
      '\t',
      '\u00a0a',
      ' "a", b ',
      '\ufeffa',
      'a\r\nb\n',
      ...HOSTILE_NAMES,
    ];
    const verdicts = new Verdicts();
    for (const name of names) verdicts.set('name', name, 'low');
    verdicts.set('client', '10.0.0.1', 'high');
    expect(parseVerdicts(verdicts.csv())).toEqual([
      ...names.map((name) => ({ name, severity: 'low' })),
      { ip: '10.0.0.1', severity: 'high' },
    ]);
  });

  it('have every field in quotes', () => {
    const verdicts = new Verdicts();
    for (const name of ['plain.example', ' a', 'a"b']) verdicts.set('name', name, 'low');
    verdicts.set('client', '10.0.0.1', 'high');
    expect(verdicts.csv()).toBe(
      'ip,name,severity\n"","plain.example","low"\n""," a","low"\n"","a""b","low"\n"10.0.0.1","","high"\n',
    );
  });
});
