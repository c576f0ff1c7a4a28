import { loadReputation } from '../../../lib/reputation/load-reputation.js';
import { temporaryFiles } from '../lookups/temporary-files.js';

const write = temporaryFiles();
let files = 0;
const file = (content: string) => write(`list-${files++}.txt`, content);
const { signal } = new AbortController();

describe('loadReputation', () => {
  it('gives the services of the settings, in their order', async () => {
    const services = await loadReputation([
      { service: 'domain-list', name: 'urlhaus', file: await file('bad.example\n') },
      { service: 'domain-list', name: 'mine', file: await file('x.example\nbad.example\n'), label: 'low' },
      { service: 'domain-list', name: 'odd', file: await file('bad.example\n'), label: 'Phishing' },
      { service: 'domain-list', name: 'worse', file: await file('bad.example\n'), label: 'Phishing', value: 3 },
    ]);
    expect(services.map(({ name, checks }) => [name, checks])).toEqual([
      ['urlhaus', 'domain'],
      ['mine', 'domain'],
      ['odd', 'domain'],
      ['worse', 'domain'],
    ]);
    const keys = ['www.bad.example', 'good.example'];
    const verdicts = await Promise.all(services.map((service) => service.check(keys, { signal })));
    expect(verdicts.map((one) => Object.fromEntries(one))).toEqual([
      { 'www.bad.example': { label: 'HIGH', value: 3 } },
      { 'www.bad.example': { label: 'low', value: 1 } },
      { 'www.bad.example': { label: 'Phishing', value: -1 } },
      { 'www.bad.example': { label: 'Phishing', value: 3 } },
    ]);
  });

  it('gives none without settings', async () => {
    await expect(loadReputation([])).resolves.toEqual([]);
  });

  it('fails for a list that is not there or not readable, before anything is asked', async () => {
    const missing = { service: 'domain-list', name: 'a', file: '/nowhere/list.txt' } as const;
    await expect(loadReputation([missing])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const broken = await file('good.example\nhttp://bad.example/\n');
    await expect(loadReputation([{ ...missing, file: broken }])).rejects.toMatchObject({
      code: 'LOOKUP_FILE_INVALID',
      message: expect.stringContaining(broken) as string,
    });
  });
});
