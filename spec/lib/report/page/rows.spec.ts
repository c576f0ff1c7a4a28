import { reputationOf, severer, worstOf } from '../../../../lib/report/page/reputation.js';
import { filterRows, NO_FILTER, sortRows, tableRows, type SortKey } from '../../../../lib/report/page/rows.js';
import { reportOf } from '../report-of.js';

const base = reportOf(['b.example', 'A.example', '__proto__', 'c.example']);
const [b, a, proto, c] = base.rows.map((row, i) => ({
  ...row,
  ip_dst: ['10.0.0.10', '10.0.0.9', '2001:db8::1', '10.0.0.9'][i]!,
  query_rep: ['l:UNKNOWN:-1', 'l:NONE:0::m:HIGH:3', '', null][i]!,
  network_context: ['', null, 'Guests', 'Lab'][i]!,
  dns_sev: [0, 3, 0, 1][i]!,
  ip_sev: [0, 2, 3, 0][i]!,
})) as [(typeof base.rows)[0], (typeof base.rows)[0], (typeof base.rows)[0], (typeof base.rows)[0]];
const rows = tableRows({
  rows: [b, a, proto, c],
  names: [
    { name: 'b.example', clients: 3, firstDay: '2016-07-08', askers: [] },
    { name: '__proto__', clients: 12, firstDay: '2016-07-01', askers: [] },
  ],
});
const namesOf = (found: typeof rows) => found.map(({ row }) => row.dns_qry_name);

describe('sortRows', () => {
  it.each<[SortKey, string[]]>([
    ['score', ['b.example', 'A.example', '__proto__', 'c.example']],
    ['name', ['__proto__', 'A.example', 'b.example', 'c.example']],
    ['client', ['A.example', 'c.example', 'b.example', '__proto__']],
    ['reputation', ['A.example', 'b.example', '__proto__', 'c.example']],
    ['context', ['__proto__', 'c.example', 'b.example', 'A.example']],
    ['clients', ['b.example', '__proto__', 'A.example', 'c.example']],
    ['first', ['__proto__', 'b.example', 'A.example', 'c.example']],
    ['severity', ['c.example', 'A.example', '__proto__', 'b.example']],
  ])('by %s, what is missing last', (key, expected) => {
    expect(namesOf(sortRows(rows, { key, descending: false }))).toEqual(expected);
  });

  it('turns round, but what is missing stays last, and leaves the given list alone', () => {
    const before = [...rows];
    expect(namesOf(sortRows(rows, { key: 'clients', descending: true }))).toEqual([
      '__proto__',
      'b.example',
      'A.example',
      'c.example',
    ]);
    expect(rows).toEqual(before);
  });
});

describe('filterRows', () => {
  it.each([
    ['all words, in any case', { text: ' GUESTS  proto' }, ['__proto__']],
    ['no word', { text: '' }, ['b.example', 'A.example', '__proto__', 'c.example']],
    ['the worst reputation', { reputation: 'high' as const }, ['A.example']],
    ['rows that were scored', { severity: 'scored' as const }, ['A.example', '__proto__', 'c.example']],
    ['rows that were not', { severity: 'unscored' as const }, ['b.example']],
    ['new names', { firstDay: '2016-07-08' }, ['b.example']],
  ])('by %s', (_what, filter, expected) => {
    expect(namesOf(filterRows(rows, { ...NO_FILTER, ...filter }))).toEqual(expected);
  });
});

describe('reputation', () => {
  it('is read as the run writes it, and not at all from other text', () => {
    expect(reputationOf('gti:High:3:Malware|Security;Spam|Mail::fb:UNKNOWN:-1')).toEqual([
      { service: 'gti', label: 'High', level: 'high', categories: 'Malware|Security;Spam|Mail' },
      { service: 'fb', label: 'UNKNOWN', level: 'unverified', categories: '' },
    ]);
    for (const text of ['', null, 'None', 'a:b', 'a:b:c', '::', ':x:3']) expect(reputationOf(text)).toEqual([]);
  });

  it('is as bad as the worst that a service says', () => {
    expect(worstOf(reputationOf('a:NONE:0::b:MEDIUM:2::c:X:-1'))!.service).toBe('b');
    expect(worstOf([])).toBeUndefined();
  });

  it('of severities the smaller counts, where both say something', () => {
    expect([severer(0, 0), severer(0, 3), severer(2, 0), severer(3, 1)]).toEqual([0, 3, 2, 1]);
  });
});
