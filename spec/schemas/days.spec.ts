import { parseDay, parseDays } from '../../schemas/days.js';

const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('days', () => {
  it('knows the partition, the text forms and the first second', () => {
    expect(parseDay('20160708')).toEqual({
      text: '20160708',
      iso: '2016-07-08',
      y: 2016,
      m: 7,
      d: 8,
      start: 1467936000,
    });
    expect(parseDay('20240229').d).toBe(29);
  });

  it.each([
    '20160231',
    '20230229',
    '20161301',
    '20160700',
    '2016-07-08',
    '160708',
    '',
    '00000101',
    '201607081',
    ' 20160708',
  ])('refuses %j', (text) => {
    expect(() => parseDay(text)).toThrow(coded('DATE_INVALID'));
  });

  it('reads yesterday (UTC) and ranges over the end of a year', () => {
    const now = Date.UTC(2017, 0, 1, 0, 30);
    expect(parseDays('yesterday', now).map(({ text }) => text)).toEqual(['20161231']);
    expect(parseDays('20161230..20170102').map(({ text }) => text)).toEqual([
      '20161230',
      '20161231',
      '20170101',
      '20170102',
    ]);
    expect(parseDays('20160708..20160708')).toHaveLength(1);
  });

  it.each(['20160708..20160707', '20160708..', '..20160708', 'a..b', '20160701..20160702..20160703', 'tomorrow'])(
    'refuses the range %j',
    (text) => {
      expect(() => parseDays(text)).toThrow(coded('DATE_INVALID'));
    },
  );
});
